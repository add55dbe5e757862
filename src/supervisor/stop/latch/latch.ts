import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { PastLockdown } from '../../../shared/contracts/stop-views.ts'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import { readTextBounded } from '../../../shared/state/atomic-file.ts'
import type { StatePaths } from '../../../shared/state/state-dir.ts'
import { isIncidentName } from '../../incident/incident-name.ts'
import type { JournalSays } from './latch-journal.ts'
import {
  readJournalFile,
  readJournalFileSync,
  seeLatchFile,
  seeLatchFileSync,
  type Witness,
} from './latch-witnesses.ts'

const MAX_LATCH_BYTES = 64 * 1024

const latchFile = z.object({
  version: z.literal(1),
  /** Milliseconds since the epoch. */
  at: z.number().int().nonnegative(),
  by: z.string(),
  reason: z.string(),
  incident: z.string().default(''),
})

export interface Lock {
  readonly at: number
  /** Who stopped it: `app`, `cli`; empty where nothing says. */
  readonly by: string
  readonly reason: string
  /** The name of its folder under `incidents/`; empty where nothing says. */
  readonly incident: string
}

export type LatchState = { readonly kind: 'open' } | ({ readonly kind: 'locked' } & Lock)

/** Both witnesses: the latch file, which the gateway looks at too, and the journal of lockdowns. */
export interface Witnesses {
  readonly latch: LatchState
  readonly file: 'absent' | 'there'
  /** Stops in the journal that no resume has ended. */
  readonly held: JournalSays['held']
  /** The last lockdown that has ended. */
  readonly last: PastLockdown | undefined
}

/**
 * Is there a lockdown? There is one where the latch file is there, whatever is in it, and where the journal of
 * lockdowns has a stop without a resume, or ends in something unclear. So whoever deletes or spoils one of the
 * two has not opened anything.
 */
export const readLatch = async (paths: StatePaths): Promise<LatchState> => (await readWitnesses(paths)).latch

export const readWitnesses = async (paths: StatePaths): Promise<Witnesses> => {
  // In this order: a resume ends the journal first, so a file that is gone means that the journal tells all.
  const file = await seeLatchFile(paths)
  const journal = await readJournalFile(paths)
  const held = heldIn(journal)
  return {
    latch: latchOf(file, file.kind === 'absent' ? undefined : await readLock(paths), journal),
    file: file.kind === 'absent' ? 'absent' : 'there',
    held,
    last: journal.kind === 'says' ? journal.says.past.at(-1) : undefined,
  }
}

/** Is it this lockdown that a resume has ended, by the journal? */
export const isEnded = (lock: Lock, last: PastLockdown | undefined): boolean => {
  if (last === undefined) return false
  return lock.incident === '' ? last.resumedAt >= lock.at : last.incident === lock.incident
}

const heldIn = (journal: Witness<JournalSays>): JournalSays['held'] =>
  journal.kind === 'says' ? journal.says.held : []

const latchOf = (
  file: Witness<{ readonly changedAt: number }>,
  lock: Lock | undefined,
  journal: Witness<JournalSays>,
): LatchState => {
  const [first] = heldIn(journal)
  if (lock !== undefined) {
    return { kind: 'locked', ...lock, incident: knownName(lock.incident) || knownName(first?.incident ?? '') }
  }
  if (first !== undefined) {
    const { at, by, reason, incident } = first
    return { kind: 'locked', at, by, reason, incident: knownName(incident) }
  }
  switch (file.kind) {
    case 'says':
      return unclear(file.says.changedAt, 'the lockdown file can not be read, which counts as locked')
    case 'unclear':
      return unclear(0, `the lockdown file can not be looked at: ${file.why}`)
    case 'absent':
      if (!isUnclear(journal)) return { kind: 'open' }
      return unclear(0, 'the record of lockdowns can not be understood, which counts as locked')
    default:
      return assertNever(file)
  }
}

/** It becomes a path: anything but a name of ours is none. */
const knownName = (incident: string): string => (isIncidentName(incident) ? incident : '')

const unclear = (at: number, reason: string): LatchState => ({
  kind: 'locked',
  at,
  by: '',
  reason,
  incident: '',
})

const isUnclear = (journal: Witness<JournalSays>): boolean =>
  journal.kind === 'unclear' || (journal.kind === 'says' && !journal.says.understood)

const readLock = async (paths: StatePaths): Promise<Lock | undefined> => {
  try {
    const text = await readTextBounded(paths.lockdown, MAX_LATCH_BYTES)
    const { data } = latchFile.safeParse(JSON.parse(text ?? ''))
    if (data === undefined) return undefined
    const { at, by, reason, incident } = data
    return { at, by, reason, incident }
  } catch {
    // Unreadable or not JSON: locked all the same, and the journal may know more.
    return undefined
  }
}

/** The same without waiting, for the moment before a launch. */
export const isLatched = (paths: StatePaths): boolean => {
  if (seeLatchFileSync(paths) === 'there') return true
  const journal = readJournalFileSync(paths)
  return isUnclear(journal) || heldIn(journal).length > 0
}

/**
 * When the last lockdown ended, milliseconds since the epoch; 0 where there was none, and infinity where the
 * record can not be read: what may have been stopped is never taken up again on a guess.
 */
export const lastResumedAt = async (paths: StatePaths): Promise<number> => {
  const journal = await readJournalFile(paths)
  if (journal.kind === 'absent') return 0
  // Refusing to start for it would keep the owner from their agent; giving up old messages does not.
  if (journal.kind === 'unclear' || !journal.says.understood) return Number.POSITIVE_INFINITY
  return journal.says.past.at(-1)?.resumedAt ?? 0
}

/**
 * Names the time since the last resume, and is not a time: clocks are set back. Where the record can not be read it is
 * like no other, so that nothing of before is taken up.
 */
export const lockdownEpoch = async (paths: StatePaths): Promise<string> => {
  const journal = await readJournalFile(paths)
  if (journal.kind === 'absent') return 'first'
  if (journal.kind === 'unclear' || !journal.says.understood) return randomUUID()
  const last = journal.says.past.at(-1)
  return last === undefined ? 'first' : `${last.incident} ${String(last.resumedAt)}`
}

const MAX_PAST = 200

/** Lockdowns that have ended, newest first; at most 200. What can not be understood is left out. */
export const pastLockdowns = async (paths: StatePaths): Promise<readonly PastLockdown[]> => {
  const journal = await readJournalFile(paths)
  return journal.kind === 'says' ? journal.says.past.slice(-MAX_PAST).toReversed() : []
}
