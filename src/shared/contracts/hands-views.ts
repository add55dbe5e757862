// What the owner's screens show of sandboxes, rights and approvals. The supervisor makes it, main passes it on, the renderer draws it.
import type { ErrorView } from '../domain/error.ts'
import type { ApproveMode, SandboxMode, ToolName } from '../domain/hands.ts'
import type { Trust } from '../domain/people.ts'
import type { ProviderId } from '../domain/provider.ts'

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
