// The boundary between the gateway and the helper that is the first process of a sandbox (docker/sandbox/helper.py), or
// its counterpart on the host (src/host-helper). Frames in both directions over a byte stream. What a helper says is
// untrusted: whoever runs commands there may have become it.
import { z } from 'zod'

export const HELPER_VERSION = 1

/**
 * A frame: two lengths of 4 bytes, big-endian – that of all that follows them, and that of the header in it –, then
 * the header, a JSON object in UTF-8, then the body, bytes that the header gives a meaning.
 */
export const FRAME_PREFIX_BYTES = 8
/** Of one frame without its prefix. What is longer is a violation. */
export const MAX_FRAME_BYTES = 1024 * 1024 + 64 * 1024
export const MAX_HEADER_BYTES = 64 * 1024
/** Of one file in a frame's body, in either direction. */
export const MAX_BODY_BYTES = 1024 * 1024

/** UTF-16 units. */
export const MAX_COMMAND = 32 * 1024
export const MAX_PATH = 4096
/** Bytes of output of one command that leave the sandbox: half from its beginning, half from its end. */
export const MAX_KEEP_BYTES = 256 * 1024
/** Milliseconds. */
export const MAX_BASH_TIMEOUT = 600_000

const requestId = z
  .number()
  .int()
  .positive()
  .max(2 ** 31)
const path = z.string().min(1).max(MAX_PATH)
const count = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)

/** What is asked of a helper. */
export const helperRequest = z.discriminatedUnion('op', [
  z.strictObject({
    op: z.literal('bash'),
    id: requestId,
    command: z.string().min(1).max(MAX_COMMAND),
    /** Relative to the workspace, or an absolute path in the helper's own view; the workspace itself if empty. */
    cwd: z.string().max(MAX_PATH),
    env: z.record(z.string(), z.string().max(4096)),
    timeoutMs: z.number().int().positive().max(MAX_BASH_TIMEOUT),
    keepBytes: z.number().int().min(2).max(MAX_KEEP_BYTES),
  }),
  /** Ends a command and all that it started; its `end` follows. Of one that is over it means nothing. */
  z.strictObject({ op: z.literal('abort'), id: requestId }),
  /** `offset` and `limit` in bytes. */
  z.strictObject({
    op: z.literal('read'),
    id: requestId,
    path,
    offset: count,
    limit: z.number().int().positive().max(MAX_BODY_BYTES),
  }),
  /**
   * The body is the file's content from `offset` on; it becomes visible at once, whole, with the last piece (`more`
   * false). Each piece has the same id and an answer of its own; the next one follows `written`, and none a `fault`.
   */
  z.strictObject({ op: z.literal('write'), id: requestId, path, offset: count, more: z.boolean() }),
  /** The body is the old text (`oldBytes` long), then the new one. Exactly one place must match. */
  z.strictObject({
    op: z.literal('edit'),
    id: requestId,
    path,
    oldBytes: z.number().int().positive().max(MAX_BODY_BYTES),
  }),
])
export type HelperRequest = z.infer<typeof helperRequest>

/** Why a file tool did not do it. */
const FILE_FAULTS = [
  'not_found',
  'is_a_folder',
  'not_a_file',
  'outside',
  'too_large',
  'no_match',
  'many_matches',
  'no_space',
  'denied',
  'busy',
  'bad_request',
  'failed',
] as const

/** What a helper answers. Unknown keys are refused: a helper of ours has none. */
export const helperAnswer = z.discriminatedUnion('kind', [
  /** First, once, with id 0. */
  z.strictObject({
    kind: z.literal('hello'),
    id: z.literal(0),
    version: z.number().int(),
    workspace: z.string().max(MAX_PATH),
  }),
  /** A piece of a command's output, in the body. */
  z.strictObject({ kind: z.literal('output'), id: requestId, stream: z.enum(['stdout', 'stderr']) }),
  /** The command and all that it started and left in its group is over. */
  z.strictObject({
    kind: z.literal('end'),
    id: requestId,
    /** Null where a signal ended it. */
    exitCode: z.number().int().min(0).max(255).nullable(),
    signal: z.number().int().min(1).max(64).nullable(),
    timedOut: z.boolean(),
    aborted: z.boolean(),
    /** Milliseconds. */
    durationMs: count,
    /** Bytes of output that were left out between the beginning and the end that were sent. */
    dropped: count,
  }),
  /** The piece that was asked for is the body. */
  z.strictObject({ kind: z.literal('read'), id: requestId, size: count }),
  z.strictObject({ kind: z.literal('written'), id: requestId, size: count, created: z.boolean() }),
  z.strictObject({
    kind: z.literal('edited'),
    id: requestId,
    size: count,
    line: z.number().int().positive(),
  }),
  z.strictObject({
    kind: z.literal('fault'),
    id: requestId,
    fault: z.enum(FILE_FAULTS),
    why: z.string().max(500),
  }),
])
export type HelperAnswer = z.infer<typeof helperAnswer>
/** How a command ended. */
export type CommandEnd = Readonly<Omit<Extract<HelperAnswer, { readonly kind: 'end' }>, 'kind' | 'id'>>
export type FileFault = (typeof FILE_FAULTS)[number]
