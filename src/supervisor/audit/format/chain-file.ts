// Writing: to be called under the lock only. Every function gives the chain as it is after it.
import { randomBytes } from 'node:crypto'
import { type FileHandle, open, readdir } from 'node:fs/promises'
import type { AuditActor } from '../../../shared/domain/audit.ts'
import { syncFolder, writeFileAtomic } from '../../../shared/state/atomic-file.ts'
import { makePrivateDir } from '../../../shared/state/state-dir.ts'
import { BEFORE_FIRST, type ChainEnd } from '../verify/walk-log.ts'
import { type AuditFiles, logFile } from './audit-files.ts'
import { type Draft, NO_HASH, sha256, writeLine } from './record.ts'
import { type Head, writeCheckpoint, writeHead } from './seals.ts'
import { makeKeys, type Signer } from './signing.ts'

/** A log file that has reached this many bytes is followed by another one. */
const SEGMENT_BYTES = 32 * 1024 * 1024

/** The audit as this process last saw or left it. */
export interface Chain {
  readonly signer: Signer
  readonly end: ChainEnd
  readonly head: Head
  readonly headBytes: Buffer
  /** Bytes of `checkpoints.jsonl`, and how many records its last line signs. */
  readonly checkpointBytes: number
  readonly signedSize: number
}

export interface Limits {
  readonly segmentBytes: number
}
export const USUAL_LIMITS: Limits = { segmentBytes: SEGMENT_BYTES }

export interface Appended {
  readonly chain: Chain
  /** The number of the first record; the others follow. */
  readonly seq: number
}

/**
 * Adds records, durably, behind the end of the chain; whatever a crash left there is written over. On an error the log is cut
 * back. The head still has to be written. @throws what the disk says.
 */
export const appendRecords = async (
  files: AuditFiles,
  chain: Chain,
  drafts: readonly Draft[],
  limits: Limits = USUAL_LIMITS,
): Promise<Appended> => {
  const { end } = chain
  const place =
    end.place.offset >= limits.segmentBytes
      ? { segment: end.place.segment + 1, line: 0, offset: 0 }
      : end.place
  let { seq, hash } = end
  let { repairs } = chain.head
  const lines = drafts.map((draft) => {
    const line = writeLine(draft, seq + 1, hash)
    seq += 1
    hash = line.hash
    if (draft.entry.act === 'audit.repair') repairs += 1
    return line.bytes
  })
  const bytes = Buffer.concat(lines)
  const fresh = place.offset === 0
  const file = await open(logFile(files, place.segment), fresh ? 'w' : 'r+', 0o600)
  try {
    await writeAll(file, bytes, place.offset)
    await file.truncate(place.offset + bytes.length)
    await file.datasync()
  } catch (error) {
    // Best effort: what stays behind is found, and cut off, by whoever writes next.
    await file.truncate(place.offset).catch(() => undefined)
    throw error
  } finally {
    await file.close()
  }
  if (fresh) await syncFolder(files.folder)
  const after: ChainEnd = {
    seq,
    hash,
    place: { segment: place.segment, line: place.line + drafts.length, offset: place.offset + bytes.length },
  }
  return {
    chain: { ...chain, end: after, head: { ...chain.head, size: seq, head: hash, repairs } },
    seq: end.seq + 1,
  }
}

const writeAll = async (file: FileHandle, bytes: Buffer, at: number): Promise<void> => {
  let from = 0
  while (from < bytes.length) {
    from += (await file.write(bytes, from, bytes.length - from, at + from)).bytesWritten
  }
}

/** Both heads, in place. The log is durable already, so theirs may come later. @throws what the disk says. */
export const writeHeads = async (
  files: AuditFiles,
  chain: Chain,
  when: 'eventually' | 'durably',
): Promise<Chain> => {
  const headBytes = writeHead(chain.head, chain.signer)
  const writes = [files.head, files.anchor].map((path) => overwrite(path, headBytes, when))
  // Each is waited for, so that none is still being written when the lock is given away.
  for (const write of await Promise.allSettled(writes)) if (write.status === 'rejected') throw write.reason
  return { ...chain, headBytes }
}

const overwrite = async (path: string, bytes: Buffer, when: 'eventually' | 'durably'): Promise<void> => {
  const file = await open(path, 'r+')
  try {
    await writeAll(file, bytes, 0)
    if (when === 'durably') await file.datasync()
  } finally {
    await file.close()
  }
}

/** Signs all records, durably. @throws what the disk says. */
export const addCheckpoint = async (files: AuditFiles, chain: Chain, at: number): Promise<Chain> => {
  // So no head that a crash or a power cut leaves is ever shorter than a checkpoint.
  await writeHeads(files, chain, 'durably')
  const { end, head, signer, checkpointBytes } = chain
  const line = writeCheckpoint(
    {
      v: 1,
      kind: 'checkpoint',
      n: head.checkpoints + 1,
      size: end.seq,
      head: end.hash,
      repairs: head.repairs,
      ...end.place,
      at: Math.trunc(at),
      prev: head.last,
    },
    signer,
  )
  const bytes = Buffer.from(`${line}\n`)
  const file = await open(files.checkpoints, checkpointBytes === 0 ? 'w' : 'r+', 0o600)
  try {
    await writeAll(file, bytes, checkpointBytes)
    await file.datasync()
  } catch (error) {
    // Best effort: what stays behind is found, and cut off, by whoever writes next.
    await file.truncate(checkpointBytes).catch(() => undefined)
    throw error
  } finally {
    await file.close()
  }
  if (checkpointBytes === 0) await syncFolder(files.folder)
  return writeHeads(
    files,
    {
      ...chain,
      head: { ...head, checkpoints: head.checkpoints + 1, last: sha256(line) },
      checkpointBytes: checkpointBytes + bytes.length,
      signedSize: end.seq,
    },
    'eventually',
  )
}

export interface Beginning {
  readonly at: number
  readonly actor: AuditActor
  /** What was there before, where something was. */
  readonly detail: NonNullable<Draft['entry']['detail']>
}

/**
 * A new chain, whose first record names its key. Heads that speak of no record stand before the log does: so a
 * log without them was robbed of them, and is not new. @throws what the disk says.
 */
export const beginChain = async (
  files: AuditFiles,
  { at, actor, detail }: Beginning,
  limits?: Limits,
): Promise<Chain> => {
  await makePrivateDir(files.folder)
  const signer = await makeKeys(files)
  const chainId = randomBytes(8).toString('hex')
  const head: Head = {
    v: 1,
    kind: 'head',
    chain: chainId,
    size: 0,
    head: NO_HASH,
    repairs: 0,
    checkpoints: 0,
    last: NO_HASH,
  }
  const headBytes = writeHead(head, signer)
  for (const path of [files.head, files.anchor]) await writeFileAtomic(path, headBytes.toString('latin1'))
  const empty: Chain = { signer, end: BEFORE_FIRST, head, headBytes, checkpointBytes: 0, signedSize: 0 }
  const before = (await readdir(files.folder)).filter((name) => name.startsWith('broken-')).sort()
  const draft: Draft = {
    at,
    kind: 'event',
    entry: {
      act: 'audit.begin',
      actor,
      detail: { key: signer.fingerprint, chain: chainId, after: before.at(-1) ?? null, ...detail },
    },
  }
  const { chain } = await appendRecords(files, empty, [draft], limits)
  return writeHeads(files, chain, 'durably')
}
