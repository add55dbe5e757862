import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { ClawdbotError } from '../domain/error.ts'

export interface LogFile {
  /**
   * Appends one finished line (with its line break) in one write. Never throws: false means that the line is
   * lost, and it is counted.
   */
  write(line: string, date: string): boolean
  /** Lines lost since the last call, and why the last of them was. */
  takeLost(): { readonly lines: number; readonly why: string } | undefined
  close(): void
}

interface Open {
  readonly path: string
  readonly fd: number
  readonly dev: number
  readonly ino: number
}

/**
 * A log that several processes append to. `file` may contain YYYY-MM-DD, which becomes the UTC date of each
 * line. Opened again when the date changes, and when the file at that path is no longer the one that is open.
 * @throws ClawdbotError `log_unsafe` now, not later, if what is there is a link or belongs to somebody else.
 */
export const openLogFile = (file: string, today: string): LogFile => {
  let open: Open | undefined
  let torn = false
  let lost = 0
  let why = ''

  const pathOn = (date: string): string => file.replace('YYYY-MM-DD', date)
  const shut = (): void => {
    if (open === undefined) return
    const { fd } = open
    open = undefined
    closeSync(fd)
  }
  const current = (date: string): Open => {
    const path = pathOn(date)
    if (open !== undefined && open.path === path && isStillThere(open)) return open
    shut()
    open = openSafely(path)
    return open
  }

  try {
    current(today)
  } catch (error) {
    // A full disk or a missing right is no reason not to start; a trap at that path is.
    if (error instanceof ClawdbotError) throw error
  }

  return {
    write(line, date) {
      try {
        const { fd } = current(date)
        const bytes = Buffer.from(torn ? `\n${line}` : line)
        const written = writeSync(fd, bytes)
        torn = written < bytes.length
        if (!torn) return true
        why = 'ENOSPC'
      } catch (error) {
        why = reasonOf(error)
      }
      lost += 1
      return false
    },
    takeLost() {
      if (lost === 0) return undefined
      const taken = { lines: lost, why }
      lost = 0
      return taken
    },
    close: shut,
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : String(error)

const isStillThere = (open: Open): boolean => {
  const now = statSync(open.path, { throwIfNoEntry: false })
  return now !== undefined && now.ino === open.ino && now.dev === open.dev
}

/** The folder of the default path is in /tmp, where other users can put links and files of theirs. */
const openSafely = (path: string): Open => {
  makeFolder(dirname(path))
  const noFollow = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW
  let fd: number
  try {
    fd = openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | noFollow, 0o600)
  } catch (error) {
    if (reasonOf(error) === 'ELOOP') throw unsafe(path, 'it is a symbolic link')
    throw error
  }
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile()) throw unsafe(path, 'it is not a file')
    if (stat.nlink > 1) throw unsafe(path, 'it has a second name')
    if (process.getuid !== undefined && stat.uid !== process.getuid()) {
      throw unsafe(path, 'it belongs to another user')
    }
    if ((stat.mode & 0o077) !== 0) restrict(fd)
    return { path, fd, dev: stat.dev, ino: stat.ino }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

const makeFolder = (folder: string): void => {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch {
    // Under Node's permission model the gateway may make the file only; opening it tells whether the folder is there.
  }
}

/** A log that the existing Clawdbot left readable for all. */
const restrict = (fd: number): void => {
  try {
    fchmodSync(fd, 0o600)
  } catch {
    // Refused under Node's permission model; the supervisor, which opens the same file first, has done it.
  }
}

const unsafe = (path: string, what: string): ClawdbotError =>
  new ClawdbotError(
    'log_unsafe',
    `the log ${path} is not used: ${what}`,
    'Remove it, or set logging.file in clawdbot.json to a path in a folder of your own.',
  )
