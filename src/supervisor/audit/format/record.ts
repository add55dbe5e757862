// One record, one line. The hash covers the exact bytes of the line that stand before it, so that nothing is ever
// serialised again to check it: `{"v":1,"seq":…,…,"prev":"…"` is hashed, and `,"hash":"…"}` appended.
import { createHash } from 'node:crypto'
import type { AuditEntry } from '../../../shared/domain/audit.ts'

/** What the first record follows. */
export const NO_HASH = '0'.repeat(64)

/** Bytes of a line, its end included. */
export const MAX_LINE = 64 * 1024

const MAX_NAME = 256
const MAX_TEXT = 500
const MAX_DETAILS = 24

export interface Draft {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly kind: 'intent' | 'outcome' | 'event'
  readonly entry: AuditEntry
  /** For an outcome: the `seq` of its intent, and how it ended. */
  readonly ref?: number
  readonly result?: string
}

export interface WrittenLine {
  /** With its line end. */
  readonly bytes: Buffer
  readonly hash: string
}

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

/** The draft as the chain's `seq`-th line, after the record whose hash is `prev`. Never longer than MAX_LINE. */
export const writeLine = (draft: Draft, seq: number, prev: string): WrittenLine => {
  const bytes = serialise(draft, seq, prev)
  if (bytes.bytes.length <= MAX_LINE) return bytes
  return serialise({ ...draft, entry: { ...draft.entry, detail: { tooLong: true } } }, seq, prev)
}

const serialise = ({ at, kind, entry, ref, result }: Draft, seq: number, prev: string): WrittenLine => {
  const { act, actor, provider, sender, session, detail } = entry
  const text = JSON.stringify({
    v: 1,
    seq,
    at: Math.trunc(at),
    kind,
    act,
    actor,
    provider,
    sender: sender === undefined ? undefined : bounded(sender, MAX_NAME),
    session: session === undefined ? undefined : bounded(session, MAX_NAME),
    ref,
    result: result === undefined ? undefined : bounded(result, MAX_TEXT),
    detail: detail === undefined ? undefined : boundedDetail(detail),
    prev,
  })
  const body = Buffer.from(text.slice(0, -1))
  const hash = sha256(body)
  return { bytes: Buffer.concat([body, Buffer.from(`${HASH_KEY}${hash}"}\n`)]), hash }
}

const boundedDetail = (detail: NonNullable<AuditEntry['detail']>): AuditEntry['detail'] =>
  Object.fromEntries(
    Object.entries(detail)
      .slice(0, MAX_DETAILS)
      .map(([key, value]) => [
        bounded(key, MAX_NAME),
        typeof value === 'string' ? bounded(value, MAX_TEXT) : value,
      ]),
  )

const bounded = (text: string, max: number): string =>
  text.length <= max ? text : `${text.slice(0, max - 1)}…`

const HASH_KEY = ',"hash":"'
const HASH_LENGTH = HASH_KEY.length + 64 + '"}'.length

export type ReadLine =
  | {
      readonly kind: 'record'
      readonly seq: number
      readonly prev: string
      readonly hash: string
      readonly act: unknown
      readonly detail: object
    }
  /** `why` completes the sentence “the record …”. */
  | { readonly kind: 'unfit'; readonly why: string }

/** A line without its end, read as a record that its own hash covers. Its place in the chain is not looked at. */
export const readLine = (line: Buffer): ReadLine => {
  const end = line.length - HASH_LENGTH
  const tail = line.toString('latin1', Math.max(end, 0))
  if (end <= 0 || !tail.startsWith(HASH_KEY) || !tail.endsWith('"}')) return NOT_A_RECORD
  const hash = tail.slice(HASH_KEY.length, -2)
  if (sha256(line.subarray(0, end)) !== hash) {
    return { kind: 'unfit', why: 'was changed: its hash does not match it' }
  }
  return parsed(line.toString('utf8'), hash)
}

const NOT_A_RECORD: ReadLine = { kind: 'unfit', why: 'is not a record' }

const parsed = (text: string, hash: string): ReadLine => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // A syntax error says no more than this does.
    return NOT_A_RECORD
  }
  if (typeof value !== 'object' || value === null || !('v' in value) || value.v !== 1) return NOT_A_RECORD
  if (!('seq' in value && typeof value.seq === 'number')) return NOT_A_RECORD
  if (!('prev' in value && typeof value.prev === 'string')) return NOT_A_RECORD
  const detail = 'detail' in value && typeof value.detail === 'object' ? value.detail : null
  const act = 'act' in value ? value.act : undefined
  return { kind: 'record', seq: value.seq, prev: value.prev, hash, act, detail: detail ?? {} }
}
