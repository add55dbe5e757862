// A sandbox in the form in which Docker is asked for one, and what has to be known for it.
import type { SandboxConfig } from '../../shared/state/config/schema.ts'

/** Where a sandbox has its own files. */
export const WORKSPACE_INSIDE = '/workspace'
/** Where it sees the agent's files, with `workspaceAccess: "ro"`. */
export const AGENT_INSIDE = '/agent'

export interface WantedMount {
  readonly Type: 'bind'
  readonly Source: string
  readonly Target: string
  readonly ReadOnly: boolean
  /** Not recursive: a file system that is mounted inside the folder is not handed in with it. */
  readonly BindOptions: { readonly Propagation: 'rprivate'; readonly NonRecursive: true }
}

/** https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerCreate */
export interface WantedContainer {
  readonly Image: string
  readonly Entrypoint: readonly []
  readonly Cmd: readonly string[]
  readonly User: string
  readonly WorkingDir: string
  readonly Env: readonly string[]
  readonly Labels: Readonly<Record<string, string>>
  readonly OpenStdin: true
  readonly StdinOnce: true
  readonly AttachStdin: true
  readonly AttachStdout: true
  readonly AttachStderr: true
  readonly Tty: false
  readonly Healthcheck: { readonly Test: readonly ['NONE'] }
  readonly HostConfig: {
    readonly NetworkMode: string
    readonly Dns: readonly string[]
    readonly ExtraHosts: readonly string[]
    readonly ReadonlyRootfs: boolean
    readonly Privileged: false
    readonly CapAdd: readonly []
    readonly CapDrop: readonly ['ALL']
    readonly SecurityOpt: readonly string[]
    readonly PidsLimit: number
    /** Bytes. */
    readonly Memory: number
    /** Bytes, memory included; -1 where the engine can not limit it. */
    readonly MemorySwap: number
    readonly NanoCpus: number
    readonly Ulimits: readonly { readonly Name: string; readonly Soft: number; readonly Hard: number }[]
    readonly Tmpfs: Readonly<Record<string, string>>
    readonly Mounts: readonly WantedMount[]
    readonly IpcMode: 'private'
    readonly CgroupnsMode: 'private'
    readonly PidMode: ''
    readonly UTSMode: ''
    readonly ShmSize: number
    readonly OomScoreAdj: number
    readonly Init: false
    readonly AutoRemove: true
    readonly RestartPolicy: { readonly Name: 'no' }
    readonly LogConfig: { readonly Type: 'none' }
  }
}

/** Places of the host that no sandbox sees. Absolute, with every symlink resolved. */
export interface HostPlaces {
  /** Nothing of them: credentials, transcripts, the engine's socket, the system's own folders. */
  readonly closed: readonly string[]
  /** Not the whole of them, but perhaps a part: the home. */
  readonly whole: readonly string[]
  /** The state directory: nothing of it but the workspaces. */
  readonly state: string
  /** The folder with the workspaces of all sandboxes. */
  readonly workspaces: string
}

export interface BoxFacts {
  readonly sandbox: SandboxConfig
  /** Read-only mode: no folder of the host but the sandbox's own is writable. */
  readonly readOnly: boolean
  /** Whether this one may have the network that the config names. */
  readonly network: boolean
  /** Absolute, with every symlink resolved. `own`: the sandbox's; `agent`: the agent's. */
  readonly workspace: { readonly own: string; readonly agent: string }
  readonly user: { readonly uid: number; readonly gid: number }
  /** The seccomp profile, JSON. */
  readonly seccomp: string
  /** The helper's source, Python. */
  readonly helper: string
  /** Whether the engine can limit swap; some kernels need to be told to at boot. */
  readonly limitsSwap: boolean
  readonly places: HostPlaces
  readonly labels: Readonly<Record<string, string>>
}
