// The boundary between the archive process and whoever asks it: the supervisor, for the app and for the cli. One JSON
// object a line, requests on its standard input, answers and events on its standard output. The archive reads what
// anybody wrote: its answers are parsed like any other input, and every text in them is remote text.
import { z } from 'zod'
import { logFilter, logRow, logState } from './archive-log.ts'
import { count, MAX_PAGE, time } from './archive-scalars.ts'
import { hit, searchInput, sessionRow } from './archive-sessions.ts'
import { cut, page, ref, SEEK_KINDS } from './archive-transcript.ts'

const none = z.object({})

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
