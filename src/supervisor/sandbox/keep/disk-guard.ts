// A sandbox has no limit of its own for what it writes into its workspace, so what is left of the disk is watched.
import { statfs } from 'node:fs/promises'

const EVERY_MS = 500
const MEBIBYTE = 1024 * 1024
/** What the rest of the machine keeps at least, in bytes; the share only up to the third, because disks are large. */
const KEEP_BYTES = 512 * MEBIBYTE
const KEEP_SHARE = 0.02
const KEEP_SHARE_AT_MOST = 4096 * MEBIBYTE

export interface DiskGuard {
  /** Looks twice a second from now on, until it is told `rest`. */
  readonly watch: (folder: string) => void
  readonly rest: () => void
}

/** Completes “The sandbox ended: …” where too little is left; undefined where there is enough. Never rejects. */
export const lookAtDisk = async (folder: string): Promise<string | undefined> => {
  try {
    const { bavail, blocks, bsize } = await statfs(folder)
    return tooLittle(bavail * bsize, blocks * bsize, folder)
  } catch (error) {
    return `nobody can say how much room is left at ${folder} (${error instanceof Error ? error.message : String(error)})`
  }
}

/** `onLow` is called at each look that finds too little. */
export const createDiskGuard = (onLow: (why: string) => void): DiskGuard => {
  let timer: NodeJS.Timeout | undefined
  let watched: string | undefined
  let looking = false

  const tick = async (): Promise<void> => {
    const folder = watched
    // A disk that hangs is asked once.
    if (looking || folder === undefined) return
    looking = true
    const why = await lookAtDisk(folder)
    looking = false
    if (why !== undefined && watched !== undefined) onLow(why)
  }

  return {
    watch: (folder) => {
      watched = folder
      timer ??= setInterval(() => void tick(), EVERY_MS).unref()
    },
    rest: () => {
      watched = undefined
      clearInterval(timer)
      timer = undefined
    },
  }
}

/** Bytes. */
export const tooLittle = (free: number, all: number, folder: string): string | undefined => {
  const keep = Math.max(KEEP_BYTES, Math.min(all * KEEP_SHARE, KEEP_SHARE_AT_MOST))
  if (free >= keep) return undefined
  return `the disk of ${folder} is nearly full: ${Math.floor(free / MEBIBYTE)} MiB left, and ${Math.ceil(keep / MEBIBYTE)} MiB are kept for the rest of the machine`
}
