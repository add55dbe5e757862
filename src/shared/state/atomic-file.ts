import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, open, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { codeOf, isErrno } from '../domain/errno.ts'
import { ClawdbotError } from '../domain/error.ts'

/** A failed write as the product's own error: `disk_full` or `state_not_writable`. */
export const writeFailure = (error: unknown, path: string): ClawdbotError => {
  if (error instanceof ClawdbotError) return error
  if (isErrno(error, 'ENOSPC', 'EDQUOT')) {
    return new ClawdbotError(
      'disk_full',
      `The disk is full: ${path} was not written.`,
      'Free some space and try again. The old contents are still there.',
      error,
    )
  }
  const why = isErrno(error, 'EROFS')
    ? 'the file system is read-only'
    : isErrno(error, 'EACCES', 'EPERM')
      ? 'permission denied'
      : isErrno(error, 'ENOTDIR', 'EEXIST')
        ? 'something that is not a folder is in its place'
        : error instanceof Error
          ? error.message
          : String(error)
  return new ClawdbotError(
    'state_not_writable',
    `${path} can not be written: ${why}.`,
    'Make the state directory writable for this user, or name another one with CLAWDBOT_STATE_DIR.',
    error,
  )
}

/** Makes what was renamed, linked or removed in a folder survive a power cut. Windows can not open folders. */
export const syncFolder = async (path: string): Promise<void> => {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Writes a new file, 0600, to the disk itself. Fails where the name exists; a failure leaves no file. */
export const writeDurably = async (path: string, text: string | Uint8Array): Promise<void> => {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
    await file.close()
  } catch (error) {
    // The first failure is the one to report: closing or removing may fail for the same reason.
    await file.close().catch(() => undefined)
    await unlink(path).catch(() => undefined)
    throw error
  }
}

/**
 * Replaces a file as a whole: whoever reads it sees the old or the new text, also after a crash. The new file is
 * 0600. On failure the old file is untouched. Errors: `disk_full`, `state_not_writable`.
 */
export const writeFileAtomic = async (path: string, text: string): Promise<void> => {
  const folder = dirname(path)
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    await writeDurably(temporary, text)
    try {
      await rename(temporary, path)
    } catch (error) {
      await unlink(temporary).catch(() => undefined)
      throw error
    }
    await syncFolder(folder)
  } catch (error) {
    throw writeFailure(error, path)
  }
}

export type BoundedText =
  | { readonly kind: 'absent' }
  | { readonly kind: 'text'; readonly text: string }
  /** `why` completes the sentence “the file …”. */
  | { readonly kind: 'unfit'; readonly why: string }
  | { readonly kind: 'failed'; readonly why: string; readonly cause: unknown }

/** Reads a regular UTF-8 file of at most `maxBytes`. Never blocks on a pipe, never reads a device. */
export const readBounded = async (path: string, maxBytes: number): Promise<BoundedText> => {
  try {
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      const stats = await file.stat()
      if (!stats.isFile()) return { kind: 'unfit', why: 'is not a regular file' }
      const bytes = Buffer.alloc(Math.min(stats.size, maxBytes) + 1)
      let length = 0
      for (;;) {
        const { bytesRead } = await file.read(bytes, length, bytes.length - length)
        if (bytesRead === 0) break
        length += bytesRead
        if (length > maxBytes) return { kind: 'unfit', why: `is larger than ${String(maxBytes)} bytes` }
        // It grew while it was read: not a file that this product replaces as a whole.
        if (length === bytes.length) return { kind: 'unfit', why: 'changed while it was read' }
      }
      return decode(bytes.subarray(0, length))
    } finally {
      await file.close()
    }
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return { kind: 'absent' }
    const why = isErrno(error, 'EACCES', 'EPERM') ? 'permission denied' : (codeOf(error) ?? String(error))
    return { kind: 'failed', why, cause: error }
  }
}

const decode = (bytes: Uint8Array): BoundedText => {
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    // TextDecoder says no more than this sentence does.
    return { kind: 'unfit', why: 'is not UTF-8 text' }
  }
}

/** The same for files whose loss closes nothing: undefined only where there is no file. Errors: `store_unreadable`. */
export const readTextBounded = async (path: string, maxBytes: number): Promise<string | undefined> => {
  const found = await readBounded(path, maxBytes)
  if (found.kind === 'absent') return undefined
  if (found.kind === 'text') return found.text
  throw new ClawdbotError(
    'store_unreadable',
    found.kind === 'unfit' ? `${path} ${found.why}.` : `${path} can not be read: ${found.why}.`,
    'Repair the file, or move it out of the way.',
    found.kind === 'failed' ? found.cause : undefined,
  )
}

/**
 * Moves a file out of the way under `<name>.corrupt-<time>`, on the owner's word only: what depends on it opens
 * again. Returns the new path. Never replaces a file.
 */
export const setAside = async (path: string, now: number): Promise<string> => {
  const stamp = new Date(now).toISOString().replace(/[:.]/g, '-')
  try {
    for (let attempt = 0; ; attempt += 1) {
      const target = `${path}.corrupt-${stamp}${attempt === 0 ? '' : `-${String(attempt)}`}`
      if (await exists(target)) continue
      await rename(path, target)
      await syncFolder(dirname(path))
      return target
    }
  } catch (error) {
    throw writeFailure(error, path)
  }
}

const exists = async (path: string): Promise<boolean> => {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false
    throw error
  }
}
