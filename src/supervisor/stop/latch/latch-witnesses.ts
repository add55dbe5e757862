import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import { isErrno } from '../../../shared/domain/errno.ts'
import type { StatePaths } from '../../../shared/state/state-dir.ts'
import { type JournalSays, MAX_JOURNAL_BYTES, readJournal } from './latch-journal.ts'

/** What one of the two witnesses says. `unclear` is locked: only certain absence, or a certain end, is open. */
export type Witness<T> =
  | { readonly kind: 'absent' }
  | { readonly kind: 'says'; readonly says: T }
  | { readonly kind: 'unclear'; readonly why: string }

// A pipe in the place of the file must not hold anybody up.
const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

export const readJournalFile = async (paths: StatePaths): Promise<Witness<JournalSays>> => {
  try {
    const file = await open(paths.lockdowns, READ_ONLY)
    try {
      const stats = await file.stat()
      if (!stats.isFile()) return notAFile(paths.lockdowns)
      const { from, bytes } = tailOf(stats.size)
      const { bytesRead } = await file.read(bytes, 0, bytes.length, from)
      return saysOf(bytes.subarray(0, bytesRead), from)
    } finally {
      await file.close()
    }
  } catch (error) {
    return absentOr(error)
  }
}

/** The same without waiting, for the moment before a launch. */
export const readJournalFileSync = (paths: StatePaths): Witness<JournalSays> => {
  try {
    const file = openSync(paths.lockdowns, READ_ONLY)
    try {
      const stats = fstatSync(file)
      if (!stats.isFile()) return notAFile(paths.lockdowns)
      const { from, bytes } = tailOf(stats.size)
      return saysOf(bytes.subarray(0, readSync(file, bytes, 0, bytes.length, from)), from)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    return absentOr(error)
  }
}

/** The last line decides, so of a journal that was made huge only the end is looked at. */
const tailOf = (size: number): { readonly from: number; readonly bytes: Buffer } => {
  const length = Math.min(size, MAX_JOURNAL_BYTES)
  return { from: size - length, bytes: Buffer.alloc(length) }
}

const saysOf = (bytes: Buffer, from: number): Witness<JournalSays> => {
  const text = bytes.toString('utf8')
  // The first line of a tail is the rest of one.
  return { kind: 'says', says: readJournal(from === 0 ? text : text.slice(text.indexOf('\n') + 1)) }
}

/** Is there something in the place of the latch file, whatever it is? */
export const seeLatchFile = async (paths: StatePaths): Promise<Witness<{ readonly changedAt: number }>> => {
  try {
    return { kind: 'says', says: { changedAt: Math.trunc((await lstat(paths.lockdown)).mtimeMs) } }
  } catch (error) {
    return absentOr(error)
  }
}

export const seeLatchFileSync = (paths: StatePaths): 'absent' | 'there' => {
  try {
    lstatSync(paths.lockdown)
    return 'there'
  } catch (error) {
    return isErrno(error, 'ENOENT') ? 'absent' : 'there'
  }
}

const notAFile = (path: string): Witness<never> => ({ kind: 'unclear', why: `${path} is not a file` })

const absentOr = (error: unknown): Witness<never> =>
  isErrno(error, 'ENOENT')
    ? { kind: 'absent' }
    : { kind: 'unclear', why: error instanceof Error ? error.message : String(error) }
