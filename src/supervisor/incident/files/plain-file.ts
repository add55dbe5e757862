import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { isErrno } from '../../../shared/domain/errno.ts'

/** A link could lead out of the folder, and a pipe would hold up a thread for ever. */
const PLAIN_FILE = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

export type PlainFile =
  | { readonly kind: 'absent' }
  /** `why` completes the sentence “the file …”. */
  | { readonly kind: 'unfit'; readonly why: string }
  /** To be closed by the caller. */
  | { readonly kind: 'open'; readonly file: FileHandle; readonly bytes: number }

/** Opens a regular file that may be hostile, to read. Never follows a link, never waits for a pipe. */
export const openPlain = async (path: string): Promise<PlainFile> => {
  let file: FileHandle
  try {
    file = await open(path, PLAIN_FILE)
  } catch (error) {
    return isErrno(error, 'ENOENT') ? { kind: 'absent' } : { kind: 'unfit', why: whyNot(error) }
  }
  try {
    const stats = await file.stat()
    if (stats.isFile()) return { kind: 'open', file, bytes: stats.size }
    await file.close()
    return { kind: 'unfit', why: 'is not a regular file' }
  } catch (error) {
    await file.close().catch(() => undefined)
    return { kind: 'unfit', why: whyNot(error) }
  }
}

export const whyNot = (error: unknown): string => {
  if (isErrno(error, 'ELOOP')) return 'is a link, and links are not followed'
  if (isErrno(error, 'EACCES', 'EPERM')) return 'can not be read: permission denied'
  return `can not be read: ${error instanceof Error ? error.message : String(error)}`
}
