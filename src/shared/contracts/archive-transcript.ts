// What the archive says of one transcript.
import { z } from 'zod'
import { count, time } from './archive-scalars.ts'

/** Where text is longer than the page may carry, how much is missing, in UTF-16 units. */
export const cut = count

const callResult = z.object({
  text: z.string(),
  cut,
  at: time,
  isError: z.boolean(),
  /** Nothing was done, on purpose. */
  refused: z.boolean(),
  exitCode: z.number().nullable(),
  signal: z.number().nullable(),
  timedOut: z.boolean(),
  durationMs: z.number().nullable(),
  /** Bytes of output that were not kept. */
  dropped: count,
  ranOn: z.enum(['host', 'sandbox', 'messenger', '']),
})

const block = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string(), cut }),
  z.object({ kind: z.literal('thinking'), text: z.string(), cut }),
  z.object({ kind: z.literal('image'), mime: z.string(), bytes: count }),
  /** Anything else, as JSON. */
  z.object({ kind: z.literal('raw'), text: z.string(), cut }),
  z.object({
    kind: z.literal('call'),
    id: z.string(),
    tool: z.string(),
    /** The one argument that says most (a command, a path), one line; empty where there is none. */
    brief: z.string(),
    /** All arguments as JSON. */
    arguments: z.string(),
    cut,
    /** Of an edit: what it replaced by what; of a write: what it wrote over nothing known. */
    change: z.object({ path: z.string(), before: z.string(), after: z.string(), cut }).nullable(),
    /** Null: nothing says what it came to. */
    result: callResult.nullable(),
  }),
])
export type Block = z.infer<typeof block>
export type CallResult = z.infer<typeof callResult>

export const TURN_KINDS = [
  'user',
  'agent',
  /** A result whose call is not in this transcript, or a command that the user ran (`bashExecution`). */
  'result',
  /** What the gate or the outbox refused, or what became of an answer that did not leave. */
  'gate',
  'outbox',
  /** A compaction's or a branch's summary. */
  'summary',
  /** Another model, another level of thinking. */
  'change',
  /** Labels, names, and what other programs note. */
  'note',
  /** A line of a type that is not known: raw. */
  'unknown',
  /** A line that is no JSON, or has not the form of its type. */
  'broken',
] as const

const turn = z.object({
  /** Its row in this transcript, from 0. */
  turn: count,
  /** Its line in the file, from 1. */
  line: count,
  /** The entry's own id; empty where it has none. */
  id: z.string(),
  at: time,
  kind: z.enum(TURN_KINDS),
  from: z
    .object({ provider: z.string(), sender: z.string(), trust: z.string(), forwarded: z.boolean() })
    .nullable(),
  /** Names the accepted message in the log; empty where nothing says it. */
  event: z.string(),
  blocks: z.array(block),
  /** `provider/model`; empty where it says none. */
  model: z.string(),
  tokens: z.object({ input: z.number(), output: z.number(), total: z.number() }).nullable(),
  /** US dollars, as the file says it; null where it says nothing, or nothing but zero. */
  cost: z.number().nullable(),
  /** `stop`, `toolUse`, `aborted`, `error`…; empty where it says none. */
  stop: z.string(),
  /** Why it failed or was refused, in a sentence; empty otherwise. */
  why: z.string(),
  isError: z.boolean(),
  refused: z.boolean(),
  /** What became of an answer: `sent`, `failed`, `unconfirmed`, `withheld`; empty where nothing says it. */
  delivery: z.string(),
  /** True where the conversation went on from an earlier row, so that this one is on a branch that was left. */
  abandoned: z.boolean(),
  /** The row that this one continues, where that is not the one before it. */
  forkOf: z.number().int().nullable(),
})
export type Turn = z.infer<typeof turn>

export const ref = z.string().min(1).max(1_000)
export const page = z.object({
  /** Changes when the file was replaced: then rows are other rows. */
  generation: count,
  total: count,
  turns: z.array(turn),
})
export type TurnPage = z.infer<typeof page>

export const SEEK_KINDS = ['tool', 'error', 'refusal', 'user', 'branch'] as const
