// What would open a sandbox, looked for in what Docker is about to be asked. Pure. The config was checked when it was
// read; this is the second look, at the whole of it.
import { isAbsolute } from 'node:path'
import {
  AGENT_INSIDE,
  type BoxFacts,
  type WantedContainer,
  type WantedMount,
  WORKSPACE_INSIDE,
} from './wanted-container.ts'

/** Nothing may be put over these. */
const CLOSED_INSIDE = [WORKSPACE_INSIDE, AGENT_INSIDE, '/proc', '/sys', '/dev'] as const
const MIN_MEMORY_BYTES = 32 * 1024 * 1024

/** Completes “No sandbox is made: …”; undefined where every wall stands. */
export const dangerOf = ({ User, HostConfig }: WantedContainer, facts: BoxFacts): string | undefined => {
  const { NetworkMode, PidsLimit, Memory, MemorySwap, NanoCpus, Mounts, Tmpfs } = HostConfig
  if (!isPlainUser(User))
    return `its user would be ${JSON.stringify(User)}, and it has to be uid:gid, never 0`
  if (!isPlainNetwork(NetworkMode)) return `its network would be ${JSON.stringify(NetworkMode)}`
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
  return closed === undefined ? movableTarget(Mounts, targets) : `something would be mounted at ${closed}`
}

/** Not by an id, or the beginning of one: that of the host's own network is one too. */
const isPlainNetwork = (mode: string): boolean =>
  /^[a-z0-9][a-z0-9_.-]*$/i.test(mode) && !/^(?:host|default|[0-9a-f]+)$/i.test(mode)

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

/** And no place inside, for the same reason: where it is mounted would be looked for in there (CVE-2021-30465). */
const movableTarget = (mounts: readonly WantedMount[], targets: readonly string[]): string | undefined => {
  for (const { Target, ReadOnly } of mounts) {
    const inner = targets.find((target) => target !== Target && isAt(target, Target))
    if (inner !== undefined && !ReadOnly) return `${inner} lies in ${Target}, which would be mounted writable`
  }
  return undefined
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
