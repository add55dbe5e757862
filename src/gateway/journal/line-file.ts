import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'

/** A file of lines that grows at its end. Each line is on the disk when the call that wrote it returns. */
export interface LineFile {
  /** @throws what the disk says. The file is then as it was before. */
  append(line: string): void
  /**
   * For a line whose loss can be repaired at the next start: never throws. What could not be written stands first
   * in the next write. False: not written yet.
   */
  appendEventually(line: string): boolean
  /** Replaces the whole file in one step (temporary file, rename). @throws what the disk says; nothing changes. */
  replace(lines: readonly string[]): void
  /** Bytes. */
  size(): number
  close(): void
}

/** The permission model refuses fsync, so durability comes from how the file is opened. */
const DURABLE = constants.O_CREAT | constants.O_WRONLY | constants.O_DSYNC | constants.O_NOFOLLOW
const PRIVATE = 0o600

/**
 * Opens or makes the file, 0600, in a folder that is made 0700. An end that a crash tore is cut off: whoever wrote
 * it was not told that it is written. @throws what the disk says.
 */
export const openLineFile = (path: string): LineFile => {
  // Where a grant for another path begins with this folder's name, Node refuses the folder itself though not what
  // is in it. Whether it is there, the opening tells.
  tryTo(() => mkdirSync(dirname(path), { recursive: true, mode: 0o700 }))
  let fd = openSync(path, DURABLE | constants.O_APPEND, PRIVATE)
  let size = lengthOfWholeLines(path)
  if (fstatSync(fd).size > size) ftruncateSync(fd, size)
  /** Bytes of a write that failed half-way may stand behind `size`. */
  let dirty = false
  let owed: string[] = []

  const write = (lines: readonly string[]): void => {
    if (lines.length === 0) return
    if (dirty) ftruncateSync(fd, size)
    dirty = true
    const bytes = toBytes(lines)
    writeAll(fd, bytes)
    size += bytes.length
    dirty = false
  }

  const writeOwed = (line: string | undefined): void => {
    write(line === undefined ? owed : [...owed, line])
    owed = []
  }

  return {
    append: (line) => {
      try {
        writeOwed(line)
      } catch (error) {
        // Best effort: the next write cuts the remains off anyway, and so does the next start.
        if (dirty) tryTo(() => ftruncateSync(fd, size))
        throw error
      }
    },
    appendEventually: (line) => {
      owed.push(line)
      try {
        writeOwed(undefined)
        return true
      } catch {
        // The caller learns it from the result; the line is kept.
        return false
      }
    },
    replace: (lines) => {
      const temporary = `${path}.new`
      rmSync(temporary, { force: true })
      const next = openSync(temporary, DURABLE | constants.O_APPEND | constants.O_EXCL, PRIVATE)
      try {
        writeAll(next, toBytes(lines))
        size = fstatSync(next).size
        renameSync(temporary, path)
      } catch (error) {
        closeSync(next)
        tryTo(() => rmSync(temporary, { force: true }))
        size = fstatSync(fd).size
        throw error
      }
      closeSync(fd)
      fd = next
      dirty = false
      owed = []
    },
    size: () => size,
    close: () => {
      if (owed.length > 0) tryTo(() => writeOwed(undefined))
      closeSync(fd)
    },
  }
}

/** The file's lines. */
export interface LinesRead {
  readonly lines: readonly string[]
  /** A crash cut the last line off in mid-write; it is not among the lines. */
  readonly torn: boolean
}

/** Reads the whole file; one that is not there has no lines. @throws what the disk says, or if it is not UTF-8. */
export const readLines = (path: string): LinesRead => {
  const bytes = readIfThere(path)
  if (bytes === undefined) return { lines: [], torn: false }
  const end = bytes.lastIndexOf('\n')
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
    bytes.subarray(0, Math.max(end, 0)),
  )
  return { lines: text === '' ? [] : text.split('\n'), torn: end + 1 < bytes.length }
}

const lengthOfWholeLines = (path: string): number => readFileSync(path).lastIndexOf('\n') + 1

const readIfThere = (path: string): Buffer | undefined => {
  try {
    return readFileSync(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

const toBytes = (lines: readonly string[]): Buffer =>
  Buffer.from(lines.map((line) => `${line}\n`).join(''), 'utf8')

/** A write may take only a part, e.g. when the disk is nearly full. */
const writeAll = (fd: number, bytes: Buffer): void => {
  let from = 0
  while (from < bytes.length) from += writeSync(fd, bytes, from)
}

const tryTo = (act: () => void): void => {
  try {
    act()
  } catch {
    // Only for what is tried again, or found out, later in any case.
  }
}
