import { lstat, readdir } from 'node:fs/promises'
import { isErrno } from '../../../shared/domain/errno.ts'
import { type AuditFiles, logFile, segmentOf } from '../format/audit-files.ts'
import { readPart } from '../format/line-reader.ts'

/** More than a head has, so that a longer file is seen as one. */
const HEAD_READ_BYTES = 1_024

/** How far the files of the audit went at one moment. They only grow, so what stood there then stays readable. */
export interface Snapshot {
  /** The sizes of log-000001, log-000002, … up to the first that is missing or empty. */
  readonly segments: readonly number[]
  /** Is there a later log file, behind that one? */
  readonly stray: boolean
  readonly checkpoints: number | undefined
  readonly head: Buffer | undefined
  readonly anchor: Buffer | undefined
  /** A folder, a pipe or a link where a file should be: writing there could hang, or change what is not ours. */
  readonly odd: string | undefined
}

/** To be taken under the lock. @throws what the disk says. */
export const takeSnapshot = async (files: AuditFiles): Promise<Snapshot> => {
  const numbers = (await namesIn(files.folder))
    .flatMap((name) => segmentOf(name) ?? [])
    .toSorted((a, b) => a - b)
  const gap = numbers.findIndex((number, index) => number !== index + 1)
  const whole = gap < 0 ? numbers : numbers.slice(0, gap)
  const sizes: number[] = []
  let odd: string | undefined
  const sizeOf = async (path: string): Promise<number | undefined> => {
    const found = await lookAt(path)
    if (found === 'odd') odd ??= path
    return found === 'odd' ? 0 : found
  }
  // One after another, and only the last may be empty: where somebody made a million files, they are not all looked at.
  for (const number of whole) {
    if (sizes.at(-1) === 0) {
      sizes.pop()
      break
    }
    sizes.push((await sizeOf(logFile(files, number))) ?? 0)
  }
  const small = async (path: string): Promise<Buffer | undefined> => {
    const size = await sizeOf(path)
    return size === undefined || odd === path ? undefined : readPart(path, 0, HEAD_READ_BYTES)
  }
  const rest = {
    segments: sizes,
    stray: sizes.length < numbers.length,
    checkpoints: await sizeOf(files.checkpoints),
    head: await small(files.head),
    anchor: await small(files.anchor),
  }
  return { ...rest, odd }
}

const namesIn = async (folder: string): Promise<readonly string[]> => {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return []
    throw error
  }
}

/** Its size, if it is a file and no link to one. */
const lookAt = async (path: string): Promise<number | 'odd' | undefined> => {
  try {
    const found = await lstat(path)
    return found.isFile() ? found.size : 'odd'
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
}
