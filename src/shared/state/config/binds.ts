import { stat } from 'node:fs/promises'
import { isAbsolute, parse, posix } from 'node:path'
import {
  enginePlaces,
  findPlace,
  homes,
  keyPlaces,
  type NamedPlace,
  type Place,
  privatePlaces,
  relationOf,
  systemPlaces,
  touched,
} from './host-places.ts'
import type { Path } from './locate.ts'
import { ConfigProblem } from './problem.ts'
import type { BoxConfig } from './schema.ts'
import type { Surroundings } from './surroundings.ts'

/** Where the agent's own folders lie: they come into a sandbox by workspaceAccess, and in no other way. */
export interface Workspaces {
  readonly workspace: string
  readonly workspaceRoot: string
}

type Bind = BoxConfig['binds'][number]

const PATH: Path = ['agent', 'sandbox', 'docker', 'binds']
const HINT = 'Bind one folder that holds nothing but what the sandbox is to have, or leave it out.'

/**
 * `source:target[:ro|:rw]` each. What would open the box is refused, by the place itself and not by its name
 * (CVE-2026-27002: a bind of the engine's socket). The sources that are returned have no links left in them.
 */
export const resolveBinds = async (
  given: readonly string[],
  tmpfs: readonly string[],
  around: Surroundings,
  workspaces: Workspaces,
): Promise<readonly Bind[]> => {
  const binds: Bind[] = []
  for (const [index, text] of given.entries()) {
    const path = [...PATH, index]
    const bind = parseBind(text, path)
    if ([...tmpfs, ...binds.map(({ target }) => target)].includes(bind.target)) {
      throw new ConfigProblem(path, `mounts ${bind.target} a second time`, 'Choose another target.')
    }
    binds.push({ ...bind, source: await openSource(bind.source, path, around, workspaces) })
  }
  return binds
}

const parseBind = (text: string, path: Path): Bind => {
  const [source = '', target = '', mode = 'rw', ...rest] = text.split(':')
  if (rest.length > 0 || source === '' || target === '') {
    throw new ConfigProblem(path, 'is not source:target, source:target:ro or source:target:rw', HINT)
  }
  if (mode !== 'ro' && mode !== 'rw') {
    throw new ConfigProblem(path, 'has an option other than ro and rw', 'Leave the option out.')
  }
  if (!isAbsolute(source)) throw new ConfigProblem(path, 'has a source that is not absolute', HINT)
  const refused = refusedTarget(target)
  if (refused !== undefined) throw new ConfigProblem(path, refused, 'Choose a target such as /data.')
  return { source, target, readOnly: mode === 'ro' }
}

/** Places inside that are ours or the kernel's: something mounted over them would not be what was inspected. */
const TAKEN_INSIDE = ['/workspace', '/agent', '/proc', '/sys', '/dev']

/** Why nothing may be mounted there inside; completes “the key …”. */
export const refusedTarget = (target: string): string | undefined => {
  if (!target.startsWith('/')) return 'has a target that is not absolute'
  if (target === '/') return 'has the sandbox’s whole file system as its target'
  if (posix.normalize(target) !== target || target.endsWith('/'))
    return 'has a target that is not written plainly'
  if (!/^[\w./@+-]+$/.test(target))
    return 'has a target with characters other than letters, digits and ._-@+/'
  const taken = TAKEN_INSIDE.find((place) => target === place || target.startsWith(`${place}/`))
  return taken === undefined ? undefined : `has a target in ${taken}, which is not for mounts`
}

const openSource = async (
  source: string,
  path: Path,
  around: Surroundings,
  workspaces: Workspaces,
): Promise<string> => {
  const place = await findPlace(source)
  const kind = await kindOf(place.path)
  if (kind === 'absent') {
    throw new ConfigProblem(
      path,
      'has a source that does not exist or can not be looked at',
      'Make the folder first.',
    )
  }
  if (kind === 'other') {
    throw new ConfigProblem(path, 'has a source that is a socket, a pipe or a device', HINT)
  }
  await refuseBroad(place, path, around)
  const named: readonly NamedPlace[] = [
    ...enginePlaces(around.env),
    ...systemPlaces,
    { path: around.paths.root, what: 'the state directory' },
    ...privatePlaces(around.paths),
    ...around.secretFiles.map((file) => ({ path: file, what: 'a file with a secret' })),
    ...keyPlaces(around.env),
    { path: workspaces.workspace, what: 'agent.workspace: agent.sandbox.workspaceAccess opens it' },
    { path: workspaces.workspaceRoot, what: 'where the sandboxes’ own workspaces are' },
  ]
  const found = await touched(place, named)
  if (found === undefined) return place.path
  throw new ConfigProblem(path, `would open ${found.path} to the sandbox: ${found.what}`, HINT)
}

/** The whole file system, and a home or what is above it: too much to be meant. */
export const refuseBroad = async (place: Place, path: Path, around: Surroundings): Promise<void> => {
  if (relationOf(place, await findPlace(parse(place.path).root)) === 'same') {
    throw new ConfigProblem(path, 'is the whole file system', HINT)
  }
  for (const home of homes(around.env)) {
    const relation = relationOf(place, await findPlace(home))
    if (relation === 'same' || relation === 'around') {
      throw new ConfigProblem(
        path,
        relation === 'same' ? 'is the home folder' : 'is above the home folder',
        HINT,
      )
    }
  }
}

const kindOf = async (path: string): Promise<'plain' | 'other' | 'absent'> => {
  try {
    const stats = await stat(path)
    return stats.isDirectory() || stats.isFile() ? 'plain' : 'other'
  } catch {
    // What can not be looked at can not be judged.
    return 'absent'
  }
}
