import { z } from 'zod'
import type { PastLockdown } from '../../../shared/contracts/stop-views.ts'

/** More than any lockdown leaves in years; what lies before the last so many bytes is history. */
export const MAX_JOURNAL_BYTES = 1024 * 1024

const act = { at: z.number().int().nonnegative(), by: z.string(), reason: z.string() }

const stoppedLine = z.object({
  version: z.literal(1),
  event: z.literal('stopped'),
  incident: z.string(),
  /** Names this one stop, so that a resume can say which ones it ends. */
  id: z.string().default(''),
  ...act,
})

const resumedLine = z.object({
  version: z.literal(1),
  event: z.literal('resumed'),
  incident: z.string(),
  ...act,
  /** The stops that the owner knew of and ended: one that came meanwhile goes on holding. Absent: all before it. */
  ends: z.array(z.string()).optional(),
  stopped: z.object(act).optional(),
})

/** As an earlier version wrote it: a lockdown that has ended, in one line. */
const endedLine = z
  .object({ version: z.literal(1), stopped: z.object(act), resumed: z.object(act) })
  .transform(({ stopped, resumed }) => ({
    version: 1 as const,
    event: 'resumed' as const,
    incident: '',
    ...resumed,
    stopped,
    ends: undefined,
  }))

const journalLine = z.union([stoppedLine, resumedLine, endedLine])

type StoppedLine = z.infer<typeof stoppedLine>
type ResumedLine = z.infer<typeof resumedLine>
type JournalLine = z.infer<typeof journalLine>

/** What the journal of lockdowns says, read from its beginning. */
export interface JournalSays {
  /** False: it ends in something that nobody can understand, and that may have been a stop. */
  readonly understood: boolean
  /** Stops that no resume has ended, oldest first. */
  readonly held: readonly StoppedLine[]
  /** Oldest first. */
  readonly past: readonly PastLockdown[]
}

/** What a crash has torn in the middle of it is passed over; at its end it counts. */
export const readJournal = (text: string): JournalSays => {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  let held: StoppedLine[] = []
  const past: PastLockdown[] = []
  // A journal that is there and says nothing was emptied, or the disk was too full for its first line.
  let understood = false
  for (const line of lines) {
    const said = parse(line)
    understood = said !== undefined
    if (said === undefined) continue
    if (said.event === 'stopped') {
      held.push(said)
      continue
    }
    const ended = pastOf(said, held[0])
    const last = past.at(-1)
    // A resume that broke off between its record and the latch is told twice: the second one did it.
    if (last !== undefined && last.incident === ended.incident && last.at === ended.at) past.pop()
    past.push(ended)
    const { ends } = said
    held = ends === undefined ? [] : held.filter(({ id }) => !ends.includes(id))
  }
  return { understood, held, past }
}

const parse = (line: string): JournalLine | undefined => {
  try {
    return journalLine.safeParse(JSON.parse(line)).data
  } catch {
    // Not JSON: torn by a crash, or not ours. The caller decides what that means.
    return undefined
  }
}

const pastOf = (resumed: ResumedLine, held: StoppedLine | undefined): PastLockdown => {
  const stopped = resumed.stopped ?? held ?? { at: 0, by: '', reason: '' }
  return {
    at: stopped.at,
    by: stopped.by,
    reason: stopped.reason,
    incident: resumed.incident === '' ? (held?.incident ?? '') : resumed.incident,
    resumedAt: resumed.at,
    resumedBy: resumed.by,
    resumeReason: resumed.reason,
  }
}
