// Which places of this machine a folder of the config touches. Names alone do not say it: links, bind mounts and file
// systems that ignore case give one place many names, so the places' own identities are compared besides.
import { realpath, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join, resolve, sep } from 'node:path'
import type { StatePaths } from '../state-dir.ts'

/** One place, found on the disk. */
export interface Place {
  /** Without links, as far as it exists. */
  readonly path: string
  /** Device and inode; undefined where there is nothing that can be looked at. */
  readonly self: string | undefined
  readonly parents: readonly string[]
}

export type Relation = 'same' | 'inside' | 'around' | 'apart'

/** Never throws: what can not be looked at keeps the name that was given. */
export const findPlace = async (path: string): Promise<Place> => {
  const real = await realName(resolve(path))
  const parents: string[] = []
  for (let at = real; at !== dirname(at); ) {
    at = dirname(at)
    const id = await identity(at)
    if (id !== undefined) parents.push(id)
  }
  return { path: real, self: await identity(real), parents }
}

/** How `a` lies to `b`. */
export const relationOf = (a: Place, b: Place): Relation => {
  if (a.path === b.path || (a.self !== undefined && a.self === b.self)) return 'same'
  if (isUnder(a, b)) return 'inside'
  return isUnder(b, a) ? 'around' : 'apart'
}

const isUnder = (inner: Place, outer: Place): boolean =>
  inner.path.startsWith(outer.path.endsWith(sep) ? outer.path : `${outer.path}${sep}`) ||
  (outer.self !== undefined && inner.parents.includes(outer.self))

/** Of what does not exist (yet): that of the nearest folder that does, and the rest of the name. */
const realName = async (path: string): Promise<string> => {
  try {
    return await realpath(path)
  } catch {
    const folder = dirname(path)
    return folder === path ? path : join(await realName(folder), basename(path))
  }
}

const identity = async (path: string): Promise<string | undefined> => {
  try {
    const { dev, ino } = await stat(path, { bigint: true })
    return `${String(dev)}:${String(ino)}`
  } catch {
    // Absent, or closed to us: then its name has to do.
    return undefined
  }
}

/** A place and what it is, to complete “that is …”. */
export interface NamedPlace {
  readonly path: string
  readonly what: string
}

/** The owner's home, by the environment and by the system's own list of users. */
export const homes = (env: NodeJS.ProcessEnv): readonly string[] => [
  ...new Set([env['HOME'] || env['USERPROFILE'] || homedir(), homedir()]),
]

/** What a sandbox gets no part of (CVE-2026-27002), whatever it is called. */
export const systemPlaces: readonly NamedPlace[] = [
  ...['/etc', '/boot', '/root'].map((path) => ({ path, what: `${path} of this machine` })),
  ...['/proc', '/sys', '/dev'].map((path) => ({ path, what: 'the kernel’s own interface' })),
  ...['/run', '/var/run'].map((path) => ({
    path,
    what: 'where services of this machine have their sockets',
  })),
  ...['/var/lib/docker', '/var/lib/containerd', '/var/lib/containers', '/var/lib/kubelet'].map((path) => ({
    path,
    what: 'where other containers are kept',
  })),
]

/** Where the engine listens: whoever reaches it owns the machine. */
export const enginePlaces = (env: NodeJS.ProcessEnv): readonly NamedPlace[] => {
  const given = /^(?:unix|npipe):\/\/(\/.+)$/.exec(env['DOCKER_HOST'] ?? '')?.[1]
  const runtime = env['XDG_RUNTIME_DIR']
  return [
    '/var/run/docker.sock',
    ...(given === undefined ? [] : [given]),
    ...(runtime === undefined || runtime === '' ? [] : [runtime]),
    ...homes(env).flatMap((home) => ENGINES_AT_HOME.map((name) => join(home, name))),
  ].map((path) => ({ path, what: 'where the container engine listens' }))
}

const ENGINES_AT_HOME = ['.docker', '.colima', '.lima', '.orbstack', '.rd', '.local/share/docker']

/** Keys and logins that other programs keep at home. */
export const keyPlaces = (env: NodeJS.ProcessEnv): readonly NamedPlace[] =>
  homes(env).flatMap((home) =>
    KEYS_AT_HOME.map((name) => ({ path: join(home, name), what: 'where keys or logins are kept' })),
  )

const KEYS_AT_HOME = [
  '.ssh',
  '.gnupg',
  '.aws',
  '.azure',
  '.kube',
  '.config/gcloud',
  '.config/gh',
  '.netrc',
  '.git-credentials',
  '.password-store',
  '.local/share/keyrings',
  'Library/Keychains',
]

/** The parts of the state directory that only the supervisor and the gateway may touch. */
export const privatePlaces = (paths: StatePaths): readonly NamedPlace[] => [
  { path: paths.credentials, what: 'where credentials are kept' },
  { path: paths.config, what: 'the config' },
  ...[paths.sessions, paths.gateway, paths.audit, paths.incidents].map((path) => ({
    path,
    what: 'a part of the state directory that is not for the agent',
  })),
]

/** The first of these that is the place itself, is in it, or has it inside. */
export const touched = async (
  place: Place,
  named: readonly NamedPlace[],
): Promise<NamedPlace | undefined> => {
  for (const each of named) {
    if (relationOf(place, await findPlace(each.path)) !== 'apart') return each
  }
  return undefined
}
