import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { isErrno } from '../../shared/domain/errno.ts'

/** In a folder that others can write to, a link could lead elsewhere and a pipe would hold us up for ever. */
const PLAIN_FILE = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

export interface OpenFile {
  readonly dev: number
  readonly ino: number
  readonly size: number
  /** Bytes that were there, at most as many as the buffer has. */
  readonly read: (buffer: Buffer, position: number, length?: number) => number
}

export type Opened<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** Nothing is there. */
  | { readonly kind: 'gone' }
  /** Something is there that can not be read now, or is no plain file. */
  | { readonly kind: 'shut' }

/** Does something with a plain file, which is never followed through a link, and closes it. */
export const withFile = <T>(path: string, work: (file: OpenFile) => T): Opened<T> => {
  let fd: number
  try {
    fd = openSync(path, PLAIN_FILE)
  } catch (error) {
    return isErrno(error, 'ENOENT', 'ENOTDIR') ? { kind: 'gone' } : { kind: 'shut' }
  }
  try {
    const stats = fstatSync(fd)
    if (!stats.isFile()) return { kind: 'shut' }
    const read: OpenFile['read'] = (buffer, position, length = buffer.length) => {
      let got = 0
      while (got < length) {
        const bytes = readSync(fd, buffer, got, length - got, position + got)
        if (bytes === 0) break
        got += bytes
      }
      return got
    }
    return { kind: 'done', value: work({ dev: stats.dev, ino: stats.ino, size: stats.size, read }) }
  } catch (error) {
    // A disk that fails a read: the next look tries again. What is not of the disk is a fault of ours.
    if (error instanceof Error && 'code' in error) return { kind: 'shut' }
    throw error
  } finally {
    closeSync(fd)
  }
}
