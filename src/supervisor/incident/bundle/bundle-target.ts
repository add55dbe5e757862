import { randomBytes } from 'node:crypto'
import { lstat, open, realpath, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { isErrno } from '../../../shared/domain/errno.ts'
import { ClawdbotError } from '../../../shared/domain/error.ts'
import { syncFolder, writeFailure } from '../../../shared/state/atomic-file.ts'
import type { StatePaths } from '../../../shared/state/state-dir.ts'

/** What is to happen to a file that is there already. */
export type Existing = 'refuse' | 'replace'

/** Whose place it is, as messages call it. */
export type Written = 'bundle' | 'export'

/** A place for a new file that nobody sees before it is whole. */
export interface BundleTarget {
  /** The path with every link in its folder's name resolved. */
  readonly path: string
  readonly write: (bytes: Uint8Array) => Promise<void>
  /** Makes it durable and puts it in its place. Errors: `disk_full`, `state_not_writable`. */
  readonly finish: () => Promise<void>
  /** Leaves nothing behind. */
  readonly abandon: () => Promise<void>
}

/**
 * Opens a new file, 0600, next to the target. Errors: `state_not_writable` for a link, something that is not a file, a
 * file that is not to be replaced, and any place in the state directory, where it could pass for a file of
 * Clawdbot's own; `disk_full`.
 */
export const openTarget = async (
  target: string,
  paths: StatePaths,
  existing: Existing,
  what: Written = 'bundle',
): Promise<BundleTarget> => {
  const path = await placeOf(target, what)
  await refuseOwnPlaces(path, paths, what)
  await refuseWhatIsThere(path, existing, what)
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  const file = await open(temporary, 'wx', 0o600).catch((error: unknown) => {
    throw writeFailure(error, path)
  })
  const abandon = async (): Promise<void> => {
    // Both may have happened already; what matters was reported by whoever gave up.
    await file.close().catch(() => undefined)
    await unlink(temporary).catch(() => undefined)
  }
  return {
    path,
    async write(bytes) {
      try {
        for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten
      } catch (error) {
        throw writeFailure(error, path)
      }
    },
    async finish() {
      try {
        await file.sync()
        await file.close()
        // Again, because writing took its time. A link that is put there now is replaced, not followed.
        await refuseWhatIsThere(path, existing, what)
        await rename(temporary, path)
        await syncFolder(dirname(path))
      } catch (error) {
        throw writeFailure(error, path)
      }
    },
    abandon,
  }
}

const placeOf = async (target: string, what: Written): Promise<string> => {
  const absolute = resolve(target)
  const folder = dirname(absolute)
  try {
    const real = await realpath(folder)
    if (!(await stat(real)).isDirectory()) throw refused(absolute, `${folder} is not a folder`, what)
    return join(real, basename(absolute))
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) throw refused(absolute, `there is no folder ${folder}`, what)
    throw writeFailure(error, absolute)
  }
}

const refuseOwnPlaces = async (path: string, paths: StatePaths, what: Written): Promise<void> => {
  for (const own of [paths.root, paths.credentials, paths.config]) {
    const real = await realpath(own).catch(() => resolve(own))
    const inside = relative(real, path)
    const outside = inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)
    if (!outside) throw refused(path, 'that is a place of Clawdbot itself', what)
  }
}

const refuseWhatIsThere = async (path: string, existing: Existing, what: Written): Promise<void> => {
  try {
    const stats = await lstat(path)
    if (stats.isSymbolicLink()) throw refused(path, 'a link is in its place', what)
    if (!stats.isFile()) throw refused(path, 'something that is not a file is in its place', what)
    if (existing === 'refuse') throw refused(path, 'there is a file of that name', what)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return
    throw writeFailure(error, path)
  }
}

const refused = (path: string, why: string, what: Written): ClawdbotError =>
  new ClawdbotError(
    'state_not_writable',
    `The ${what} was not written to ${path}: ${why}.`,
    'Choose another name, or a folder of your own.',
  )
