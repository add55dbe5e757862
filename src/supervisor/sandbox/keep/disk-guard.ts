// A sandbox has no limit of its own for what it writes into its workspace, so what is left of the disk is watched.
import { statfs } from 'node:fs/promises'

/** Short, because a sandbox writes as fast as the disk takes it. */
const EVERY_MS = 200
const MEBIBYTE = 1024 * 1024
/** What the rest of the machine keeps at least, in bytes; the share only up to the third, because disks are large. */
const KEEP_BYTES = 512 * MEBIBYTE
const KEEP_SHARE = 0.02
const KEEP_SHARE_AT_MOST = 4096 * MEBIBYTE
/** And in files, empty ones included: a share of what the disk can have, and no more than this. */
const KEEP_FILES_AT_MOST = 50_000

export interface DiskGuard {
  /** Looks five times a second from now on, until it is told `rest`. */
  readonly watch: (folders: readonly string[]) => void
  readonly rest: () => void
}

/** What a disk has. Where it does not count files, both numbers of them are 0. */
export interface DiskRoom {
  readonly freeBytes: number
  readonly bytes: number
  readonly freeFiles: number
  readonly files: number
}

/**
 * Completes “The sandbox ended: …” where there is too little left at one of these; undefined where there is enough at
 * all. Never rejects.
 */
export const lookAtDisks = async (folders: readonly string[]): Promise<string | undefined> => {
  const found = await Promise.all(folders.map(lookAtDisk))
  return found.find((why) => why !== undefined)
}

const lookAtDisk = async (folder: string): Promise<string | undefined> => {
  try {
    const { bavail, blocks, bsize, ffree, files } = await statfs(folder)
    return tooLittle({ freeBytes: bavail * bsize, bytes: blocks * bsize, freeFiles: ffree, files }, folder)
  } catch (error) {
    return `nobody can say how much room is left at ${folder} (${error instanceof Error ? error.message : String(error)})`
  }
}

/** `onLow` is called at each look that finds too little. */
export const createDiskGuard = (onLow: (why: string) => void): DiskGuard => {
  let timer: NodeJS.Timeout | undefined
  let watched: readonly string[] | undefined
  let looking = false

  const tick = async (): Promise<void> => {
    const folders = watched
    // A disk that hangs is asked once.
    if (looking || folders === undefined) return
    looking = true
    const why = await lookAtDisks(folders)
    looking = false
    if (why !== undefined && watched !== undefined) onLow(why)
  }

  return {
    watch: (folders) => {
      watched = folders
      timer ??= setInterval(() => void tick(), EVERY_MS).unref()
    },
    rest: () => {
      watched = undefined
      clearInterval(timer)
      timer = undefined
    },
  }
}

export const tooLittle = (
  { freeBytes, bytes, freeFiles, files }: DiskRoom,
  folder: string,
): string | undefined => {
  const keep = Math.max(KEEP_BYTES, Math.min(bytes * KEEP_SHARE, KEEP_SHARE_AT_MOST))
  if (freeBytes < keep) {
    return `the disk of ${folder} is nearly full: ${Math.floor(freeBytes / MEBIBYTE)} MiB left, and ${Math.ceil(keep / MEBIBYTE)} MiB are kept for the rest of the machine`
  }
  const keepFiles = Math.ceil(Math.min(files * KEEP_SHARE, KEEP_FILES_AT_MOST))
  if (freeFiles >= keepFiles) return undefined
  return `the disk of ${folder} is nearly full: it takes ${freeFiles} more files, and ${keepFiles} are kept for the rest of the machine`
}
