// What the archive says of the log.
import { z } from 'zod'
import { count, MAX_QUERY } from './archive-scalars.ts'

export const logFilter = z.object({
  minLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']),
  /** Exactly this source; empty: all. */
  source: z.string().max(200),
  text: z.string().max(MAX_QUERY),
  /** Whether `text` is a regular expression (RE2), or words to be found as they are, whatever their case. */
  pattern: z.boolean(),
})
export type ArchiveLogFilter = z.infer<typeof logFilter>

export const logRow = z.object({
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

export const logState = z.object({
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
