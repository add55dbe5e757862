// What a sandbox is asked to be: the whole body of Docker's “create”, from the owner's config. Pure. Every wall is here,
// and what `drift.ts` compares with Docker's inspection is this and nothing else.
import { createHash } from 'node:crypto'
import { ClawdbotError } from '../../shared/domain/error.ts'
import { dangerOf } from './danger.ts'
import {
  AGENT_INSIDE,
  type BoxFacts,
  type WantedContainer,
  type WantedMount,
  WORKSPACE_INSIDE,
} from './wanted-container.ts'

const ALWAYS_IN_MEMORY = ['/tmp', '/var/tmp', '/run'] as const
const TMPFS_OPTIONS = 'rw,nosuid,nodev,noexec,size=64m,mode=1777'
const SHARED_MEMORY_BYTES = 64 * 1024 * 1024

/**
 * Of what the kernel counts by user, over all that this user runs: outside there may be one with the same number, the
 * owner first of all, who would have nothing left. Timers count as pending signals.
 */
const ULIMITS_OF_ITS_USER = [
  { Name: 'sigpending', Soft: 1024, Hard: 1024 },
  { Name: 'msgqueue', Soft: 0, Hard: 0 },
] as const

/** Not the image's: python3 is looked for in it. */
const PATH_INSIDE = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

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
      Ulimits: [
        ...Object.entries(docker.ulimits).map(([Name, { soft, hard }]) => ({ Name, Soft: soft, Hard: hard })),
        ...ULIMITS_OF_ITS_USER,
      ],
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
