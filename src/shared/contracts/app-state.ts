// What the owner's screens show. The supervisor makes it, main passes it on, the renderer draws it.
import type { ErrorView } from '../domain/error.ts'
import type { DmPolicy, Trust } from '../domain/people.ts'
import type { ProviderId } from '../domain/provider.ts'
import type { GatewayActivity, ProviderStatus, UnconfirmedReply } from './gateway.ts'

export type SupervisorPhase =
  | 'stopped'
  | 'starting'
  | 'running'
  | 'unresponsive'
  | 'stopping'
  | 'backing-off'
  | 'failed'
  | 'locked'

export interface GatewayView {
  readonly phase: SupervisorPhase
  /** When this phase began, milliseconds since the epoch. */
  readonly since: number
  /** When the next start is due; only while backing off. */
  readonly retryAt: number | null
  readonly pid: number | null
  readonly rssBytes: number | null
  readonly turns: number
  /** Why it is failed or backing off; the last lines of output with it. */
  readonly error: ErrorView | null
  readonly lastOutput: readonly string[]
  /** The permission flags the gateway runs under, exactly as given to Node. */
  readonly grants: readonly string[]
  readonly maySpawn: boolean
}

export interface LockdownView {
  readonly at: number
  readonly by: string
  readonly reason: string
  /** Null while the stop is under way or where it happened in another process. */
  readonly result: StopResultView | null
}

export interface StopResultView {
  readonly latchMs: number | null
  readonly deadMs: number | null
  readonly verifiedMs: number
  readonly killed: number
  /** Process id and command of everything that should be dead and is not. */
  readonly survivors: readonly { readonly pid: number; readonly command: string }[]
  readonly latchError: ErrorView | null
}

export interface PairingRequestView {
  readonly provider: ProviderId
  readonly id: string
  readonly code: string
  readonly createdAt: number
  readonly lastSeenAt: number
  readonly expiresAt: number
  readonly attempts: number
  /** Unverified: what they call themselves, as one line; empty when they said nothing. */
  readonly claimedName: string
  readonly claimedUsername: string
  /** Sentences for the owner, e.g. that the name looks like that of somebody approved. */
  readonly warnings: readonly string[]
  /** Where approval would let them in, e.g. “own session telegram:dm:42, as a friend, no tools”. */
  readonly wouldGet: string
}

export interface DecisionView {
  readonly id: string
  readonly at: number
  readonly provider: ProviderId
  readonly sender: string
  readonly claimedName: string
  readonly kind: 'approved' | 'denied' | 'blocked' | 'undone'
  /** Until when `pairing.undo` is offered on the screen; undo itself works as long as it is listed. */
  readonly undoUntil: number | null
}

/** Where a right comes from; `none` is somebody who is only on the block list. */
export type RightSource = 'owner' | 'config' | 'approved' | 'everyone' | 'built-in' | 'none'

export interface PersonView {
  readonly provider: ProviderId
  /** `*` for the row that stands for everyone. */
  readonly id: string
  readonly source: RightSource
  readonly trust: Trust
  /** False when the list exists but the policy does not honour it now, or the person is blocked. */
  readonly effective: boolean
  /** Why, in words: “approved earlier; not honoured while the policy is allowlist”. */
  readonly why: string
  readonly blocked: boolean
  readonly claimedName: string
  readonly lastSeenAt: number | null
  readonly session: string
}

export interface ProviderView extends ProviderStatus {
  readonly dmPolicy: DmPolicy
  readonly everyone: boolean
  readonly silent: boolean
}

export interface ConfigView {
  readonly path: string
  readonly exists: boolean
  readonly error: ErrorView | null
  readonly model: string
  readonly logFile: string
  readonly stateDir: string
}

export interface SimulatedMessage {
  readonly id: string
  readonly at: number
  /** Whose conversation this is. */
  readonly sender: string
  readonly from: 'person' | 'agent'
  readonly text: string
}

/** A file of the state directory that could not be read; it closes what depends on it. */
export interface StoreProblem {
  readonly provider: ProviderId
  readonly file: string
  readonly error: ErrorView
}

export interface AppState {
  readonly gateway: GatewayView
  readonly lockdown: LockdownView | null
  readonly providers: readonly ProviderView[]
  readonly config: ConfigView
  readonly requests: readonly PairingRequestView[]
  readonly decisions: readonly DecisionView[]
  readonly people: readonly PersonView[]
  readonly problems: readonly StoreProblem[]
  readonly activity: readonly GatewayActivity[]
  readonly unconfirmed: readonly UnconfirmedReply[]
  /** Dropped messages since start, `provider reason` to count. */
  readonly drops: Readonly<Record<string, number>>
  readonly simulator: readonly SimulatedMessage[]
  /** What this machine takes away from the promises, e.g. Chromium's own sandbox is off as root. */
  readonly host: { readonly notes: readonly string[] }
}

/** A change of some slices of the state. `sequence` rises by one; a gap means: ask for the whole again. */
export interface StatePatch {
  readonly sequence: number
  readonly changed: Partial<AppState>
}

/** One line of the log, as far as the live screen needs it. */
export interface LogLine {
  readonly sequence: number
  /** ISO 8601, or empty where the line has none. */
  readonly time: string
  readonly level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'unknown'
  readonly source: string
  readonly message: string
}
