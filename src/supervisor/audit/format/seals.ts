// What the supervisor signs: the head, after every batch, and the checkpoints.
import { z } from 'zod'
import type { Signer, Verifier } from './signing.ts'

const count = z.number().int().nonnegative()
const hash = z.string().regex(/^[0-9a-f]{64}$/)

const headFields = z.object({
  v: z.literal(1),
  kind: z.literal('head'),
  /** Which chain: a repair begins another one. */
  chain: z.string().regex(/^[0-9a-f]{16}$/),
  /** Records in the log. */
  size: count,
  /** The hash of the last of them. */
  head: hash,
  /** Of them, those that tell of a torn end. */
  repairs: count,
  /** Lines in `checkpoints.jsonl`, and the hash of the last one. */
  checkpoints: count,
  last: hash,
})
export type Head = z.infer<typeof headFields>

const checkpointFields = z.object({
  v: z.literal(1),
  kind: z.literal('checkpoint'),
  /** Which line of its file this is, from 1. */
  n: count,
  size: count,
  head: hash,
  repairs: count,
  /** Where the last record ends: the log file's number, the line, and the byte after it. */
  segment: count,
  line: count,
  offset: count,
  at: z.number().int(),
  /** The hash of the checkpoint before this one. */
  prev: hash,
})
export type Checkpoint = z.infer<typeof checkpointFields>

const SIGNATURE_KEY = ',"sig":"'

const seal = (fields: Head | Checkpoint, signer: Signer): string => {
  const text = JSON.stringify(fields).slice(0, -1)
  return `${text}${SIGNATURE_KEY}${signer.sign(text)}"}`
}

const open = <T>(schema: z.ZodType<T>, sealed: string, verifier: Verifier): T | undefined => {
  const at = sealed.lastIndexOf(SIGNATURE_KEY)
  const signature = sealed.slice(at + SIGNATURE_KEY.length, -2)
  if (at < 0 || !sealed.endsWith('"}') || !verifier.verify(sealed.slice(0, at), signature)) return undefined
  return unsealed(schema, sealed)
}

const unsealed = <T>(schema: z.ZodType<T>, sealed: string): T | undefined => {
  try {
    return schema.safeParse(JSON.parse(sealed)).data
  } catch {
    // The caller says that it can not be read.
    return undefined
  }
}

/** One sector of the oldest disks, so that it is written whole or not at all. */
const HEAD_BYTES = 512

/** Always as long, so that it is overwritten in place, which needs no space on a full disk. */
export const writeHead = (head: Head, signer: Signer): Buffer =>
  Buffer.from(`${seal(head, signer).padEnd(HEAD_BYTES - 1)}\n`)

/** Undefined where any of its bytes is not as it was written. */
export const readHead = (bytes: Buffer, verifier: Verifier): Head | undefined => {
  if (bytes.length !== HEAD_BYTES || bytes.at(-1) !== 0x0a) return undefined
  return open(headFields, bytes.toString('latin1', 0, HEAD_BYTES - 1).replace(/ +$/, ''), verifier)
}

/** Does it say that no record was written yet? Then nothing is lost with what signed it. */
export const isEmptyHead = (bytes: Buffer): boolean =>
  unsealed(headFields, bytes.toString('latin1').trimEnd())?.size === 0

/** Without its line end. */
export const writeCheckpoint = (checkpoint: Checkpoint, signer: Signer): string => seal(checkpoint, signer)

export const readCheckpoint = (line: string, verifier: Verifier): Checkpoint | undefined =>
  open(checkpointFields, line, verifier)
