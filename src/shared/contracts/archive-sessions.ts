// What the archive says of sessions and what a search finds.
import { z } from 'zod'
import { count, MAX_PAGE, MAX_QUERY, time } from './archive-scalars.ts'

export const sessionRow = z.object({
  /** Names the file, relative to the state directory and without `.jsonl`: `sessions/<id>`, `agents/main/sessions/<id>`. */
  ref: z.string(),
  /** Of the header; or the file's name. */
  id: z.string(),
  /** The key under which `sessions.json` has it, such as `telegram:dm:42`; empty where it has none. */
  key: z.string(),
  /** What to call it: the subject of a group, a claimed name, or the key. Remote text. */
  title: z.string(),
  /** `main` or of `agents/<id>`; empty in the flat layout. */
  agent: z.string(),
  /** `telegram`, …; empty where nothing says it. */
  provider: z.string(),
  chat: z.enum(['main', 'direct', 'group', 'unknown']),
  /** Senders known by an inbound fact, at most ten: `telegram:42`. */
  people: z.array(z.string()),
  startedAt: time,
  updatedAt: time,
  /** Rows of the transcript. */
  turns: count,
  calls: count,
  errors: count,
  refusals: count,
  brokenLines: count,
  /** Whether anything ran there. */
  host: z.boolean(),
  sandbox: z.boolean(),
  bytes: count,
  model: z.string(),
  /** The newest text of it, one line, cut. */
  preview: z.string(),
})
export type SessionRow = z.infer<typeof sessionRow>

/** Text with the parts that were searched for. */
const snippet = z.array(z.object({ text: z.string(), hit: z.boolean() }))
export type Snippet = z.infer<typeof snippet>

export const HIT_KINDS = ['message', 'call', 'result', 'event', 'log', 'audit'] as const

export const hit = z.object({
  /** Unique, and the order of time. */
  id: z.number(),
  kind: z.enum(HIT_KINDS),
  at: time,
  /** Where it is: a row of a transcript, or a line of a log or of the audit. */
  place: z.discriminatedUnion('in', [
    z.object({
      in: z.literal('session'),
      ref: z.string(),
      title: z.string(),
      key: z.string(),
      provider: z.string(),
      turn: count,
    }),
    z.object({ in: z.literal('log'), file: z.string(), line: count }),
    z.object({ in: z.literal('audit'), file: z.string(), line: count }),
  ]),
  /** `user`, `assistant`, `tool`, `gate`, `outbox`…; the level of a log line; the act of a record. */
  role: z.string(),
  tool: z.string(),
  ranOn: z.enum(['host', 'sandbox', '']),
  isError: z.boolean(),
  refused: z.boolean(),
  snippet,
})
export type Hit = z.infer<typeof hit>

export const searchInput = z.object({
  query: z.string().max(MAX_QUERY),
  /** `newest` while typing; `ranked` puts the best of the newest 10,000 matches first. */
  order: z.enum(['newest', 'ranked']),
  /** The id of the last hit of the page before; null: from the newest. Not for `ranked`. */
  before: z.number().nullable(),
  limit: count.max(MAX_PAGE),
})
