import type { HIT_KINDS } from '../../shared/contracts/archive-sessions.ts'
import type { TURN_KINDS } from '../../shared/contracts/archive-transcript.ts'

type TurnKind = (typeof TURN_KINDS)[number]
type HitKind = Exclude<(typeof HIT_KINDS)[number], 'log' | 'audit'>

/** The row that a branch goes on from is not among those that the reader remembers; `branchesOf` finds it. */
export const FORK_FROM_EARLIER = -1

/** What the index keeps of one part of a line. A line has one part, and one more for each call in it. */
export interface LineFacts {
  /** The row that this line is, the next one; null where it belongs to `attachTo`. One part of a line has it. */
  readonly row: number | null
  /** The row that it belongs to, which may be the next one, that is not there yet. */
  readonly attachTo: number | null
  /** Milliseconds since the epoch, in the range of the index. */
  readonly at: number | null
  readonly kind: TurnKind
  readonly hitKind: HitKind
  /** `user`, `assistant`, `tool`, `summary`, `change`, `note`, `gate`, `outbox`, `unknown`, `broken`. */
  readonly role: string
  readonly tool: string
  readonly ranOn: 'host' | 'sandbox' | ''
  readonly isError: boolean
  readonly refused: boolean
  readonly broken: boolean
  readonly entryId: string
  readonly parentId: string | null
  /** Names the accepted message; only on the rows and facts that name it themselves. */
  readonly event: string
  /** `telegram:42`, of who wrote it or was refused; empty where nothing says it. */
  readonly person: string
  readonly provider: string
  /** `provider/model`. */
  readonly model: string
  /** What is searched. */
  readonly text: string
  /** The row that it continues, where that is not the one before it; `FORK_FROM_EARLIER` where that is not known. */
  readonly forkOf: number | null
}

/** A part of a line before anybody knows where in the file it stands. */
export type Part = Omit<LineFacts, 'row' | 'attachTo' | 'entryId' | 'parentId' | 'forkOf'>

export const NO_FACTS: Part = {
  at: null,
  kind: 'unknown',
  hitKind: 'event',
  role: 'unknown',
  tool: '',
  ranOn: '',
  isError: false,
  refused: false,
  broken: false,
  event: '',
  person: '',
  provider: '',
  model: '',
  text: '',
}
