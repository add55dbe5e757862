import type { Fault } from '../fault.ts'
import { type AuditFiles, logFile } from '../format/audit-files.ts'
import { readPart } from '../format/line-reader.ts'
import { MAX_LINE, readLine } from '../format/record.ts'
import { type Head, isEmptyHead, readHead } from '../format/seals.ts'
import { readSigner, readVerifier, type Signer } from '../format/signing.ts'
import { type CheckpointsRead, readAllCheckpoints, readLastCheckpoint } from './read-checkpoints.ts'
import type { Snapshot } from './snapshot.ts'
import { BEFORE_FIRST, type ChainEnd, type ChainRecord, walkLog } from './walk-log.ts'

export interface Examination {
  /** Nobody but the owner can say what to do about it. */
  readonly broken: Fault | undefined
  /** What a crash leaves: the next opening mends it, and records that it did. */
  readonly mendable: Fault | undefined
  readonly end: ChainEnd
  readonly repairs: number
  readonly head: Head | undefined
  readonly signer: Signer | undefined
  readonly checkpoints: CheckpointsRead
  /** Bytes behind the last record that are none. */
  readonly torn: number
  /** Records behind the newest signed head. */
  readonly unsigned: number
}

/** `recent`: from the last checkpoint on. */
export type Scope = 'recent' | 'whole'

/** Is there no audit, or only the beginnings of one that had no record yet? */
export const isFresh = async (files: AuditFiles, snapshot: Snapshot): Promise<boolean> => {
  const { segments, stray, odd, checkpoints, head, anchor } = snapshot
  if (stray || odd !== undefined || (checkpoints ?? 0) > 0 || segments.length > 1) return false
  for (const bytes of [head, anchor]) if (bytes !== undefined && !isEmptyHead(bytes)) return false
  const size = segments[0] ?? 0
  if (size === 0) return true
  if (head === undefined || anchor === undefined || size > MAX_LINE) return false
  return !(await readPart(logFile(files, 1), 0, size)).includes(0x0a)
}

/** Holds the files of a snapshot against each other. @throws what the disk says. */
export const examine = async (
  files: AuditFiles,
  snapshot: Snapshot,
  scope: Scope,
  onRecord: (record: ChainRecord) => void = () => undefined,
): Promise<Examination> => {
  if (snapshot.odd !== undefined) return brokenFile(snapshot.odd, 'is not a regular file')
  const verifier = await readVerifier(files)
  const signer = await readSigner(files)
  if (verifier.kind === 'none') return brokenFile(verifier.file, verifier.why)
  if (signer.kind === 'none') return brokenFile(signer.file, signer.why)
  if (signer.key.fingerprint !== verifier.key.fingerprint) {
    return brokenFile(files.publicKey, 'does not belong to the signing key')
  }
  const size = snapshot.checkpoints ?? 0
  const checkpoints = await (scope === 'whole'
    ? readAllCheckpoints(files, size, verifier.key)
    : readLastCheckpoint(files, size, verifier.key))
  const heads = readHeads(files, snapshot, verifier.key)
  const marks = marksOf(checkpoints, heads)
  const start =
    scope === 'whole' ? { end: BEFORE_FIRST, fault: undefined } : await startOf(files, snapshot, checkpoints)

  const seen: { repairs: number; fault: Fault | undefined } = {
    repairs: scope === 'whole' ? 0 : (checkpoints.list.at(-1)?.repairs ?? 0),
    fault: undefined,
  }
  const walked =
    start.fault === undefined
      ? await walkLog({
          files,
          snapshot,
          from: start.end,
          marks,
          signed: Math.max(...marks.keys(), 0),
          onRecord: (record) => {
            if (record.act === 'audit.repair') seen.repairs += 1
            if (record.seq === 1) seen.fault = notTheBeginning(files, record, signer.key, heads.newest)
            onRecord(record)
          },
        })
      : { end: start.end, torn: 0, fault: start.fault }

  const { end, torn } = walked
  const unsigned = end.seq - (heads.newest?.size ?? 0)
  return {
    broken:
      seen.fault ??
      walked.fault ??
      checkpoints.fault ??
      heads.fault ??
      disagreement(files, checkpoints, heads),
    mendable: mendable(files, { end, torn, unsigned, checkpoints, heads }),
    end,
    repairs: seen.repairs,
    head: heads.newest,
    signer: signer.key,
    checkpoints,
    torn,
    unsigned,
  }
}

const NO_CHECKPOINTS: CheckpointsRead = { list: [], count: 0, last: '', bytes: 0, torn: 0, fault: undefined }

const brokenFile = (file: string, why: string): Examination => ({
  broken: { file, line: 1, seq: null, why },
  mendable: undefined,
  end: BEFORE_FIRST,
  repairs: 0,
  head: undefined,
  signer: undefined,
  checkpoints: NO_CHECKPOINTS,
  torn: 0,
  unsigned: 0,
})

interface Heads {
  readonly head: Head | undefined
  readonly anchor: Head | undefined
  readonly newest: Head | undefined
  readonly fault: Fault | undefined
}

const readHeads = (files: AuditFiles, snapshot: Snapshot, signer: Parameters<typeof readHead>[1]): Heads => {
  let fault: Fault | undefined
  const one = (file: string, bytes: Buffer | undefined): Head | undefined => {
    const head = bytes === undefined ? undefined : readHead(bytes, signer)
    if (head !== undefined) return head
    const why = bytes === undefined ? 'is missing' : 'was changed: its signature does not match it'
    fault ??= { file, line: 1, seq: null, why }
    return undefined
  }
  const head = one(files.head, snapshot.head)
  const anchor = one(files.anchor, snapshot.anchor)
  if (head !== undefined && anchor !== undefined && head.chain !== anchor.chain) {
    fault ??= { file: files.head, line: 1, seq: null, why: `belongs to another chain than ${files.anchor}` }
  }
  const newest =
    anchor !== undefined &&
    (head === undefined || anchor.size > head.size || anchor.checkpoints > head.checkpoints)
      ? anchor
      : head
  return { head, anchor, newest, fault }
}

const marksOf = (checkpoints: CheckpointsRead, { head, anchor }: Heads): ReadonlyMap<number, string> => {
  const marks = new Map<number, string>()
  // Heads last: where both name a record and differ, the log can only fit one, and the younger one counts.
  for (const { size, head: hash } of checkpoints.list) marks.set(size, hash)
  for (const one of [head, anchor]) if (one !== undefined && one.size > 0) marks.set(one.size, one.head)
  return marks
}

/** Behind the last checkpoint's record, after a look at that record itself. */
const startOf = async (
  files: AuditFiles,
  { segments }: Snapshot,
  { list }: CheckpointsRead,
): Promise<{ readonly end: ChainEnd; readonly fault: Fault | undefined }> => {
  const last = list.at(-1)
  if (last === undefined) return { end: BEFORE_FIRST, fault: undefined }
  const { size: seq, head: hash, segment, line, offset } = last
  const end: ChainEnd = { seq, hash, place: { segment, line, offset } }
  // A crash may have left a log file without a record: then the last one stands at the end of the file before.
  const at = offset > 0 ? segment : segment - 1
  const stop = offset > 0 ? offset : (segments[at - 1] ?? 0)
  const found = (why: string) => ({
    end,
    fault: { file: logFile(files, at), line: Math.max(line, 1), seq, why },
  })
  if ((segments[at - 1] ?? 0) < stop || stop === 0) return found('is missing: it was signed')
  const before = await readPart(logFile(files, at), Math.max(0, stop - MAX_LINE), stop)
  const begin = before.lastIndexOf(0x0a, before.length - 2) + 1
  const read = readLine(before.subarray(begin, -1))
  if (before.at(-1) !== 0x0a || read.kind === 'unfit') return found('was changed')
  if (read.hash !== hash || read.seq !== seq) return found('is not the record that was signed')
  return { end, fault: undefined }
}

const notTheBeginning = (
  files: AuditFiles,
  { act, detail }: ChainRecord,
  signer: Signer,
  head: Head | undefined,
): Fault | undefined => {
  const key = 'key' in detail ? detail.key : undefined
  const chain = 'chain' in detail ? detail.chain : undefined
  if (act === 'audit.begin' && key === signer.fingerprint && (head === undefined || chain === head.chain)) {
    return undefined
  }
  return { file: logFile(files, 1), line: 1, seq: 1, why: 'does not begin this chain' }
}

/**
 * Both heads are on disk before a checkpoint that they do not name yet is written, and name it right after. So no
 * head is ever shorter than the last checkpoint, and no checkpoint but the last is unknown to the newest head.
 */
const disagreement = (
  files: AuditFiles,
  { list, count, last }: CheckpointsRead,
  heads: Heads,
): Fault | undefined => {
  const { head, anchor, newest } = heads
  if (newest === undefined) return undefined
  const checkpoint = list.at(-1)
  if (head?.size === anchor?.size && head?.head !== anchor?.head) {
    return { file: files.head, line: 1, seq: null, why: `ends otherwise than ${files.anchor}` }
  }
  if (newest.checkpoints > count) {
    const why = `is missing: ${String(newest.checkpoints)} were signed`
    return { file: files.checkpoints, line: count + 1, seq: null, why }
  }
  for (const [file, one] of [
    [files.head, head],
    [files.anchor, anchor],
  ] as const) {
    if (one === undefined || (one.checkpoints >= count - 1 && one.size >= (checkpoint?.size ?? 0))) continue
    return { file, line: 1, seq: null, why: 'was put back: it is older than the last checkpoint' }
  }
  const named = newest.checkpoints === count ? last : checkpoint?.prev
  if (named === newest.last) return undefined
  return { file: files.checkpoints, line: count, seq: null, why: 'is not the checkpoint that was signed' }
}

const mendable = (
  files: AuditFiles,
  found: Pick<Examination, 'end' | 'torn' | 'unsigned' | 'checkpoints'> & { readonly heads: Heads },
): Fault | undefined => {
  const { end, torn, unsigned, checkpoints, heads } = found
  const { head, anchor, newest } = heads
  if (torn > 0) {
    const why = `is torn: ${String(torn)} bytes that are no record. The next start keeps them apart and records it`
    return { file: logFile(files, end.place.segment), line: end.place.line + 1, seq: end.seq + 1, why }
  }
  if (checkpoints.torn > 0) {
    const why = `is torn: ${String(checkpoints.torn)} bytes. The next start keeps them apart and records it`
    return { file: files.checkpoints, line: checkpoints.count + 1, seq: null, why }
  }
  if (unsigned > 0 || newest?.checkpoints !== checkpoints.count) return behind(files.head)
  if (head?.size !== anchor?.size || head?.checkpoints !== anchor?.checkpoints) {
    return behind(newest === head ? files.anchor : files.head)
  }
  return undefined
}

const behind = (file: string): Fault => ({
  file,
  line: 1,
  seq: null,
  why: 'is older than the log, as after a crash, or was put back. The next start records it',
})
