// What the owner's screens show. The supervisor makes it, main passes it on, the renderer draws it.
import type { ErrorView } from '../domain/error.ts'
import type { DmPolicy } from '../domain/people.ts'
import type { ProviderId } from '../domain/provider.ts'
import type { ARCHIVE_PHASES, ArchiveStatus } from './archive.ts'
import type { GatewayActivity, UnconfirmedReply } from './gateway.ts'
import type { ApprovalView, HandsView, SandboxesView } from './hands-views.ts'
import type { DecisionView, PairingRequestView, PersonView } from './people-views.ts'
import type { ProviderLink, ProviderStatus } from './provider-status.ts'
import type { IncidentView, LockdownView, PastLockdown } from './stop-views.ts'

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
  /** What most likely made it fail, read from its last output: one sentence with what to do; empty if unknown. */
  readonly likelyCause: string
  readonly lastOutput: readonly string[]
  /** The permission flags the gateway runs under, exactly as given to Node. */
  readonly grants: readonly string[]
  readonly maySpawn: boolean
}

export interface AuditView {
  /** `broken`: a record does not fit the ones before it. `closed`: it can not be written, so nothing privileged happens. */
  readonly state: 'checking' | 'whole' | 'broken' | 'closed'
  readonly records: number
  /** The short code of the newest record's hash, such as `7F2A·91C0`; empty where there is none. */
  readonly head: string
  /** When the whole chain was last verified, milliseconds since the epoch. */
  readonly checkedAt: number | null
  /** Torn ends that a crash left and that were cut off; each is a record itself. */
  readonly repairs: number
  readonly error: ErrorView | null
}

export interface DockerView {
  /** `absent`: not installed or not running, provably. `unreachable`: it is there and does not answer. */
  readonly state: 'unknown' | 'absent' | 'reachable' | 'unreachable'
  /** Containers with our label that run or are frozen; null where nobody can say. */
  readonly containers: number | null
  /** One sentence for the owner; empty when reachable. */
  readonly detail: string
}

/** Whose number is linked: the owner's own, one that is the agent's alone, or nobody has said. */
export type NumberUse = 'own' | 'separate' | 'unknown'

export interface LinkView extends Pick<ProviderLink, 'code' | 'self'> {
  readonly use: NumberUse
  /** The linked number is among `owner.<provider>` or `<provider>.allowFrom` of the config, whatever was said of it. */
  readonly isOwners: boolean
  /** Sentences for the owner. */
  readonly warnings: readonly string[]
}

export interface ProviderView extends ProviderStatus {
  readonly dmPolicy: DmPolicy
  readonly everyone: boolean
  readonly silent: boolean
  /** Nobody is heard but the owner in the chat with themselves. */
  readonly onlySelf: boolean
  /** Of a messenger that is linked to a phone; null for the others. */
  readonly link: LinkView | null
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

/** The archive process, and how far its index has come. `failed`: it does not run, and `error` says why. */
export interface ArchiveView extends Omit<ArchiveStatus, 'phase'> {
  readonly phase: (typeof ARCHIVE_PHASES)[number]
}

export interface AppState {
  readonly gateway: GatewayView
  readonly lockdown: LockdownView | null
  /** What the lockdown that holds left to work through. */
  readonly incident: IncidentView | null
  /** Newest first. */
  readonly pastLockdowns: readonly PastLockdown[]
  readonly audit: AuditView
  readonly docker: DockerView
  readonly sandboxes: SandboxesView
  readonly hands: HandsView
  readonly archive: ArchiveView
  /** Oldest first. */
  readonly approvals: readonly ApprovalView[]
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
