import { randomBytes } from 'node:crypto'
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fdatasyncSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { type Beneath, ownName } from './beneath.ts'
import { refuseOwnersTools } from './owners-tools.ts'
import { fileParts, partsOf } from './path-parts.ts'
import { refusalOf, refuse } from './refusal.ts'

/** Bytes. What is larger is not read, not even in part, and not written. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024
/** Bytes: an edit holds the whole file twice. */
const MAX_EDIT_BYTES = 16 * 1024 * 1024

/** The file tools in one workspace, by descriptor. All of them throw a Refusal and nothing else. */
export interface Files {
  /** Bytes from `offset` on, at most `limit`; beyond the end none. */
  readonly read: (
    path: string,
    offset: number,
    limit: number,
  ) => { readonly bytes: Uint8Array; readonly size: number }
  /** The whole file at once; folders on the way are made. */
  readonly write: (
    path: string,
    content: readonly Uint8Array[],
  ) => { readonly size: number; readonly created: boolean }
  /** Replaces the one place where `oldText` stands; `line` is the place's, from 1. */
  readonly edit: (
    path: string,
    oldText: Uint8Array,
    newText: Uint8Array,
  ) => { readonly size: number; readonly line: number }
  /** A folder, for a command to start in: the caller closes the descriptor. */
  readonly folder: (path: string) => number
}

/** `root` is the open workspace; it stays the caller's. */
export const filesIn = (root: number, beneath: Beneath): Files => ({
  read: (path, offset, limit) =>
    refusing(path, () =>
      using(beneath.placeOf(root, [...fileParts(path).folder, fileParts(path).name]), (place) => {
        const { size } = regular(place, path)
        if (size > MAX_FILE_BYTES)
          throw refuse('too_large', path, `it has ${String(size)} bytes, too many to read`)
        return using(openPlace(place), (file) => {
          regular(file, path)
          return { bytes: readAt(file, offset, Math.min(limit, Math.max(0, size - offset))), size }
        })
      }),
    ),

  write: (path, content) =>
    refusing(path, () => {
      const { folder: parts, name } = fileParts(path)
      refuseOwnersTools([...parts, name])
      const size = content.reduce((sum, { byteLength }) => sum + byteLength, 0)
      return using(makeFolders(beneath, root, parts), (folder) => {
        const before = placeIfAny(beneath, folder, name)
        const mode = before === undefined ? undefined : using(before, (place) => replaceable(place, path))
        replace(folder, name, content, mode, () => {})
        return { size, created: mode === undefined }
      })
    }),

  edit: (path, oldText, newText) =>
    refusing(path, () => {
      const { folder: parts, name } = fileParts(path)
      refuseOwnersTools([...parts, name])
      return using(beneath.placeOf(root, parts), (folder) =>
        using(beneath.placeOf(folder, [name]), (place) => {
          const mode = replaceable(place, path)
          const before = regular(place, path)
          if (before.size > MAX_EDIT_BYTES)
            throw refuse('too_large', path, `it has ${String(before.size)} bytes, too many to edit`)
          const text = using(openPlace(place), (file) => readAt(file, 0, before.size))
          const at = text.indexOf(oldText)
          if (at === -1) throw refuse('no_match', path, 'the old text is not in it')
          if (text.indexOf(oldText, at + 1) !== -1)
            throw refuse('many_matches', path, 'the old text stands in it more than once')
          const content = [text.subarray(0, at), newText, text.subarray(at + oldText.byteLength)]
          const line = text.subarray(0, at).reduce((lines, byte) => (byte === NEWLINE ? lines + 1 : lines), 1)
          replace(folder, name, content, mode, () =>
            using(beneath.placeOf(folder, [name]), (now) => same(now, before, path)),
          )
          return { size: before.size - oldText.byteLength + newText.byteLength, line }
        }),
      )
    }),

  folder: (path) =>
    refusing(path, () => {
      const place = beneath.placeOf(root, partsOf(path))
      if (fstatSync(place).isDirectory()) return place
      closeSync(place)
      throw refuse('not_found', path, 'it is not a folder')
    }),
})

const NEWLINE = 0x0a

const refusing = <T>(path: string, act: () => T): T => {
  try {
    return act()
  } catch (error) {
    throw refusalOf(error, path)
  }
}

const using = <T>(descriptor: number, act: (descriptor: number) => T): T => {
  try {
    return act(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** For reading: exactly what was looked at, whatever has its name by now. Nothing that could hang: see `regular`. */
const openPlace = (place: number): number =>
  openSync(ownName(place), constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)

/** Throws unless it is a regular file with this one name: another name could be outside (a hard link). */
const regular = (descriptor: number, path: string): Stats => {
  const stats = fstatSync(descriptor)
  if (stats.isDirectory()) throw refuse('is_a_folder', path, 'it is a folder')
  if (!stats.isFile()) throw refuse('not_a_file', path, 'it is a device, a pipe or a socket')
  if (stats.nlink > 1)
    throw refuse('outside', path, 'it has another name besides (a hard link), which may be outside')
  if (stats.nlink === 0) throw refuse('not_found', path, 'it was removed just now')
  return stats
}

/** The permissions of a file that may be written. Replacing asks only for those of the folder, so we ask for its own. */
const replaceable = (place: number, path: string): number => {
  const { mode } = regular(place, path)
  accessSync(ownName(place), constants.W_OK)
  return mode & 0o777
}

const same = (place: number, before: Stats, path: string): void => {
  const now = fstatSync(place)
  const changed =
    now.ino !== before.ino ||
    now.dev !== before.dev ||
    now.size !== before.size ||
    now.mtimeMs !== before.mtimeMs
  if (changed) throw refuse('busy', path, 'it was changed meanwhile')
}

const readAt = (file: number, offset: number, length: number): Buffer => {
  const bytes = Buffer.alloc(length)
  let filled = 0
  while (filled < length) {
    const count = readSync(file, bytes, filled, length - filled, offset + filled)
    if (count === 0) break
    filled += count
  }
  return bytes.subarray(0, filled)
}

const placeIfAny = (beneath: Beneath, folder: number, name: string): number | undefined => {
  try {
    return beneath.placeOf(folder, [name])
  } catch (error) {
    if (refusalOf(error, name).fault === 'not_found') return undefined
    throw error
  }
}

/** The folder, made where it is not there. Each name is made in the folder that is held open, so it can lead nowhere else. */
const makeFolders = (beneath: Beneath, root: number, parts: readonly string[]): number => {
  let folder = beneath.placeOf(root, [])
  for (const part of parts) {
    try {
      const next = placeIfAny(beneath, folder, part) ?? makeFolder(beneath, folder, part)
      closeSync(folder)
      folder = next
    } catch (error) {
      closeSync(folder)
      throw error
    }
  }
  return folder
}

const makeFolder = (beneath: Beneath, folder: number, name: string): number => {
  try {
    mkdirSync(`${ownName(folder)}/${name}`)
  } catch (error) {
    // Somebody else has just made it: it is looked at like any other.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  return beneath.placeOf(folder, [name])
}

/**
 * A new file under another name in the same open folder, then renamed over: seen whole or not at all, and never written
 * through what stands there. A symbolic link that was swapped in meanwhile is replaced, not followed.
 */
const replace = (
  folder: number,
  name: string,
  content: readonly Uint8Array[],
  mode: number | undefined,
  lastLook: () => void,
): void => {
  const temporary = `${ownName(folder)}/.clawdbot-${randomBytes(9).toString('hex')}`
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
  using(openSync(temporary, flags, mode ?? 0o666), (file) => {
    try {
      // Not left to the umask, which counts for new files only.
      if (mode !== undefined) fchmodSync(file, mode)
      for (const piece of content) writeWhole(file, piece)
      fdatasyncSync(file)
      lastLook()
      renameSync(temporary, `${ownName(folder)}/${name}`)
    } catch (error) {
      unlinkSync(temporary)
      throw error
    }
  })
}

const writeWhole = (file: number, bytes: Uint8Array): void => {
  for (let written = 0; written < bytes.byteLength; ) written += writeSync(file, bytes, written)
}
