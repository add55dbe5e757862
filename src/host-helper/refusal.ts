import { getSystemErrorName } from 'node:util'
import type { FileFault } from '../shared/contracts/helper.ts'

/** Why a file tool did not do it: a fault of the protocol, and a sentence for whoever asked. */
export class Refusal extends Error {
  readonly fault: FileFault

  constructor(fault: FileFault, why: string) {
    super(why)
    this.name = 'Refusal'
    this.fault = fault
  }
}

const FAULTS: Readonly<Record<string, readonly [FileFault, string]>> = {
  ENOENT: ['not_found', 'there is no such file'],
  ENOTDIR: ['not_found', 'a part of the path is not a folder'],
  ELOOP: ['outside', 'a part of the path is a symbolic link'],
  EXDEV: ['outside', 'the path leaves the workspace or its file system'],
  EISDIR: ['is_a_folder', 'it is a folder'],
  EACCES: ['denied', 'the system does not permit it'],
  EPERM: ['denied', 'the system does not permit it'],
  EROFS: ['denied', 'the file system is read-only'],
  ENOSPC: ['no_space', 'the disk is full'],
  EDQUOT: ['no_space', 'the disk quota is used up'],
  EFBIG: ['too_large', 'the system takes no file of this size'],
  ENAMETOOLONG: ['bad_request', 'a name in the path is too long'],
  EINVAL: ['bad_request', 'the system does not take this path'],
  ENXIO: ['not_a_file', 'it is no regular file'],
  EBUSY: ['busy', 'it is in use'],
  ETXTBSY: ['busy', 'it is in use'],
  EAGAIN: ['busy', 'it changes all the time'],
  EMFILE: ['busy', 'too many files are open'],
  ENFILE: ['busy', 'too many files are open'],
}

/** For the owner's model: never more of a path than can be shown. */
const shown = (path: string): string => JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}…` : path)

export const refuse = (fault: FileFault, path: string, why: string): Refusal =>
  new Refusal(fault, `${shown(path)}: ${why}`)

/** `errno` is positive. */
export const refusalOfErrno = (errno: number, path: string): Refusal =>
  byName(getSystemErrorName(-errno), path)

/** Anything that was thrown, as an answer. */
export const refusalOf = (error: unknown, path: string): Refusal => {
  if (error instanceof Refusal) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'failed'
  return byName(code, path)
}

const byName = (code: string, path: string): Refusal => {
  const [fault, why] = FAULTS[code] ?? ['failed', `the system says ${code}`]
  return refuse(fault, path, why)
}
