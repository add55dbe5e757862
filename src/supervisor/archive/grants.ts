import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'
import type { ArchiveStart } from '../../shared/contracts/archive.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { CLOSED, realPath, refuseStar } from '../children/permission-flags.ts'

const DATE = 'YYYY-MM-DD'
/** How many years of a dated log are read where its folder is not the log's alone. */
const YEARS_BACK = 1

export interface ArchivePlaces {
  readonly paths: StatePaths
  /** The folder that holds `out/` and `node_modules/`. */
  readonly appRoot: string
  /** The owner's. */
  readonly home: string
  /** May contain YYYY-MM-DD, which stands for any date. */
  readonly logFile: string
  /** Of the launch, in UTC. */
  readonly year: number
}

/** What the archive is told about its places: real paths, because Node compares them with its grants as text. */
export const archiveStartOf = ({ paths, logFile }: ArchivePlaces): ArchiveStart => {
  refuseStar(logFile)
  return {
    stateDir: realPath(paths.root),
    indexDir: realPath(paths.archive),
    auditDir: realPath(paths.audit),
    logFile: join(realPath(dirname(logFile)), basename(logFile)),
  }
}

/** The folder of its program: `<appRoot>/out/archive`. */
export const archiveCode = ({ appRoot }: Pick<ArchivePlaces, 'appRoot'>): string =>
  realPath(join(appRoot, 'out', 'archive'))

/**
 * The permission flags of the archive's Node: everything it may touch, in this one place. It reads transcripts, the
 * audit's lines and the log, and writes its index and nothing else: no network, no process, no worker; no config, no
 * store, and of the audit not the signing key, which lies in the same folder. SQLite is native code, which the flags do
 * not bind: no text of anybody's reaches it as SQL or as a path.
 */
export const archiveGrants = (places: ArchivePlaces): readonly string[] => {
  const { stateDir, indexDir, auditDir } = archiveStartOf(places)
  const code = archiveCode(places)
  const read = [
    code,
    // As it is found from the code, and without the realpath that would need its parents.
    join(dirname(dirname(code)), 'node_modules', 'better-sqlite3'),
    ...folder(join(stateDir, 'sessions')),
    ...folder(join(stateDir, 'agents')),
    `${join(auditDir, 'log-')}*`,
    ...logGrants(places),
    ...folder(indexDir),
    // In which better-sqlite3 looks which C library this process has, to choose its binary.
    ...(process.platform === 'linux' ? ['/proc/self/maps'] : []),
  ]
  return [
    '--permission',
    ...CLOSED,
    '--allow-addons',
    '--preserve-symlinks',
    '--preserve-symlinks-main',
    ...read.map((path) => `--allow-fs-read=${path}`),
    ...folder(indexDir).map((path) => `--allow-fs-write=${path}`),
  ]
}

/** Also one that is made later: Node opens what is in a folder by itself only where that is there at the start. */
const folder = (path: string): readonly string[] => [path, join(path, '*')]

/**
 * Files with a date have to be found, so their folder is opened, but not where more than logs lies in it or beneath: then
 * only names of these years are, and the archive goes through the dates.
 */
const logGrants = (places: ArchivePlaces): readonly string[] => {
  const { logFile } = archiveStartOf(places)
  const where = dirname(logFile)
  const [name = '', afterDate] = basename(logFile).split(DATE)
  if (afterDate === undefined) return [logFile]
  if (isForLogs(where, places)) return folder(where)
  return Array.from(
    { length: YEARS_BACK + 2 },
    (_, index) => `${join(where, `${name}${String(places.year + 1 - index)}-`)}*`,
  )
}

/** Whether nothing of the owner's is in a folder, beneath it, or above it where that must stay closed. */
const isForLogs = (where: string, { paths, home }: ArchivePlaces): boolean => {
  const beneath = [home, paths.root, dirname(paths.config), paths.credentials]
  const around = [paths.credentials, paths.audit, paths.incidents, paths.gateway]
  return (
    !beneath.some((own) => isWithin(realPath(own), where)) &&
    !around.some((own) => isWithin(where, realPath(own)))
  )
}

const isWithin = (path: string, where: string): boolean => {
  const inside = relative(where, path)
  return inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside)
}
