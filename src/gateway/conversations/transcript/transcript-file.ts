import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs'

/** A transcript that is larger is continued in a new file. Bytes. */
const MAX_BYTES = 64 * 1024 * 1024

/** O_DSYNC makes each write durable; fsync is refused under Node's permission model. */
const APPEND = constants.O_RDWR | constants.O_APPEND | (constants.O_DSYNC ?? 0) | (constants.O_NOFOLLOW ?? 0)

export interface TranscriptFile {
  /** Appends whole lines. @throws the system's error; then nothing of them is in the file. */
  append(lines: string): void
  /** Cuts the file after so many bytes. */
  truncate(bytes: number): void
  /** False if the path has been given to another file, or to none. */
  isCurrent(): boolean
  close(): void
}

export type OpenedFile =
  | { readonly kind: 'open'; readonly file: TranscriptFile; readonly bytes: Buffer }
  | { readonly kind: 'missing' }
  | { readonly kind: 'too_large' }

/** Opens a transcript that may or may not be there. @throws the system's error, such as EACCES or ELOOP. */
export const openTranscriptFile = (path: string): OpenedFile => {
  let fd: number
  try {
    fd = openSync(path, APPEND)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { kind: 'missing' }
    throw error
  }
  try {
    if (fstatSync(fd).size > MAX_BYTES) {
      closeSync(fd)
      return { kind: 'too_large' }
    }
    const bytes = readFileSync(fd)
    return { kind: 'open', file: transcriptFile(path, fd, bytes.length), bytes }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

/** @throws EEXIST if it is there already: nothing is ever overwritten. */
export const createTranscriptFile = (path: string): TranscriptFile =>
  transcriptFile(path, openSync(path, APPEND | constants.O_CREAT | constants.O_EXCL, 0o600), 0)

const transcriptFile = (path: string, fd: number, length: number): TranscriptFile => {
  let size = length
  let open = true
  const self = fstatSync(fd)
  return {
    append(lines) {
      const bytes = Buffer.from(lines)
      let written = 0
      try {
        // A disk that fills up takes a part first, and refuses the rest with an error.
        while (written < bytes.length) written += writeSync(fd, bytes, written)
      } catch (error) {
        if (written > 0) ftruncateSync(fd, size)
        throw error
      }
      size += bytes.length
    },
    truncate(bytes) {
      ftruncateSync(fd, bytes)
      size = bytes
    },
    isCurrent() {
      const there = statSync(path, { throwIfNoEntry: false })
      return there !== undefined && there.ino === self.ino && there.dev === self.dev
    },
    close() {
      if (!open) return
      open = false
      closeSync(fd)
    },
  }
}
