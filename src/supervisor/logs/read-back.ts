import { constants } from 'node:fs'
import { type FileHandle, open, readdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isErrno } from '../../shared/domain/errno.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import { logFilesAmong } from '../../shared/log/log-files.ts'

const READ_BYTES = 256 * 1024
/** A longer line is left out and counted. Bytes. */
const MAX_LINE_BYTES = 1024 * 1024
const LINE_FEED = 10
/** A link could lead elsewhere, and a pipe would hold up a thread for ever. */
const PLAIN_FILE = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** Where following goes on: behind the last whole line of what was read. */
export interface LogEnd {
  readonly path: string
  readonly inode: number
  readonly position: number
}

export interface ReadBack {
  /** Whole lines, the newest first; false ends it. */
  readonly visit: (line: string) => boolean
  /** Once for each file, the newest first, before its lines. */
  readonly onFile: (end: LogEnd) => void
}

/** Reads the whole log backwards, over all its files. Returns the lines left out for their length. Errors: `store_unreadable`. */
export const readBack = async (logFile: string, { visit, onFile }: ReadBack): Promise<number> => {
  let skipped = 0
  const names = await readdir(dirname(logFile)).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return []
    throw unreadable(error, dirname(logFile))
  })
  for (const path of logFilesAmong(logFile, names).toReversed()) {
    const file = await openPlain(path)
    if (file === undefined) continue
    try {
      const { ino, size } = await file.stat()
      const done = await linesBack(file, size, visit, (position) => onFile({ path, inode: ino, position }))
      skipped += done.skipped
      if (done.stopped) return skipped
    } finally {
      await file.close()
    }
  }
  return skipped
}

const openPlain = async (path: string): Promise<FileHandle | undefined> => {
  let file: FileHandle
  try {
    file = await open(path, PLAIN_FILE)
  } catch (error) {
    // Not there; or a link, which is never the log.
    if (isErrno(error, 'ENOENT', 'ELOOP', 'ENXIO')) return undefined
    throw unreadable(error, path)
  }
  if ((await file.stat()).isFile()) return file
  await file.close()
  return undefined
}

const linesBack = async (
  file: FileHandle,
  size: number,
  visit: (line: string) => boolean,
  onEnd: (position: number) => void,
): Promise<{ readonly stopped: boolean; readonly skipped: number }> => {
  let skipped = 0
  /** What stands before the first line feed that has been found, if one has; its beginning is yet to come. */
  let rest: Buffer | undefined
  /** The line that `rest` ends is too long; the rest of it is passed over. */
  let tooLong = false
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - READ_BYTES)
    const read = await readAt(file, start, end - start)
    let until = read.length
    for (
      let at = read.lastIndexOf(LINE_FEED);
      at !== -1;
      at = at === 0 ? -1 : read.lastIndexOf(LINE_FEED, at - 1)
    ) {
      const line = read.subarray(at + 1, until)
      until = at
      if (rest === undefined) {
        // What stands behind the last line feed is half a line.
        onEnd(start + at + 1)
        rest = Buffer.alloc(0)
        continue
      }
      if (tooLong) skipped += 1
      else if (!show(visit, Buffer.concat([line, rest]))) return { stopped: true, skipped }
      rest = Buffer.alloc(0)
      tooLong = false
    }
    if (rest !== undefined) {
      tooLong ||= rest.length + until > MAX_LINE_BYTES
      rest = tooLong ? Buffer.alloc(0) : Buffer.concat([read.subarray(0, until), rest])
    }
    end = start
  }
  if (rest === undefined) {
    onEnd(0)
    return { stopped: false, skipped }
  }
  if (tooLong) return { stopped: false, skipped: skipped + 1 }
  return { stopped: !show(visit, rest), skipped }
}

const show = (visit: (line: string) => boolean, bytes: Buffer): boolean => {
  const line = bytes.toString('utf8').replace(/\r$/, '')
  return line === '' || visit(line)
}

const readAt = async (file: FileHandle, start: number, length: number): Promise<Buffer> => {
  const bytes = Buffer.alloc(length)
  let got = 0
  while (got < length) {
    const { bytesRead } = await file.read(bytes, got, length - got, start + got)
    // It was cut while it was read: what is there is the file.
    if (bytesRead === 0) break
    got += bytesRead
  }
  return bytes.subarray(0, got)
}

const unreadable = (error: unknown, path: string): ClawdbotError =>
  new ClawdbotError(
    'store_unreadable',
    `${path} can not be read: ${error instanceof Error ? error.message : String(error)}`,
    'Give yourself the right to read it; logging.file in clawdbot.json says where the log is.',
    error,
  )
