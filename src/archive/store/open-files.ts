import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { readFoundLine } from '../follow/read-lines.ts'
import type { Line } from '../read/line-form.ts'
import { CHANGED } from '../transcript/build-turns.ts'

export interface LinePlace {
  readonly path: string
  readonly dev: number
  readonly inode: number
  readonly offset: number
  readonly length: number
  readonly crc: number
}

export interface OpenFiles {
  /** CHANGED: the file is gone, is another one, or has other bytes there now. */
  readonly line: (place: LinePlace) => Line | typeof CHANGED
  readonly close: () => void
}

/** Files as they are needed for one answer, each opened once. */
export const createOpenFiles = (): OpenFiles => {
  const open = new Map<string, number | undefined>()
  const fileOf = ({ path, dev, inode }: LinePlace): number | undefined => {
    if (open.has(path)) return open.get(path)
    const fd = openSame(path, dev, inode)
    open.set(path, fd)
    return fd
  }
  return {
    line(place) {
      const fd = fileOf(place)
      if (fd === undefined) return CHANGED
      try {
        return readFoundLine(fd, place)
      } catch {
        // A disk that does not read is a line that can not be shown; the indexer says why.
        return CHANGED
      }
    },
    close() {
      for (const fd of open.values()) if (fd !== undefined) closeSync(fd)
      open.clear()
    },
  }
}

const openSame = (path: string, dev: number, inode: number): number | undefined => {
  try {
    const fd = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
    const stats = fstatSync(fd)
    if (stats.isFile() && stats.dev === dev && stats.ino === inode) return fd
    closeSync(fd)
    return undefined
  } catch {
    // Gone, or not to be read: the same to whoever looks for a line of it.
    return undefined
  }
}
