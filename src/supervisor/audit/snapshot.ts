import { readdir, stat } from 'node:fs/promises'
import { isErrno } from '../../shared/state/atomic-file.ts'
import { type AuditFiles, logFile, segmentOf } from './audit-files.ts'
import { readPart } from './line-reader.ts'

/** More than a head has, so that a longer file is seen as one. */
const HEAD_READ_BYTES = 1_024

/** How far the files of the audit went at one moment. They only grow, so what stood there then stays readable. */
export interface Snapshot {
  /** The sizes of log-000001, log-000002, … up to the first that is missing. */
  readonly segments: readonly number[]
  /** Is there a later log file, behind the missing one? */
  readonly stray: boolean
  readonly checkpoints: number | undefined
  readonly head: Buffer | undefined
  readonly anchor: Buffer | undefined
}

/** To be taken under the lock. @throws what the disk says. */
export const takeSnapshot = async (files: AuditFiles): Promise<Snapshot> => {
  const numbers = (await namesIn(files.folder))
    .flatMap((name) => segmentOf(name) ?? [])
    .toSorted((a, b) => a - b)
  const gap = numbers.findIndex((number, index) => number !== index + 1)
  const whole = gap < 0 ? numbers : numbers.slice(0, gap)
  return {
    segments: await Promise.all(whole.map(async (number) => (await sizeOf(logFile(files, number))) ?? 0)),
    stray: gap >= 0,
    checkpoints: await sizeOf(files.checkpoints),
    head: await small(files.head),
    anchor: await small(files.anchor),
  }
}

const namesIn = async (folder: string): Promise<readonly string[]> => {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return []
    throw error
  }
}

const sizeOf = async (path: string): Promise<number | undefined> => {
  try {
    const found = await stat(path)
    return found.isFile() ? found.size : 0
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

const small = async (path: string): Promise<Buffer | undefined> => {
  try {
    return await readPart(path, 0, HEAD_READ_BYTES)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
}
