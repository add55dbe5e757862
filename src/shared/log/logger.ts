import { type Logger as Pino, pino } from 'pino'
import type { LogLevel } from '../domain/log-level.ts'
import { describeFields, type LogFields } from './fields.ts'
import { fitLine } from './fit-line.ts'
import { openLogFile } from './log-file.ts'

export interface Logger {
  /** A logger whose source is this one's with `/source` behind it. */
  child(source: string): Logger
  trace(message: string, fields?: LogFields): void
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  fatal(message: string, fields?: LogFields): void
  /** Closes the file, for this logger and all its children. A line after that is lost. */
  close(): void
}

export interface LoggerOptions {
  /** Absolute; may contain YYYY-MM-DD, which becomes the UTC date of each line. */
  readonly file: string
  readonly level: LogLevel
  /** Gets each finished line, and its result is what is written. */
  readonly redact: (line: string) => string
  /** Who speaks, such as `gateway`. */
  readonly source: string
  /** Milliseconds since the epoch; the clock of this machine unless a test says otherwise. */
  readonly now?: () => number
}

/** The numbers that the existing Clawdbot writes (peers 1.7), by pino's own. */
const LEVELS: Readonly<Record<number, readonly [id: number, name: string]>> = {
  10: [1, 'TRACE'],
  20: [2, 'DEBUG'],
  30: [3, 'INFO'],
  40: [4, 'WARN'],
  50: [5, 'ERROR'],
  60: [6, 'FATAL'],
}

/**
 * The log of one process: one JSON object a line, in the shape of the existing Clawdbot, 0600, redacted.
 * Once made it never throws: a line that can not be written is counted, and the count is reported as soon as
 * one can.
 * @throws ClawdbotError `log_unsafe` if the file is a link or belongs to somebody else.
 */
export const createLogger = (options: LoggerOptions): Logger => {
  const now = options.now ?? Date.now
  const isoNow = (): string => new Date(now()).toISOString()
  const file = openLogFile(options.file, isoNow().slice(0, 10))
  let closed = false
  const destination = {
    write(line: string): void {
      if (closed || !file.write(line, dateOf(line, isoNow()))) return
      const lost = file.takeLost()
      if (lost === undefined) return
      notices.warn({ 1: 'lines were lost: the log could not be written', 2: lost })
    },
  }
  const root = pino(
    {
      level: options.level,
      base: null,
      // pino writes what `level` gives, then what `timestamp` gives, as they are: `{` and then the time.
      formatters: { level: () => ({}) },
      timestamp: () => `"time":"${isoNow()}"`,
      mixin: (_fields, level) => ({ _meta: metaOf(level, isoNow()) }),
      // The mixin's keys after ours, in the order of the existing Clawdbot.
      mixinMergeStrategy: (fields, meta) => ({ ...fields, ...meta }),
      hooks: { streamWrite: (line) => fitLine(options.redact(line), line) },
    },
    destination,
  )
  const notices = root.child(
    { 0: subsystem('log') },
    { level: options.level === 'silent' ? 'silent' : 'warn' },
  )
  return wrap(root, options.source, () => {
    closed = true
    file.close()
  })
}

const wrap = (root: Pino, source: string, close: () => void): Logger => {
  const line = root.child({ 0: subsystem(source) })
  const write =
    (level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal') =>
    (message: string, fields?: LogFields): void =>
      line[level]({ 1: message, 2: fields === undefined ? undefined : describeFields(fields) })
  return {
    child: (name) => wrap(root, `${source}/${name}`, close),
    trace: write('trace'),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    fatal: write('fatal'),
    close,
  }
}

/** A string of JSON within the JSON of the line, as the existing Clawdbot has it. */
const subsystem = (source: string): string => JSON.stringify({ subsystem: source })

const metaOf = (level: number, date: string): object => {
  const [logLevelId, logLevelName] = LEVELS[level] ?? [level, 'UNKNOWN']
  return {
    runtime: 'node',
    runtimeVersion: process.versions.node,
    name: 'clawdbot',
    pid: process.pid,
    date,
    logLevelId,
    logLevelName,
  }
}

/** `{"time":"2026-01-06T…`: the line itself says which day's file it belongs to, unless that was redacted. */
const dateOf = (line: string, fallback: string): string => {
  const date = line.slice(9, 19)
  return /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(date) ? date : fallback.slice(0, 10)
}
