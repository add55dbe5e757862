import type { SessionKey } from '../../shared/domain/session.ts'
import type { RefusedFact } from './transcript/facts.ts'

export interface RefusalsOptions {
  /** Whether there is such a session. Asked for every refusal, so it has to be quick. */
  readonly isKnown: (session: SessionKey) => boolean
  /** Notes it in the transcript if there is one. Never throws. */
  readonly write: (session: SessionKey, fact: RefusedFact) => void
}

/** Notes in a transcript whom the gate refused there: at once, then once a minute with the number of those meanwhile. */
export interface Refusals {
  /** Quick: what is to be written is written later. */
  note(session: SessionKey, refused: Omit<RefusedFact, 'count'>): void
  /** What is not written yet is left out: the audit has counted it. */
  close(): void
}

const EVERY_MS = 60_000

interface Gathered {
  fact: RefusedFact | undefined
  timer: NodeJS.Timeout
}

export const createRefusals = ({ isKnown, write }: RefusalsOptions): Refusals => {
  const gathered = new Map<SessionKey, Gathered>()

  const later = (session: SessionKey, ms: number): NodeJS.Timeout =>
    setTimeout(() => flush(session), ms).unref()

  const flush = (session: SessionKey): void => {
    const each = gathered.get(session)
    if (each?.fact === undefined) {
      gathered.delete(session)
      return
    }
    write(session, each.fact)
    gathered.set(session, { fact: undefined, timer: later(session, EVERY_MS) })
  }

  return {
    note: (session, refused) => {
      const each = gathered.get(session)
      if (each !== undefined) each.fact = { ...refused, count: (each.fact?.count ?? 0) + 1 }
      else if (isKnown(session))
        gathered.set(session, { fact: { ...refused, count: 1 }, timer: later(session, 0) })
    },
    close: () => {
      for (const { timer } of gathered.values()) clearTimeout(timer)
      gathered.clear()
    },
  }
}
