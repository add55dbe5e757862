import { refuseBroad, type Workspaces } from './binds.ts'
import {
  findPlace,
  homes,
  type Place,
  privatePlaces,
  relationOf,
  systemPlaces,
  touched,
} from './host-places.ts'
import type { Path } from './locate.ts'
import { ConfigProblem } from './problem.ts'
import type { ConfigFile } from './schema.ts'
import type { Surroundings } from './surroundings.ts'

const HINT = 'Name a folder of its own for it, or leave the key out.'

/** agent.workspace and agent.sandbox.workspaceRoot: folders of their own, neither of them in the other. */
export const resolveWorkspaces = async (file: ConfigFile, around: Surroundings): Promise<Workspaces> => {
  const { paths } = around
  const workspace = await ownFolder(['agent', 'workspace'], file.agent?.workspace, paths.workspace, around)
  const rootPath: Path = ['agent', 'sandbox', 'workspaceRoot']
  const workspaceRoot = await ownFolder(rootPath, file.agent?.sandbox?.workspaceRoot, paths.sandboxes, around)
  if (relationOf(await findPlace(workspace), await findPlace(workspaceRoot)) !== 'apart') {
    throw new ConfigProblem(
      file.agent?.workspace === undefined ? rootPath : ['agent', 'workspace'],
      'lies in, or holds, the folder of the sandboxes’ workspaces: one session could reach another’s files',
      'Name two folders of which neither is in the other.',
    )
  }
  return { workspace, workspaceRoot }
}

const ownFolder = async (
  path: Path,
  given: string | undefined,
  otherwise: string,
  around: Surroundings,
): Promise<string> => {
  if (given === undefined) return otherwise
  const folder = around.absolute(given)
  const place = await findPlace(folder)
  await refuseBroad(place, path, around)
  const root = relationOf(place, await findPlace(around.paths.root))
  if (root === 'same' || root === 'around') {
    throw new ConfigProblem(path, 'is the state directory or holds it', HINT)
  }
  const own = await touched(place, privatePlaces(around.paths))
  if (own !== undefined) throw new ConfigProblem(path, `is or holds ${own.path}: ${own.what}`, HINT)
  // Root's own home lies in a place of the system.
  if (await isAtHome(place, around)) return folder
  const system = await touched(place, systemPlaces)
  if (system !== undefined) throw new ConfigProblem(path, `is in ${system.path}: ${system.what}`, HINT)
  return folder
}

const isAtHome = async (place: Place, { env }: Surroundings): Promise<boolean> => {
  for (const home of homes(env)) {
    if (relationOf(place, await findPlace(home)) === 'inside') return true
  }
  return false
}
