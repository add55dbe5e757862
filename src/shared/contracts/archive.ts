// The boundary between the archive process and whoever asks it: the supervisor, for the app and for the cli. One JSON
// object a line, requests on its standard input, answers and events on its standard output. The archive reads what
// anybody wrote: its answers are parsed like any other input, and every text in them is remote text.
import { z } from 'zod'

/** Rows of one page, of any kind. */
export const MAX_PAGE = 500
/** UTF-16 units of a query as typed. */
export const MAX_QUERY = 1_000

const count = z.number().int().nonnegative()
/** Milliseconds since the epoch; null where the line has none that can be read. */
const time = z.number().nullable()
const none = z.object({})

// --- state ---------------------------------------------------------------------------------------------------------

export const ARCHIVE_PHASES = ['starting', 'indexing', 'ready', 'stuck', 'failed'] as const

const errorView = z.object({ code: z.string(), message: z.string(), hint: z.string() })

/** How far the index has come. `stuck`: it can not be written now, and what it answers is as of `asOf`. */
const status = z.object({
  phase: z.enum(['indexing', 'ready', 'stuck']),
  /** Of the files that are followed: bytes that the index holds, and bytes there are. */
  indexedBytes: count,
  totalBytes: count,
  sessions: count,
  messages: count,
  logLines: count,
  /** Lines that are no JSON, or of no form that is known to be one; shown as they are. */
  brokenLines: count,
  /** Files and folders that are there and can not be read now, and a sentence on one of them; empty where there is none. */
  unreadable: z.object({ count, first: z.string() }),
  /** When everything there was had last been read. */
  asOf: time,
  error: errorView.nullable(),
})
export type ArchiveStatus = z.infer<typeof status>

// --- sessions and search -------------------------------------------------------------------------------------------

const sessionRow = z.object({
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

const hit = z.object({
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

const searchInput = z.object({
  query: z.string().max(MAX_QUERY),
  /** `newest` while typing; `ranked` puts the best of the newest 10,000 matches first. */
  order: z.enum(['newest', 'ranked']),
  /** The id of the last hit of the page before; null: from the newest. Not for `ranked`. */
  before: z.number().nullable(),
  limit: count.max(MAX_PAGE),
})

// --- one transcript ------------------------------------------------------------------------------------------------

/** Where text is longer than the page may carry, how much is missing, in UTF-16 units. */
const cut = count

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

const ref = z.string().min(1).max(1_000)
const page = z.object({
  /** Changes when the file was replaced: then rows are other rows. */
  generation: count,
  total: count,
  turns: z.array(turn),
})
export type TurnPage = z.infer<typeof page>

export const SEEK_KINDS = ['tool', 'error', 'refusal', 'user', 'branch'] as const

// --- the log -------------------------------------------------------------------------------------------------------

const logFilter = z.object({
  minLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']),
  /** Exactly this source; empty: all. */
  source: z.string().max(200),
  text: z.string().max(MAX_QUERY),
  /** Whether `text` is a regular expression (RE2), or words to be found as they are, whatever their case. */
  pattern: z.boolean(),
})
export type ArchiveLogFilter = z.infer<typeof logFilter>

const logRow = z.object({
  /** Its number in the whole log, from 0, over all its files. */
  number: count,
  /** ISO 8601, or empty. */
  time: z.string(),
  level: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'unknown']),
  source: z.string(),
  message: z.string(),
  /** What was logged with it, as JSON; empty where nothing was. */
  fields: z.string(),
  /** Names the accepted message it is about; empty where it names none. */
  event: z.string(),
  /** The session key it is about; empty where it names none. */
  session: z.string(),
})
export type LogRow = z.infer<typeof logRow>

const logState = z.object({
  /** Another one when the rows are others: then the log's files were replaced, and what was shown is to be asked again. */
  view: count,
  /**
   * The number of the first row. Rows keep their numbers: it falls below zero where older rows are found later. The
   * last one is `first + total - 1`.
   */
  first: z.number().int(),
  /** Rows that match. */
  total: count,
  /** Rows there are. */
  all: count,
  /** True while older lines are still being looked through. */
  searching: z.boolean(),
  /** Lines left out because they were too long to keep apart. */
  skipped: count,
  /** Lines that were here, of files that were since replaced, cut or removed. */
  gone: count,
  sources: z.array(z.string()),
})
export type LogViewState = z.infer<typeof logState>

// --- calls and events ----------------------------------------------------------------------------------------------

const call = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) => ({ input, output })

export const archiveCalls = {
  status: call(none, status),
  /** Throws the index away and makes it anew. Resolves when that has begun. */
  rebuild: call(none, none),
  /** Resolves when everything that was there at the call has been read; at once where it is stuck. */
  settled: call(none, status),
  /** Newest first. */
  sessions: call(
    z.object({ limit: count.max(MAX_PAGE), offset: count }),
    z.object({ total: count, rows: z.array(sessionRow) }),
  ),
  /** A session by ref, key, id, or the unambiguous beginning of an id. Null: there is none, or more than one. */
  session: call(z.object({ name: ref }), z.object({ row: sessionRow.nullable(), candidates: count })),
  search: call(
    searchInput,
    z.object({
      hits: z.array(hit),
      more: z.boolean(),
      /** What in the query was not understood, in sentences; what was is searched for all the same. */
      problems: z.array(z.string()),
    }),
  ),
  page: call(
    z.object({
      ref,
      from: count,
      count: count.max(MAX_PAGE),
      /** UTF-16 units of one text; 20,000 on a screen. */
      maxText: count.max(4_000_000),
    }),
    page,
  ),
  seek: call(
    z.object({
      ref,
      from: z.number().int(),
      direction: z.enum(['next', 'previous']),
      what: z.enum(SEEK_KINDS),
    }),
    z.object({ turn: count.nullable() }),
  ),
  /** The row of an accepted message, or of the moment nearest to `at` in a session by its key. */
  find: call(
    z.object({ event: z.string().max(300), session: z.string().max(300), at: time }),
    z.object({ place: z.object({ ref: z.string(), turn: count }).nullable() }),
  ),
  /** The line of the file as it stands there, at most 256 KiB of it. */
  raw: call(z.object({ ref, turn: count }), z.object({ text: z.string(), line: count, cut })),
  /** Whole lines of the file from a byte on, about 1 MiB; `next` is null at the end. For the export. */
  lines: call(
    z.object({ ref, from: count }),
    z.object({ lines: z.array(z.string()), next: count.nullable() }),
  ),
  /** Tells by `grown` when this transcript changes; null: none. */
  watch: call(z.object({ ref: ref.nullable() }), none),
  /** Opens the log as filtered; it grows, which `log` tells. The view before it is closed. */
  logOpen: call(logFilter, logState),
  /** `view` must be the one that is open. */
  logPage: call(
    z.object({ view: count, from: z.number().int(), count: count.max(MAX_PAGE) }),
    z.object({ rows: z.array(logRow) }),
  ),
  /** The next row of at least this level, seen from one row of the view. */
  logSeek: call(
    z.object({
      view: count,
      from: z.number().int(),
      direction: z.enum(['next', 'previous']),
      level: z.enum(['warn', 'error']),
    }),
    z.object({ row: z.number().int().nullable() }),
  ),
  /** The row of the view that is nearest to a line of the whole log, to a moment, or to a line of a file. */
  logFind: call(
    z.discriminatedUnion('by', [
      z.object({ by: z.literal('number'), view: count, number: count }),
      z.object({ by: z.literal('time'), view: count, at: z.number() }),
      z.object({ by: z.literal('line'), view: count, file: z.string().max(1_000), line: count }),
      z.object({ by: z.literal('event'), view: count, event: z.string().min(1).max(300) }),
    ]),
    z.object({ row: z.number().int().nullable() }),
  ),
  logClose: call(none, none),
} as const

export const archiveEvents = {
  status,
  grown: z.object({ ref: z.string(), generation: count, total: count }),
  log: logState,
} as const

type Calls = typeof archiveCalls
export type ArchiveCall = keyof Calls
export type ArchiveInput<K extends ArchiveCall> = z.infer<Calls[K]['input']>
export type ArchiveOutput<K extends ArchiveCall> = z.infer<Calls[K]['output']>
export type ArchiveEvent = keyof typeof archiveEvents
export type ArchivePayload<K extends ArchiveEvent> = z.infer<(typeof archiveEvents)[K]>

/** What the archive is told at its start, as its first line. All paths are absolute. */
export const archiveStart = z.object({
  stateDir: z.string(),
  /** The folder of `index.db`. */
  indexDir: z.string(),
  auditDir: z.string(),
  /** May contain YYYY-MM-DD; then all files that fit it are followed. */
  logFile: z.string(),
})
export type ArchiveStart = z.infer<typeof archiveStart>

export const archiveRequest = z.object({ id: count, call: z.string().max(40), input: z.unknown() })

/** One line of its output. */
export const archiveAnswer = z.union([
  z.object({ id: count, output: z.unknown() }),
  z.object({ id: count, error: errorView }),
  z.object({ event: z.string().max(40), payload: z.unknown() }),
])
