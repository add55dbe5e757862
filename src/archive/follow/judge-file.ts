/** What tells one state of a file from another, without reading it. */
export interface FileStamp {
  readonly dev: number
  readonly inode: number
  readonly size: number
  /** Milliseconds since the epoch, with a fraction. */
  readonly mtime: number
}

export interface SeenFile extends FileStamp {
  /** Up to where it was read. */
  readonly offset: number
  /** False where it was seen so soon after a write that another one may bear the same time. */
  readonly settled: boolean
}

/** `calm`: nothing new, and now it is certain. `replaced`: what was read is no longer there, all is read again. */
export type FileVerdict = 'new' | 'same' | 'calm' | 'grown' | 'replaced'

export const looksSame = (seen: SeenFile, stamp: FileStamp): boolean =>
  seen.settled &&
  seen.dev === stamp.dev &&
  seen.inode === stamp.inode &&
  seen.size === stamp.size &&
  seen.mtime === stamp.mtime

/**
 * What became of a file. Written anew in place at the same length shows in its time alone: then all of it is read again,
 * which a mere `touch` costs too. Appended to, it is trusted as far as `fits` says.
 */
export const judgeFile = (seen: SeenFile | undefined, stamp: FileStamp, fits: () => boolean): FileVerdict => {
  if (seen === undefined) return 'new'
  if (looksSame(seen, stamp)) return 'same'
  if (seen.dev !== stamp.dev || seen.inode !== stamp.inode || stamp.size < seen.offset) return 'replaced'
  if (!fits()) return 'replaced'
  if (stamp.size !== seen.size) return 'grown'
  return stamp.mtime === seen.mtime ? 'calm' : 'replaced'
}
