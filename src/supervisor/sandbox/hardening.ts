// What a sandbox is asked to be: the whole body of Docker's “create”, from the owner's config. Pure. Every wall is here,
// and what `drift.ts` compares with Docker's inspection is this and nothing else.
import { createHash } from 'node:crypto'
import { isAbsolute } from 'node:path'
import { ClawdbotError } from '../../shared/domain/error.ts'
import type { SandboxConfig } from '../../shared/state/config/schema.ts'

/** Where a sandbox has its own files. */
export const WORKSPACE_INSIDE = '/workspace'
/** Where it sees the agent's files, with `workspaceAccess: "ro"`. */
export const AGENT_INSIDE = '/agent'

/** Nothing may be put over these. */
const CLOSED_INSIDE = [WORKSPACE_INSIDE, AGENT_INSIDE, '/proc', '/sys', '/dev'] as const
const ALWAYS_IN_MEMORY = ['/tmp', '/var/tmp', '/run'] as const
const TMPFS_OPTIONS = 'rw,nosuid,nodev,noexec,size=64m,mode=1777'
const SHARED_MEMORY_BYTES = 64 * 1024 * 1024
const MIN_MEMORY_BYTES = 32 * 1024 * 1024

/** Not the image's: python3 is looked for in it. */
const PATH_INSIDE = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

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

/** Everything about a container that decides whether a running one still is what the config asks for. */
export const configHash = (wanted: WantedContainer): string =>
  createHash('sha256')
    .update(JSON.stringify({ ...wanted, Labels: {} }))
    .digest('hex')
    .slice(0, 16)

/**
 * The body of the request that makes a sandbox. The config was checked when it was read; what would open the box is
 * looked at once more here (CVE-2026-27002, GHSA-ww6v-v748-x7g9). Errors: `sandbox_refused`.
 */
export const wantedContainer = (facts: BoxFacts): WantedContainer => {
  const { docker } = facts.sandbox
  const networkMode = facts.network ? docker.network : 'none'
  const isOnline = networkMode !== 'none'
  const wanted: WantedContainer = {
    Image: docker.image,
    Entrypoint: [],
    Cmd: ['python3', '-I', '-S', '-B', '-c', facts.helper],
    User: docker.user ?? `${facts.user.uid}:${facts.user.gid}`,
    WorkingDir: WORKSPACE_INSIDE,
    Env: environment(docker.env, docker.setupCommand),
    Labels: {},
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      NetworkMode: networkMode,
      Dns: isOnline ? docker.dns : [],
      ExtraHosts: isOnline ? docker.extraHosts : [],
      ReadonlyRootfs: docker.readOnlyRoot,
      Privileged: false,
      CapAdd: [],
      CapDrop: ['ALL'],
      SecurityOpt: [
        'no-new-privileges',
        `seccomp=${facts.seccomp}`,
        ...(docker.apparmorProfile === undefined ? [] : [`apparmor=${docker.apparmorProfile}`]),
      ],
      PidsLimit: docker.pidsLimit,
      Memory: docker.memory,
      MemorySwap: facts.limitsSwap ? docker.memorySwap : -1,
      NanoCpus: Math.round(docker.cpus * 1e9),
      Ulimits: Object.entries(docker.ulimits).map(([Name, { soft, hard }]) => ({
        Name,
        Soft: soft,
        Hard: hard,
      })),
      Tmpfs: Object.fromEntries(
        [...new Set([...ALWAYS_IN_MEMORY, ...docker.tmpfs])].map((path) => [path, TMPFS_OPTIONS]),
      ),
      Mounts: mountsOf(facts),
      IpcMode: 'private',
      CgroupnsMode: 'private',
      PidMode: '',
      UTSMode: '',
      ShmSize: SHARED_MEMORY_BYTES,
      OomScoreAdj: 500,
      Init: false,
      AutoRemove: true,
      RestartPolicy: { Name: 'no' },
      LogConfig: { Type: 'none' },
    },
  }
  const danger = dangerOf(wanted, facts)
  if (danger !== undefined) {
    throw new ClawdbotError(
      'sandbox_refused',
      `No sandbox is made: ${danger}.`,
      'Change agent.sandbox in clawdbot.json. Nothing runs on the host instead.',
    )
  }
  return { ...wanted, Labels: { ...facts.labels, 'clawdbot.configHash': configHash(wanted) } }
}

const environment = (given: Readonly<Record<string, string>>, setup: string | undefined): readonly string[] =>
  Object.entries({
    LANG: 'C.UTF-8',
    ...given,
    PATH: PATH_INSIDE,
    HOME: WORKSPACE_INSIDE,
    ...(setup === undefined ? {} : { CLAWDBOT_SETUP: setup }),
  }).map(([name, value]) => `${name}=${value}`)

const mountsOf = ({ sandbox, readOnly, workspace }: BoxFacts): readonly WantedMount[] => {
  const access = sandbox.workspaceAccess
  return [
    access === 'rw'
      ? mount(workspace.agent, WORKSPACE_INSIDE, readOnly)
      : mount(workspace.own, WORKSPACE_INSIDE, false),
    ...(access === 'ro' ? [mount(workspace.agent, AGENT_INSIDE, true)] : []),
    ...sandbox.docker.binds.map((bind) => mount(bind.source, bind.target, bind.readOnly || readOnly)),
  ]
}

const mount = (source: string, target: string, isReadOnly: boolean): WantedMount => ({
  Type: 'bind',
  Source: source,
  Target: target,
  ReadOnly: isReadOnly,
  BindOptions: { Propagation: 'rprivate', NonRecursive: true },
})

/** Completes “No sandbox is made: …”; undefined where every wall stands. */
const dangerOf = ({ User, HostConfig }: WantedContainer, facts: BoxFacts): string | undefined => {
  const { NetworkMode, PidsLimit, Memory, MemorySwap, NanoCpus, Mounts, Tmpfs } = HostConfig
  if (!isPlainUser(User))
    return `its user would be ${JSON.stringify(User)}, and it has to be uid:gid, never 0`
  if (!/^[a-z0-9][a-z0-9_.-]*$/i.test(NetworkMode) || NetworkMode === 'host' || NetworkMode === 'default') {
    return `its network would be ${JSON.stringify(NetworkMode)}`
  }
  if (!(PidsLimit > 0)) return 'it would have no limit of processes'
  if (!(Memory >= MIN_MEMORY_BYTES)) return 'it would have no limit of memory, or less than 32 MiB'
  if (facts.limitsSwap && !(MemorySwap >= Memory)) return 'it would have no limit of swap'
  if (!(NanoCpus > 0)) return 'it would have no limit of processor time'
  if (facts.sandbox.docker.apparmorProfile === 'unconfined') return 'AppArmor would be switched off'
  const profile = seccompDanger(facts.seccomp)
  if (profile !== undefined) return profile
  for (const one of Mounts) {
    const why = mountDanger(one, facts) ?? nestedIn(one, Mounts)
    if (why !== undefined) return why
  }
  const targets = [...Mounts.map(({ Target }) => Target), ...Object.keys(Tmpfs)]
  const covered = targets.find((target, at) => targets.indexOf(target) !== at)
  if (covered !== undefined) return `two things would be mounted at ${covered}`
  const own = new Set<string>([
    WORKSPACE_INSIDE,
    ...(facts.sandbox.workspaceAccess === 'ro' ? [AGENT_INSIDE] : []),
  ])
  const closed = targets.find(
    (target) => !own.has(target) && CLOSED_INSIDE.some((place) => isAt(target, place)),
  )
  return closed === undefined ? undefined : `something would be mounted at ${closed}`
}

const isPlainUser = (user: string): boolean => {
  const [, uid, gid] = /^(\d{1,10}):(\d{1,10})$/.exec(user) ?? []
  return Number(uid) > 0 && Number(gid) > 0
}

/** The path itself or something in it. The separators of both worlds, because the host may be Windows. */
const isAt = (path: string, place: string): boolean => {
  const root = place.replace(/[/\\]+$/, '')
  return path === place || path === root || path.startsWith(`${root}/`) || path.startsWith(`${root}\\`)
}

const mountDanger = (
  { Source, Target }: WantedMount,
  { places, workspace }: BoxFacts,
): string | undefined => {
  if (!isAbsolute(Source)) return `${JSON.stringify(Source)} is not an absolute path`
  if (!Target.startsWith('/')) return `${JSON.stringify(Target)} is not an absolute path inside`
  const isOwn = Source === workspace.own && Target === WORKSPACE_INSIDE
  const isAgents = Source === workspace.agent && (Target === WORKSPACE_INSIDE || Target === AGENT_INSIDE)
  const closed = [
    ...places.closed,
    ...(isOwn ? [] : [places.workspaces]),
    ...(isOwn || isAgents ? [] : [places.state]),
  ]
  const shown = [...closed, ...places.whole, places.state].find((place) => isAt(place, Source))
  if (shown !== undefined) return `mounting ${Source} would show ${shown}`
  const around = closed.find((place) => isAt(Source, place))
  return around === undefined ? undefined : `mounting ${Source} would show a part of ${around}`
}

/** What can be written through one mount must not decide where another one leads: a symlink put there would. */
const nestedIn = (one: WantedMount, all: readonly WantedMount[]): string | undefined => {
  const writable = all.find((other) => other !== one && !other.ReadOnly && isAt(one.Source, other.Source))
  return writable && `${one.Source} lies in ${writable.Source}, which is mounted writable`
}

/** What a profile does with calls that it does not name. */
const DENIALS = new Set([
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_KILL',
  'SCMP_ACT_KILL_THREAD',
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_TRAP',
])

const seccompDanger = (profile: string): string | undefined => {
  try {
    const value: unknown = JSON.parse(profile)
    const action =
      typeof value === 'object' && value !== null ? Reflect.get(value, 'defaultAction') : undefined
    if (typeof action === 'string' && DENIALS.has(action)) return undefined
  } catch {
    // Not JSON: said below, and “unconfined” is not JSON either.
  }
  return 'its seccomp profile is not one that refuses what it does not name'
}
