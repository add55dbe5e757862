import { chmodSync, closeSync, constants, lstatSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isErrno } from '../../../../shared/domain/errno.ts'
import { ClawdbotError } from '../../../../shared/domain/error.ts'

/** In the folder of the messenger's login: every key of the login, one change a line. */
export const loginFile = (folder: string): string => join(folder, 'login.jsonl')

/**
 * Is there a login to connect with? Looks only whether its file has something in it, so that nothing has to be loaded to know.
 * A file that can not be looked at counts as one, and so does what is no file: opening it says what is wrong.
 */
export const hasLogin = (folder: string): boolean => {
  try {
    const stats = lstatSync(loginFile(folder))
    return !stats.isFile() || stats.size > 0
  } catch (error) {
    return !isErrno(error, 'ENOENT')
  }
}

/**
 * Takes the login off the disk, whatever state its file is in. It is emptied before its name goes, so that a name that can not
 * be taken away names no keys. @throws ClawdbotError `state_not_writable`; the file is then still there, perhaps empty.
 */
export const wipeLogin = (folder: string): void => {
  const path = loginFile(folder)
  try {
    // What a crash in the middle of a replacement left behind holds the same keys.
    for (const each of [`${path}.new`, path]) {
      emptyIfThere(each)
      rmSync(each, { force: true })
    }
  } catch (error) {
    throw new ClawdbotError(
      'state_not_writable',
      `The login ${path} can not be removed.`,
      'It still opens the account to whoever can read it. Remove the file, and remove the device on the phone: WhatsApp, Linked devices.',
      error,
    )
  }
}

/** Whoever wrote it, from now on it is for the owner alone. */
export const makePrivate = (path: string): void => {
  if ((lstatSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600)
}

/** A failed write as the product's own error: `disk_full` or `state_not_writable`. */
export const writeFailure = (path: string, error: unknown): ClawdbotError =>
  isErrno(error, 'ENOSPC', 'EDQUOT')
    ? new ClawdbotError(
        'disk_full',
        `The disk is full: the login ${path} could not be written.`,
        'Free some space. Nothing that was written before is lost, and WhatsApp delivers again what could not be taken.',
        error,
      )
    : new ClawdbotError(
        'state_not_writable',
        `The login ${path} can not be written.`,
        'Make the state directory writable for this user, and see that the disk is well.',
        error,
      )

/** Without waiting for somebody to read from it, should it be a pipe. */
const EMPTIED = constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW | (constants.O_NONBLOCK ?? 0)

const emptyIfThere = (path: string): void => {
  try {
    closeSync(openSync(path, EMPTIED))
  } catch (error) {
    // A link is not followed: what it names was never ours to empty. Nobody reads from a pipe. Only their names go.
    if (isErrno(error, 'ENOENT', 'ELOOP', 'ENXIO')) return
    throw error
  }
}
