import type { Fault } from '../fault.ts'
import type { AuditFiles } from '../format/audit-files.ts'
import { logFile } from '../format/audit-files.ts'
import { readLines, readPart } from '../format/line-reader.ts'
import { NO_HASH, type ReadLine, readLine } from '../format/record.ts'
import type { Snapshot } from './snapshot.ts'

/** A crash leaves at most one batch that is not whole. */
const MAX_TORN_BYTES = 1024 * 1024

/** Where a record ends: the log file's number, its line there, and the byte after it. */
interface Place {
  readonly segment: number
  readonly line: number
  readonly offset: number
}

export interface ChainEnd {
  /** Of the last record; 0 before the first. */
  readonly seq: number
  readonly hash: string
  readonly place: Place
}

export const BEFORE_FIRST: ChainEnd = { seq: 0, hash: NO_HASH, place: { segment: 1, line: 0, offset: 0 } }

export type ChainRecord = Extract<ReadLine, { readonly kind: 'record' }>

export interface Route {
  readonly files: AuditFiles
  readonly snapshot: Snapshot
  readonly from: ChainEnd
  /** Hashes that were signed, by `seq`. */
  readonly marks: ReadonlyMap<number, string>
  /** So many records were acknowledged; what is behind them may be torn by a crash. */
  readonly signed: number
  readonly onRecord: (record: ChainRecord) => void
}

export interface Walked {
  readonly end: ChainEnd
  /** Bytes behind the end that are no record, as a crash leaves them. */
  readonly torn: number
  readonly fault: Fault | undefined
}

/** Follows the chain from one record to the end of the snapshot. @throws what the disk says. */
export const walkLog = async (route: Route): Promise<Walked> => {
  const { snapshot, from } = route
  let end = from
  for (let segment = from.place.segment; segment <= snapshot.segments.length; segment += 1) {
    if (segment !== end.place.segment) end = startingIn(segment, end)
    const size = snapshot.segments[segment - 1] ?? 0
    const walked = await walkSegment(route, end, size)
    end = walked.end
    if (walked.why === undefined && end.place.offset >= size) continue
    const why = walked.why ?? 'is cut off'
    if (walked.why !== undefined && walked.kind === 'record') return stop(route, end, why)
    const torn = size - end.place.offset
    if (segment === snapshot.segments.length && end.seq >= route.signed && (await isTorn(route, end, size))) {
      return { end, torn, fault: undefined }
    }
    return stop(route, end, why)
  }
  if (snapshot.stray) {
    return stop(route, startingIn(snapshot.segments.length + 1, end), 'is missing, with its file')
  }
  if (end.seq < route.signed) return stop(route, end, `is missing: ${String(route.signed)} were signed`)
  return { end, torn: 0, fault: undefined }
}

const startingIn = (segment: number, { seq, hash }: ChainEnd): ChainEnd => ({
  seq,
  hash,
  place: { segment, line: 0, offset: 0 },
})

const stop = ({ files }: Route, end: ChainEnd, why: string): Walked => ({
  end,
  torn: 0,
  fault: { file: logFile(files, end.place.segment), line: end.place.line + 1, seq: end.seq + 1, why },
})

interface SegmentWalked {
  readonly end: ChainEnd
  /** What is wrong with the next line, and whether that is a record at all. */
  readonly why: string | undefined
  readonly kind: ReadLine['kind']
}

const walkSegment = async (route: Route, from: ChainEnd, size: number): Promise<SegmentWalked> => {
  const { files, marks, onRecord } = route
  let { seq, hash } = from
  let { line, offset } = from.place
  const { segment } = from.place
  const found = (kind: ReadLine['kind'], why: string | undefined): SegmentWalked => ({
    end: { seq, hash, place: { segment, line, offset } },
    why,
    kind,
  })
  for await (const lines of readLines(logFile(files, segment), offset, size)) {
    for (const bytes of lines) {
      const read = readLine(bytes)
      if (read.kind === 'unfit') return found('unfit', read.why)
      if (read.seq !== seq + 1) {
        return found('record', `is record ${String(read.seq)} where ${String(seq + 1)} was due`)
      }
      if (read.prev !== hash) return found('record', 'does not follow the record before it')
      const mark = marks.get(read.seq)
      if (mark !== undefined && mark !== read.hash)
        return found('record', 'is not the record that was signed')
      seq += 1
      hash = read.hash
      line += 1
      offset += bytes.length + 1
      onRecord(read)
    }
  }
  return found('record', undefined)
}

/** Remains of one batch, in which nothing is a record: a record that does not fit was not left by a crash. */
const isTorn = async ({ files }: Route, end: ChainEnd, size: number): Promise<boolean> => {
  const { segment, offset } = end.place
  if (size - offset > MAX_TORN_BYTES) return false
  const bytes = await readPart(logFile(files, segment), offset, size)
  let from = 0
  for (;;) {
    const next = bytes.indexOf(0x0a, from)
    if (next < 0) return true
    if (readLine(bytes.subarray(from, next)).kind === 'record') return false
    from = next + 1
  }
}
