import { type Dirent, lstatSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { ArchiveStart } from '../../shared/contracts/archive.ts'
import { isErrno } from '../../shared/domain/errno.ts'
import { logFilesAmong } from '../../shared/log/log-files.ts'
import type { FileStamp } from './judge-file.ts'
import { auditNames, isNotGranted, possibleLogNames } from './unlisted-names.ts'

export interface Followed {
  readonly path: string
  readonly sort: 'session' | 'audit' | 'log'
  /** Of a session: its path from the state directory, without `.jsonl`. Otherwise the file's name. */
  readonly ref: string
}

export interface Listing {
  readonly files: readonly Followed[]
  /** Folders that could not be listed: what is in them is neither new nor gone. */
  readonly unknown: readonly { readonly folder: string; readonly error: unknown }[]
}

/** Every file to follow: sessions in the flat layout and of each agent, the audit's chain, the log of all days. */
export const listFiles = ({ stateDir, auditDir, logFile }: ArchiveStart): Listing => {
  const unknown: { readonly folder: string; readonly error: unknown }[] = []
  const list = (folder: string): readonly Dirent[] => {
    try {
      return readdirSync(folder, { withFileTypes: true })
    } catch (error) {
      if (!isErrno(error, 'ENOENT', 'ENOTDIR')) unknown.push({ folder, error })
      return []
    }
  }
  // Links are not followed, whoever laid them; neither is anything that is no plain file.
  const named = (folder: string, sort: Followed['sort'], form: RegExp, refOf: (name: string) => string) =>
    filesOf(
      folder,
      sort,
      list(folder).flatMap((entry) => (entry.isFile() && form.test(entry.name) ? [entry.name] : [])),
      refOf,
    )
  const logNames = (folder: string): readonly string[] => {
    try {
      readdirSync(folder)
    } catch (error) {
      if (isNotGranted(error)) {
        return possibleLogNames(logFile, Date.now()).filter((name) => isPlain(join(folder, name)))
      }
    }
    const names = list(folder).flatMap((entry) => (entry.isFile() ? [entry.name] : []))
    return logFilesAmong(logFile, names)
      .map((path) => basename(path))
      .filter((name) => names.includes(name))
  }
  // The owner may have laid `sessions` or `agents` elsewhere; what lies in them leads nowhere else.
  const sessionsIn = (folder: string, prefix: string) =>
    named(folder, 'session', /.\.jsonl$/, (name) => `${prefix}/${name.slice(0, -'.jsonl'.length)}`)

  const agents = list(join(stateDir, 'agents')).filter((entry) => entry.isDirectory())
  const files = [
    ...sessionsIn(join(stateDir, 'sessions'), 'sessions'),
    ...agents
      .filter(({ name }) => !isLink(join(stateDir, 'agents', name, 'sessions')))
      .flatMap(({ name }) =>
        sessionsIn(join(stateDir, 'agents', name, 'sessions'), `agents/${name}/sessions`),
      ),
    ...filesOf(
      auditDir,
      'audit',
      auditNames((name) => isPlain(join(auditDir, name))),
      (name) => name,
    ),
    ...filesOf(dirname(logFile), 'log', logNames(dirname(logFile)), (name) => name),
  ]
  return { files, unknown }
}

const filesOf = (
  folder: string,
  sort: Followed['sort'],
  names: readonly string[],
  refOf: (name: string) => string,
) => names.map((name): Followed => ({ path: join(folder, name), sort, ref: refOf(name) }))

const isLink = (path: string): boolean => {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
  } catch {
    // Whatever keeps us from knowing keeps us from listing it as well, which is told there.
    return false
  }
}

const isPlain = (path: string): boolean => {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true
  } catch {
    // The grants do not name it, so nobody may know whether it is there.
    return false
  }
}

/** Undefined where there is no plain file. @throws what the disk says otherwise. */
export const stampOf = (path: string): FileStamp | undefined => {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined || !stats.isFile()) return undefined
  return { dev: stats.dev, inode: stats.ino, size: stats.size, mtime: stats.mtimeMs }
}
