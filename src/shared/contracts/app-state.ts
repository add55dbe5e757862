// What the owner's screens show. The supervisor makes it, main passes it on, the renderer draws it.
import type { ErrorView } from '../domain/error.ts'
import type { ApproveMode, SandboxMode, ToolName } from '../domain/hands.ts'
import type { DmPolicy, Trust } from '../domain/people.ts'
import type { ProviderId } from '../domain/provider.ts'
import type { ARCHIVE_PHASES, ArchiveStatus } from './archive.ts'
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
  /** What most likely made it fail, read from its last output: one sentence with what to do; empty if unknown. */
  readonly likelyCause: string
  readonly lastOutput: readonly string[]
  /** The permission flags the gateway runs under, exactly as given to Node. */
  readonly grants: readonly string[]
  readonly maySpawn: boolean
}

export interface LockdownView {
  readonly at: number
  readonly by: string
  readonly reason: string
  /** The name of its folder under `incidents/`; empty where the latch does not say. */
  readonly incident: string
  /** Null while the stop is under way, and where nothing is known of how it went. */
  readonly result: StopResultView | null
}

/** What should be dead and is not, or what nobody could prove dead. */
export type Survivor =
  | { readonly kind: 'process'; readonly pid: number; readonly command: string }
  | { readonly kind: 'container'; readonly id: string; readonly name: string }

/** All times are milliseconds from the act. */
export interface StopResultView {
  /** Null: there is no latch on disk. */
  readonly latchMs: number | null
  /** When every container was frozen; null where there was none, or one could not be. */
  readonly frozenMs: number | null
  /** When no process of the gateway was left; null if one is. */
  readonly deadMs: number | null
  /** When no container of ours was left; null where there was none, or one is. */
  readonly containersDeadMs: number | null
  /** When both lists were read again and found empty, or given up. */
  readonly verifiedMs: number
  /** Processes. */
  readonly killed: number
  readonly containers: { readonly found: number; readonly frozen: number; readonly dead: number }
  readonly survivors: readonly Survivor[]
  readonly latchError: ErrorView | null
  /** Why nobody can say whether containers live. Null where Docker answered, or provably does not run. */
  readonly containersError: ErrorView | null
  /** Why the stop is not in the audit, or why its evidence could not be kept. */
  readonly recordError: ErrorView | null
  readonly steps: readonly { readonly at: number; readonly what: string }[]
}

/** Is it certain? The latch is on disk, and processes and containers were looked for and none was found. */
export const isProvenStopped = (result: StopResultView): boolean =>
  result.latchError === null && result.containersError === null && result.survivors.length === 0

export const INCIDENT_STEPS = ['stop', 'logs', 'sessions', 'secrets', 'rules'] as const
export type IncidentStep = (typeof INCIDENT_STEPS)[number]

/** A secret that the gateway could have given away, and how it is replaced. No part of it is in here. */
export interface ReachableSecret {
  /** E.g. “Telegram bot token”. */
  readonly name: string
  /** Where it is set: “telegram.botToken in clawdbot.json”. */
  readonly where: string
  /** What somebody who has it could do. */
  readonly reach: string
  /** How it is replaced, in one or two sentences. */
  readonly how: string
}

/** A conversation that was open at the stop, or used shortly before. No text of it. */
export interface IncidentSession {
  readonly key: string
  readonly sessionId: string
  readonly updatedAt: number
  /** A message was accepted and not answered yet. */
  readonly midTurn: boolean
}

/** The last lockdown as something to work through: kept until the owner resumes. */
export interface IncidentView {
  readonly id: string
  /** The folder with the evidence. */
  readonly folder: string
  readonly files: number
  readonly logLines: number
  readonly logWarnings: number
  /** Of the first line kept, milliseconds since the epoch; null where there is none. */
  readonly logFrom: number | null
  readonly sessions: readonly IncidentSession[]
  readonly secrets: readonly ReachableSecret[]
  /** When each step was ticked, milliseconds since the epoch; null: still to do. */
  readonly done: Readonly<Record<IncidentStep, number | null>>
  /** Evidence that can not be read or whose hashes do not fit. */
  readonly error: ErrorView | null
}

/** A lockdown that has ended. */
export interface PastLockdown {
  readonly at: number
  readonly by: string
  readonly reason: string
  readonly incident: string
  readonly resumedAt: number
  readonly resumedBy: string
  readonly resumeReason: string
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

/** One point in which a container is not as it was asked for. */
export interface DriftView {
  /** The setting, in words: “network”, “capabilities”. */
  readonly what: string
  readonly wanted: string
  readonly found: string
}

/** The state of a sandbox that was ended because it had changed: shown as it was found until its session gets another. */
export const REMOVED_STATE = 'removed by Clawdbot'

/** One sandbox, from Docker's own inspection; what Docker does not say is null. */
export interface SandboxView {
  /** Docker's id. */
  readonly id: string
  readonly name: string
  /** The session key of its label; empty where it has none. */
  readonly session: string
  readonly image: string
  /** As Docker says it: `running`, `paused`, `created`, `exited`…; or REMOVED_STATE. */
  readonly state: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** Bytes. */
  readonly memory: number | null
  readonly memoryLimit: number | null
  readonly processes: number | null
  readonly processLimit: number | null
  /** Docker's word for it: `none`, `bridge`… */
  readonly network: string
  readonly readOnlyRoot: boolean
  /** What is left of them: `none`, or their names. */
  readonly capabilities: string
  /** `uid:gid`; `root` where it is root. */
  readonly user: string
  /** Host folder to folder inside, `ro` or `rw`. */
  readonly mounts: readonly { readonly source: string; readonly target: string; readonly mode: 'ro' | 'rw' }[]
  /** Differences to the hardening that the config asks for; one of another supervisor's or an earlier run is all drift. */
  readonly drift: readonly DriftView[]
  /** Whether this supervisor holds it: `in use`, `ahead` (started, not used yet), or a `stray` one. */
  readonly held: 'in use' | 'ahead' | 'stray'
}

export interface SandboxImageView {
  readonly name: string
  readonly state: 'unknown' | 'absent' | 'present'
  /** One sentence where it is not present: what that means and what to do. */
  readonly detail: string
}

export interface ImageBuildView {
  readonly state: 'idle' | 'building' | 'built' | 'failed'
  /** The newest lines of its progress, oldest first. */
  readonly lines: readonly string[]
  readonly error: ErrorView | null
}

/** The sandboxes, and what the config makes of them. */
export interface SandboxesView {
  readonly containers: readonly SandboxView[]
  /** When Docker was last asked, milliseconds since the epoch; null: never, or without an answer. */
  readonly checkedAt: number | null
  readonly image: SandboxImageView
  readonly build: ImageBuildView
  /** Named risks: what is configured and weaker than the default, and an engine with known holes. Whole sentences. */
  readonly risks: readonly string[]
}

/** What the owner's rules for tools come to. */
export interface HandsView {
  readonly mode: SandboxMode
  /** Whether sessions may run things on the host by the config; `gateway.maySpawn` says whether the process could. */
  readonly host: {
    readonly enabled: boolean
    readonly approve: ApproveMode
    readonly workspace: string
    /** Senders whom `agent.elevated.allowFrom` names: they may use the host besides what the rows below say. */
    readonly named: number
  }
  readonly readOnly: {
    readonly on: boolean
    /** `config`: the key readOnlyMode, which the switch can not undo. `broken`: the switch's file can not be read. */
    readonly by: 'switch' | 'config' | 'broken' | null
    /** When the switch was thrown, milliseconds since the epoch. */
    readonly since: number | null
  }
  /** One row a trust, for somebody of it in a chat of their own; the owner in `main`. */
  readonly radius: readonly {
    readonly trust: Trust
    readonly tools: readonly ToolName[]
    /** The furthest that they reach. */
    readonly reach: 'nothing' | 'box' | 'box with network' | 'this machine'
    /** Where they act, in words: “nowhere”, “in a box without network”, “on this machine”. */
    readonly place: string
    /** Whom `send` reaches, in words. */
    readonly send: string
  }[]
}

/** A command that waits for the owner's word. */
export interface ApprovalView {
  readonly id: number
  /** Milliseconds since the epoch. */
  readonly askedAt: number
  /** Without an answer by then it is denied. */
  readonly expiresAt: number
  readonly provider: ProviderId
  readonly sender: string
  readonly claimedName: string
  readonly session: string
  /** Exactly what would run. */
  readonly command: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** SHA-256 of all of it: an answer names it, so that it is for what was shown. */
  readonly sha256: string
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
