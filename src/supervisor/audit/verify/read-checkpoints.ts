import { setImmediate } from 'node:timers/promises'
import type { Fault } from '../fault.ts'
import type { AuditFiles } from '../format/audit-files.ts'
import { readLines, readPart } from '../format/line-reader.ts'
import { NO_HASH, sha256 } from '../format/record.ts'
import { type Checkpoint, readCheckpoint } from '../format/seals.ts'
import type { Verifier } from '../format/signing.ts'

/** Longer than two checkpoints. */
const TAIL_BYTES = 4_096
/** A crash tears one checkpoint at most, and none is as long. */
const MAX_TORN = 1_024
/** Signatures checked in one go: some milliseconds of work. */
const PAUSE_AFTER = 16

export interface CheckpointsRead {
  /** All, or only the last one. */
  readonly list: readonly Checkpoint[]
  readonly count: number
  /** The hash of the last line. */
  readonly last: string
  /** Bytes of the whole lines, and of the torn one behind them. */
  readonly bytes: number
  readonly torn: number
  readonly fault: Fault | undefined
}

const NONE: CheckpointsRead = { list: [], count: 0, last: NO_HASH, bytes: 0, torn: 0, fault: undefined }

/** Every line, its signature and its place in the chain. @throws what the disk says. */
export const readAllCheckpoints = async (
  files: AuditFiles,
  size: number,
  verifier: Verifier,
): Promise<CheckpointsRead> => {
  const list: Checkpoint[] = []
  let last = NO_HASH
  let bytes = 0
  const found = (fault: Fault | undefined): CheckpointsRead => ({
    list,
    count: list.length,
    last,
    bytes,
    torn: size - bytes,
    fault,
  })
  if (size === 0) return NONE
  for await (const lines of readLines(files.checkpoints, 0, size)) {
    for (const line of lines) {
      const text = line.toString('latin1')
      const read = readCheckpoint(text, verifier)
      const before = list.at(-1)
      const n = list.length + 1
      if (read === undefined) return found(faultAt(files, n, 'was changed: its signature does not match it'))
      if (read.n !== n || read.prev !== last || (before !== undefined && before.size > read.size)) {
        return found(faultAt(files, n, 'does not follow the checkpoint before it'))
      }
      list.push(read)
      last = sha256(line)
      bytes += line.length + 1
      if (n % PAUSE_AFTER === 0) await setImmediate()
    }
  }
  return found(size - bytes > MAX_TORN ? faultAt(files, list.length + 1, NO_CHECKPOINT) : undefined)
}

/** The last whole line only, whatever stands before it. @throws what the disk says. */
export const readLastCheckpoint = async (
  files: AuditFiles,
  size: number,
  verifier: Verifier,
): Promise<CheckpointsRead> => {
  if (size === 0) return NONE
  const from = Math.max(0, size - TAIL_BYTES)
  const tail = await readPart(files.checkpoints, from, size)
  const end = tail.lastIndexOf(0x0a)
  if (end < 0) return { ...NONE, torn: size, fault: size > MAX_TORN ? unreadable(files) : undefined }
  const begin = end === 0 ? 0 : tail.lastIndexOf(0x0a, end - 1) + 1
  const line = tail.subarray(begin, end)
  const read = readCheckpoint(line.toString('latin1'), verifier)
  const bytes = from + end + 1
  if (read === undefined) return { ...NONE, bytes, torn: size - bytes, fault: unreadable(files) }
  const fault = size - bytes > MAX_TORN ? faultAt(files, read.n + 1, NO_CHECKPOINT) : undefined
  return { list: [read], count: read.n, last: sha256(line), bytes, torn: size - bytes, fault }
}

const NO_CHECKPOINT = 'is no checkpoint, nor what a crash leaves of one'

const faultAt = (files: AuditFiles, line: number, why: string): Fault => ({
  file: files.checkpoints,
  line,
  seq: null,
  why,
})

/** Which line it is, only a reading from the beginning could say. */
const unreadable = (files: AuditFiles): Fault =>
  faultAt(files, 1, 'ends with a line that is no checkpoint, or was changed')
