import { constants, type FSWatcher, watch } from 'node:fs'
import { type FileHandle, lstat, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { LogLine } from '../../shared/contracts/app-state.ts'
import { isErrno } from '../../shared/domain/errno.ts'
import { parseLogLine } from '../../shared/log/parse-log-line.ts'
import { createLineSplitter } from './line-splitter.ts'
import type { LogEnd } from './read-back.ts'

/** How much of an existing file is read first. */
const FIRST_BYTES = 512 * 1024
const FIRST_LINES = 500
const READ_BYTES = 256 * 1024
/** Lines that one batch can hold; of a longer burst the oldest are left out and counted. */
const MAX_BATCH = 2_000
/** A batch goes out at most this often. */
const BATCH_EVERY_MS = 50
/** Looked at without a sign from the system too: a new day, a file system that gives none. */
const LOOK_EVERY_MS = 1_000

/** In a folder that others can write to, a link could lead elsewhere and a pipe would hold up a thread for ever. */
const PLAIN_FILE = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

export interface TailBatch<T> {
  readonly lines: readonly T[]
  /** Lines left out since the last batch. */
  readonly dropped: number
}

export type LogBatch = TailBatch<LogLine>

export interface Tail<T> {
  readonly file: string
  /** The end of what was there already. */
  readonly first: readonly T[]
  readonly stop: () => void
}
export type LogTail = Tail<LogLine>

/**
 * Follows the log: the file of the day, whatever happens to it (a new date, truncation, another file in its
 * place, none at all). `fileNow` says which file that is.
 */
export const tailLog = (fileNow: () => string, onBatch: (batch: LogBatch) => void): Promise<LogTail> =>
  tailLines(fileNow, onBatch, parseLogLine)

/** The same for lines of any form; `toLine` gets them with their numbers. `after`: nothing before that place. */
export const tailLines = async <T>(
  fileNow: () => string,
  onBatch: (batch: TailBatch<T>) => void,
  toLine: (line: string, sequence: number) => T,
  after?: LogEnd,
): Promise<Tail<T>> => {
  const file = fileNow()
  const splitter = createLineSplitter()
  const buffer = Buffer.alloc(READ_BYTES)
  let sequence = 0
  let position = 0
  let inode = 0
  let path = file
  let stopped = false
  let waiting: T[] = []
  let dropped = 0

  const take = (line: string): void => {
    if (line === '') return
    sequence += 1
    waiting.push(toLine(line, sequence))
    if (waiting.length > MAX_BATCH) {
      waiting.shift()
      dropped += 1
    }
  }

  const readOn = async (handle: FileHandle): Promise<void> => {
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, position)
      if (bytesRead === 0 || stopped) return
      position += bytesRead
      for (const line of splitter.push(buffer.subarray(0, bytesRead))) take(line)
    }
  }

  const look = async (): Promise<void> => {
    const today = fileNow()
    // What the old day still got is read before the new day begins.
    if (today !== path) {
      await readFile(path)
      path = today
      position = 0
      inode = 0
      splitter.reset()
    }
    await readFile(path)
  }

  const readFile = async (from: string): Promise<void> => {
    let handle: FileHandle
    try {
      handle = await open(from, PLAIN_FILE)
    } catch (error) {
      // Not there yet, or not readable now: the next look tries again.
      if (isErrno(error, 'ENOENT')) inode = 0
      return
    }
    try {
      const stats = await handle.stat()
      if (!stats.isFile()) return
      if (stats.ino !== inode || stats.size < position) {
        inode = stats.ino
        position = 0
        splitter.reset()
      }
      if (stats.size > position) await readOn(handle)
    } finally {
      await handle.close()
    }
  }

  const size = await sizeOf(file)
  if (after !== undefined) {
    if (after.path === file) {
      inode = after.inode
      position = after.position
    }
  } else if (size !== undefined) {
    inode = size.inode
    position = Math.max(0, size.bytes - FIRST_BYTES)
    const partial = position > 0
    await readFile(path)
    // The first line of a cut is half a line.
    if (partial) waiting.shift()
  }
  const first = waiting.slice(-FIRST_LINES)
  waiting = []
  dropped = 0

  const follower = follow(dirname(file), look, () => {
    if (waiting.length === 0 && dropped === 0) return
    const batch = { lines: waiting, dropped }
    waiting = []
    dropped = 0
    onBatch(batch)
  })
  return {
    file,
    first,
    stop: () => {
      stopped = true
      follower.stop()
    },
  }
}

const sizeOf = async (file: string): Promise<{ bytes: number; inode: number } | undefined> => {
  try {
    const stats = await lstat(file)
    return { bytes: stats.size, inode: stats.ino }
  } catch {
    // No log yet.
    return undefined
  }
}

/** Looks at each sign of a change, one look at a time, and reports after each. */
const follow = (folder: string, look: () => Promise<void>, report: () => void): { stop: () => void } => {
  let timer: NodeJS.Timeout | undefined
  let watcher: FSWatcher | undefined
  let busy = false
  let again = false
  let stopped = false
  const soon = (): void => {
    again = busy
    if (!stopped && !busy) timer ??= setTimeout(run, BATCH_EVERY_MS)
  }
  const run = (): void => {
    timer = undefined
    busy = true
    look()
      // A disk that fails a read is told by the gateway's own log; the next look tries again.
      .catch(() => undefined)
      .finally(() => {
        busy = false
        if (!stopped) report()
        if (again) soon()
      })
  }
  const listen = (): void => {
    try {
      watcher = watch(folder, { persistent: false }, soon)
      watcher.on('error', () => {
        watcher?.close()
        watcher = undefined
      })
    } catch {
      // The folder is not there yet; the interval below looks again.
      watcher = undefined
    }
  }
  listen()
  const interval = setInterval(() => {
    if (watcher === undefined) listen()
    soon()
  }, LOOK_EVERY_MS)
  return {
    stop: () => {
      stopped = true
      clearTimeout(timer)
      clearInterval(interval)
      watcher?.close()
    },
  }
}
