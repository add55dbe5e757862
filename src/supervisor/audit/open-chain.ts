import { open } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { isErrno } from '../../shared/domain/errno.ts'
import { syncFolder, writeDurably } from '../../shared/state/atomic-file.ts'
import type { Fault } from './fault.ts'
import { type AuditFiles, logFile, stampOf } from './format/audit-files.ts'
import { appendRecords, beginChain, type Chain, type Limits, writeHeads } from './format/chain-file.ts'
import { readPart } from './format/line-reader.ts'
import { type Examination, examine, isFresh } from './verify/examine.ts'
import { type Snapshot, takeSnapshot } from './verify/snapshot.ts'

export type Opened =
  | { readonly kind: 'chain'; readonly chain: Chain }
  | { readonly kind: 'broken'; readonly fault: Fault }

/**
 * The chain as it is on disk, checked from its last checkpoint on; begun where there is none, and mended where a
 * crash left a torn end. To be called under the lock. @throws what the disk says.
 */
export const openChain = async (files: AuditFiles, at: number, limits?: Limits): Promise<Opened> => {
  const snapshot = await takeSnapshot(files)
  if (await isFresh(files, snapshot)) {
    return { kind: 'chain', chain: await beginChain(files, { at, actor: 'supervisor', detail: {} }, limits) }
  }
  const found = await examine(files, snapshot, 'recent')
  if (found.broken !== undefined) return { kind: 'broken', fault: found.broken }
  const chain = chainOf(found, snapshot)
  if (chain === undefined)
    return { kind: 'broken', fault: { file: files.head, line: 1, seq: null, why: 'is missing' } }
  if (found.mendable === undefined) return { kind: 'chain', chain }
  return { kind: 'chain', chain: await mend(files, { found, snapshot, chain, at }) }
}

const chainOf = (
  { signer, head, end, repairs, checkpoints }: Examination,
  snapshot: Snapshot,
): Chain | undefined => {
  if (signer === undefined || head === undefined) return undefined
  return {
    signer,
    end,
    head: {
      ...head,
      size: end.seq,
      head: end.hash,
      repairs,
      checkpoints: checkpoints.count,
      last: checkpoints.last,
    },
    headBytes: snapshot.head ?? Buffer.alloc(0),
    checkpointBytes: checkpoints.bytes,
    signedSize: checkpoints.list.at(-1)?.size ?? 0,
  }
}

interface Wound {
  readonly found: Examination
  readonly snapshot: Snapshot
  readonly chain: Chain
  readonly at: number
}

/** The remains are kept first, then the record of it takes their place: a crash in between hides nothing. */
const mend = async (files: AuditFiles, { found, snapshot, chain, at }: Wound): Promise<Chain> => {
  const { end, torn, checkpoints, unsigned } = found
  const { segment, offset } = end.place
  const log = torn === 0 ? Buffer.alloc(0) : await readPart(logFile(files, segment), offset, offset + torn)
  const total = snapshot.checkpoints ?? 0
  const rest =
    checkpoints.torn === 0 ? Buffer.alloc(0) : await readPart(files.checkpoints, checkpoints.bytes, total)
  const remains = Buffer.concat([log, rest])
  const kept = remains.length === 0 ? null : basename(await keep(files, remains, at))
  const detail = {
    tornBytes: log.length,
    tornCheckpointBytes: rest.length,
    recordsBehindHead: Math.max(unsigned, 0),
    kept,
  }
  const entry = { act: 'audit.repair', actor: 'supervisor', detail } as const
  // In the very file that was torn, be it full by now: a torn end that is not the last would never be mended.
  const here: Limits = { segmentBytes: Number.POSITIVE_INFINITY }
  const mended = await appendRecords(files, chain, [{ at, kind: 'event', entry }], here)
  if (rest.length > 0) await cutOff(files.checkpoints, checkpoints.bytes)
  return writeHeads(files, mended.chain, 'durably')
}

const keep = async (files: AuditFiles, remains: Buffer, at: number): Promise<string> => {
  for (let attempt = 0; ; attempt += 1) {
    const path = join(files.folder, `torn-${stampOf(at)}${attempt === 0 ? '' : `-${String(attempt)}`}.txt`)
    try {
      await writeDurably(path, remains)
      await syncFolder(files.folder)
      return path
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error
    }
  }
}

const cutOff = async (path: string, size: number): Promise<void> => {
  const file = await open(path, 'r+')
  try {
    await file.truncate(size)
    await file.datasync()
  } finally {
    await file.close()
  }
}
