// Keeps the table of lines true to the files: what is appended is added, and any other change of a file (cut, replaced,
// written anew in place, removed) begins the whole table anew, since the numbers of all lines after it would change.
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { logFilesAmong } from '../../shared/log/log-files.ts'
import { isNotGranted, possibleLogNames } from '../follow/unlisted-names.ts'
import type { LineTable } from './line-table.ts'
import { type OpenFile, withFile } from './plain-file.ts'
import { QuickLook } from './quick-look.ts'

/** A longer line is left out and counted. Bytes. */
const MAX_LINE_BYTES = 1024 * 1024
/** One line of the greatest length, with its line feed. */
const READ_BYTES = MAX_LINE_BYTES + 1
/** So many bytes before the place that has been read must be what they were. */
const MARK_BYTES = 64
const LINE_FEED = 10

export interface FollowedFile {
  readonly path: string
  readonly dev: number
  readonly ino: number
  /** Bytes that the table has; the rest of the file is half a line, or not yet read. */
  offset: number
  /** Lines that the table has seen, also those that it left out. */
  lines: number
  /** In the middle of a line that is too long. */
  skipping: boolean
  /** The first bytes and the last ones before `offset`. */
  head: Buffer
  tail: Buffer
  rows: number
}

export interface FileFollower {
  readonly files: readonly FollowedFile[]
  /** Lines that were too long. */
  readonly skipped: () => number
  /** Lines that the table had, of files that are no longer what they were. */
  readonly gone: () => number
  /** Rises when the table began anew. */
  readonly epoch: () => number
  /** Reads on for about so long. Milliseconds. True: there is more to read. */
  readonly look: (forMs: number) => boolean
}

export const followFiles = (logFile: string, table: LineTable, clock: () => number): FileFollower => {
  const buffer = Buffer.allocUnsafe(READ_BYTES)
  let files: FollowedFile[] = []
  let skipped = 0
  let gone = 0
  let epoch = 0

  const beginAnew = (lost: number): void => {
    table.clear()
    files = []
    skipped = 0
    gone += lost
    epoch += 1
  }

  /** What is wrong with the files that we have, as the number of lines that went away with them. */
  const lostOf = (paths: readonly string[]): number | null => {
    if (files.some(({ path }) => !paths.includes(path))) {
      return sum(files.filter(({ path }) => !paths.includes(path)))
    }
    const last = files.at(-1)?.path
    const between = paths.filter(
      (path) => last !== undefined && path < last && !files.some((file) => file.path === path),
    )
    // A file of an earlier day has come: its lines belong before those that are here.
    if (between.some((path) => withFile(path, ({ size }) => size > 0).kind === 'done')) return 0
    const changed = files.filter((file) => {
      const state = withFile(file.path, (open) => isSame(file, open))
      return state.kind === 'gone' || (state.kind === 'done' && !state.value)
    })
    return changed.length === 0 ? null : sum(changed)
  }

  const readOn = (path: string, until: number): boolean => {
    const opened = withFile(path, (open) => {
      let file = files.find((each) => each.path === path)
      if (file === undefined) {
        if (open.size === 0) return false
        file = { ...NEW_FILE, path, dev: open.dev, ino: open.ino }
        files.push(file)
      }
      if (open.ino !== file.ino || open.dev !== file.dev) return true
      while (open.size > file.offset) {
        const before = file.offset
        const bytes = open.read(buffer, file.offset)
        skipped += takeLines(table, files.indexOf(file), file, buffer.subarray(0, bytes))
        if (file.offset > before) remember(file, open)
        // What is left is half a line.
        else return false
        if (clock() >= until) return open.size > file.offset
      }
      return false
    })
    return opened.kind === 'done' && opened.value
  }

  return {
    get files() {
      return files
    },
    skipped: () => skipped,
    gone: () => gone,
    epoch: () => epoch,
    look(forMs) {
      const until = clock() + forMs
      const paths = logFilesAmong(logFile, namesIn(logFile))
      const lost = lostOf(paths)
      if (lost !== null) beginAnew(lost)
      for (const path of paths) if (readOn(path, until)) return true
      return false
    },
  }
}

const NEW_FILE = {
  offset: 0,
  lines: 0,
  skipping: false,
  head: Buffer.alloc(0),
  tail: Buffer.alloc(0),
  rows: 0,
}

const sum = (files: readonly FollowedFile[]): number => files.reduce((rows, file) => rows + file.rows, 0)

const namesIn = (logFile: string): readonly string[] => {
  const folder = dirname(logFile)
  try {
    return readdirSync(folder)
  } catch (error) {
    if (isNotGranted(error)) {
      return possibleLogNames(logFile, Date.now()).filter((name) => existsSync(join(folder, name)))
    }
    // Not there yet, or not readable now: then there is no log, and the next look tries again.
    return []
  }
}

const isSame = (file: FollowedFile, open: OpenFile): boolean => {
  if (open.ino !== file.ino || open.dev !== file.dev || open.size < file.offset) return false
  const { head, tail, offset } = file
  return holds(open, head, 0) && holds(open, tail, offset - tail.length)
}

const holds = (open: OpenFile, expected: Buffer, at: number): boolean => {
  const found = Buffer.alloc(expected.length)
  return open.read(found, at) === expected.length && found.equals(expected)
}

const remember = (file: FollowedFile, open: OpenFile): void => {
  const length = Math.min(MARK_BYTES, file.offset)
  file.tail = Buffer.alloc(length)
  open.read(file.tail, file.offset - length)
  if (file.head.length === MARK_BYTES) return
  file.head = Buffer.alloc(length)
  open.read(file.head, 0)
}

/** Adds the whole lines of what was read from `file.offset` on, and moves it behind them. Returns lines left out. */
const takeLines = (table: LineTable, id: number, file: FollowedFile, read: Buffer): number => {
  let from = 0
  let skipped = 0
  if (file.skipping) {
    const end = read.indexOf(LINE_FEED)
    if (end === -1) {
      file.offset += read.length
      return 0
    }
    file.skipping = false
    file.lines += 1
    from = end + 1
    skipped = 1
  }
  const text = read.toString('latin1')
  const quick = new QuickLook(text)
  for (let end = text.indexOf('\n', from); end !== -1; end = text.indexOf('\n', from)) {
    file.lines += 1
    if (!isBlank(text, from, end)) {
      const begin = from
      const { rank, source } = quick.look(from, end, () => read.toString('utf8', begin, end))
      table.add(id, file.offset + from, end + 1 - from, file.lines, rank, table.sourceId(source))
      file.rows += 1
    }
    from = end + 1
  }
  if (from === 0 && read.length === READ_BYTES) {
    file.skipping = true
    from = read.length
  }
  file.offset += from
  return skipped
}

/** A line with nothing on it is none. */
const isBlank = (text: string, from: number, end: number): boolean =>
  end === from || (end === from + 1 && text[from] === '\r')
