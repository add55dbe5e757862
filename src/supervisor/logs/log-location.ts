import { chmod, lstat, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, isAbsolute, join, resolve, sep } from 'node:path'
import { isErrno } from '../../shared/domain/errno.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import { writeFailure } from '../../shared/state/atomic-file.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'

const DATE = 'YYYY-MM-DD'

/** Pinned to /tmp as the existing Clawdbot has it (peers 1.7), whatever TMPDIR says. */
const defaultFolder = (): string => join(process.platform === 'win32' ? tmpdir() : '/tmp', 'clawdbot')

/** Where the log goes; YYYY-MM-DD in it stands for the UTC date of each line. `~` is the owner's home. */
export const logFileOf = (configured: string | null, root: string, home: string): string => {
  if (configured === null) return join(defaultFolder(), `clawdbot-${DATE}.log`)
  const path = configured.replace(/^~(?=$|[\\/])/, () => home)
  return isAbsolute(path) ? path : resolve(root, path)
}

/** The file that lines of this moment are in. */
export const logFileAt = (logFile: string, now: number): string =>
  logFile.replace(DATE, new Date(now).toISOString().slice(0, 10))

/**
 * Makes the log's folder and checks that nobody else can put things in our way there. The gateway may write
 * the log, so the log is also refused where that would let it write what only the owner side may.
 * @throws ClawdbotError `log_unsafe`, or why the folder can not be made.
 */
export const prepareLogFolder = async (
  logFile: string,
  paths: StatePaths,
  shared: string = defaultFolder(),
): Promise<void> => {
  refuseOwnerFiles(logFile, paths)
  const folder = dirname(logFile)
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const stats = await lstat(folder)
    // A folder that the owner chose may be a link or be shared by choice; the one in /tmp may not.
    if (folder !== shared) return
    if (!stats.isDirectory()) throw unsafe(folder, 'it is not a folder but a link or a file')
    if (process.getuid !== undefined && stats.uid !== process.getuid()) {
      throw unsafe(folder, 'it belongs to another user')
    }
    if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0) await chmod(folder, 0o700)
  } catch (error) {
    if (error instanceof ClawdbotError) throw error
    if (isErrno(error, 'EEXIST', 'ENOTDIR'))
      throw unsafe(folder, 'something that is not a folder is in its place')
    throw writeFailure(error, folder)
  }
}

const refuseOwnerFiles = (logFile: string, paths: StatePaths): void => {
  const own = [paths.config, paths.lockdown, paths.run, paths.notify]
  const folders = [paths.credentials, paths.sessions, paths.gateway]
  const file = resolve(logFile)
  if (own.includes(file) || folders.some((folder) => file.startsWith(`${resolve(folder)}${sep}`))) {
    throw unsafe(file, 'it is one of the files that the log must not touch')
  }
}

const unsafe = (path: string, what: string): ClawdbotError =>
  new ClawdbotError(
    'log_unsafe',
    `the log can not be at ${path}: ${what}`,
    'Remove what is there, or set logging.file in clawdbot.json to a path in a folder of your own.',
  )
