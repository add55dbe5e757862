import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ArchiveStart } from '../../shared/contracts/archive.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import { writeFailure } from '../../shared/state/atomic-file.ts'
import { pinnedNodePath } from '../children/pinned-node.ts'
import { type ArchivePlaces, archiveCode, archiveGrants, archiveStartOf } from './grants.ts'

export interface ArchivePlan {
  readonly node: string
  readonly main: string
  readonly grants: readonly string[]
  readonly cwd: string
  readonly start: ArchiveStart
}

/**
 * One launch of the archive: what it may touch, and all that it is told. Makes the folder of its index.
 * Errors, none of which another try mends: `runtime_missing`, `state_not_writable`, `disk_full`.
 */
export const planArchive = (places: ArchivePlaces): ArchivePlan => {
  const node = pinnedNodePath(places.appRoot)
  const main = join(archiveCode(places), 'main.js')
  if (!existsSync(main))
    throw missing(`there is no ${main}`, 'Run `npm run build`, or install Clawdbot again.')
  refuseWithoutSqlite(places.appRoot)
  try {
    mkdirSync(places.paths.archive, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw writeFailure(error, places.paths.archive)
  }
  const start = archiveStartOf(places)
  return { node, main, grants: archiveGrants(places), cwd: start.indexDir, start }
}

/** Where better-sqlite3 looks for its binary: one that was built here, and those that come with it. */
const refuseWithoutSqlite = (appRoot: string): void => {
  const { platform, arch } = process
  const folder = join(appRoot, 'node_modules', 'better-sqlite3')
  const places = [
    join('build', 'Release', 'better_sqlite3.node'),
    ...(platform === 'linux' ? [platform, `${platform}musl`] : [platform]).map((system) =>
      join('prebuilds', `${system}-${arch}.node`),
    ),
  ]
  if (places.some((place) => existsSync(join(folder, place)))) return
  throw missing(
    `there is no SQLite for ${platform}-${arch} in ${folder}`,
    'Run `npm ci`, or install Clawdbot again.',
  )
}

const missing = (what: string, hint: string): ClawdbotError =>
  new ClawdbotError('runtime_missing', `The archive can not run: ${what}.`, hint)
