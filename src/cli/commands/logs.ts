import { ClawdbotError, toErrorView } from '../../shared/domain/error.ts'
import { dateOf } from '../../shared/domain/search-query.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'
import { rankOf } from '../../shared/log/level-rank.ts'
import { textMatcher, textOf } from '../../shared/log/match-text.ts'
import { type LogObject, levelOf, parseLogObject } from '../../shared/log/parse-log-line.ts'
import { loadConfig } from '../../shared/state/config/load.ts'
import { logFileAt, logFileOf } from '../../supervisor/logs/log-location.ts'
import { type LogEnd, readBack } from '../../supervisor/logs/read-back.ts'
import { redactorOf } from '../../supervisor/logs/redactor-of.ts'
import { tailLines } from '../../supervisor/logs/tail-log.ts'
import type { CliContext } from '../context.ts'
import { UsageError } from '../exit.ts'
import { toSafeJsonLine } from '../print-json.ts'

export interface LogsOptions {
  readonly follow?: boolean
  readonly grep?: string
  readonly level?: string
  readonly source?: string
  readonly since?: string
  readonly lines?: string
  readonly json?: boolean
}

const LINES = 200
const MAX_LINES = 1_000_000
/** Several processes write at once, so times are not quite in order: so many older lines in a row end the search. */
const OLDER_IN_A_ROW = 1_000

/**
 * The log, from its files, whether or not anything runs: the last lines that match, the oldest first, and with
 * `follow` those that come, until a signal or until nobody reads. Redacted once more, for what other programs wrote.
 */
export const logs = async (context: CliContext, options: LogsOptions): Promise<void> => {
  const { paths, env, home, now, print, warn } = context
  const wanted = parseOptions(options, now())
  const config = await loadConfig(paths, env).catch((error: unknown) => {
    warn(`clawdbot: ${visibleLine(toErrorView(error).message)}`)
    return null
  })
  const logFile = logFileOf(config?.logging.file ?? null, paths.root, home)
  const redact = redactorOf(config?.secrets ?? [])
  const format = options.json === true ? toJson : toText
  const show = (line: string): void => print(format(parseLogObject(redact(line))))

  const { lines, end, skipped } = await lastLines(logFile, wanted)
  for (const line of lines) show(line)
  if (skipped > 0) warn(`clawdbot: ${String(skipped)} lines were left out: each is over 1 MiB`)
  if (options.follow === true) await follow(() => logFileAt(logFile, now()), end, wanted, show, warn)
  else if (lines.length === 0 && end === undefined)
    warn(`clawdbot: there is no log at ${visibleLine(logFile)}`)
}

interface Wanted {
  readonly most: number
  readonly since: number | undefined
  readonly matches: (line: LogObject) => boolean
}

const parseOptions = ({ grep, level, source, since, lines }: LogsOptions, now: number): Wanted => {
  const least = level === undefined ? 'trace' : levelOf(level)
  if (least === 'unknown') {
    throw new UsageError(
      `there is no level "${visibleLine(level?.slice(0, 80) ?? '')}"`,
      'There are: fatal, error, warn, info, debug, trace',
    )
  }
  const found = grep === undefined ? () => true : matcherOf(grep)
  return {
    most: linesOf(lines),
    since: since === undefined ? undefined : timeOf(since, now),
    matches: (line) =>
      rankOf(line.level) >= rankOf(least) &&
      (source === undefined || line.source === source) &&
      found(textOf(line)),
  }
}

const matcherOf = (grep: string): ((text: string) => boolean) => {
  try {
    return textMatcher(grep, 'pattern')
  } catch (error) {
    if (error instanceof ClawdbotError) throw new UsageError(visibleLine(error.message), error.hint)
    throw error
  }
}

const linesOf = (text: string | undefined): number => {
  if (text === undefined) return LINES
  const count = /^[0-9]{1,7}$/.test(text) ? Number(text) : Number.NaN
  if (count <= MAX_LINES) return count
  throw new UsageError('--lines is no number of lines', `Give a number from 0 to ${String(MAX_LINES)}.`)
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const timeOf = (text: string, now: number): number => {
  const [, count, unit] = /^([0-9]{1,6})([smhd])$/.exec(text) ?? []
  const back = UNITS[unit ?? '']
  const at = back === undefined ? dateOf(text, now) : now - Number(count) * back
  if (at !== undefined) return at
  throw new UsageError(
    `--since "${visibleLine(text.slice(0, 80))}" is no time`,
    'Give one such as 10m, 2h, 7d, today, 2026-01-06 or 2026-01-06T12:00.',
  )
}

const lastLines = async (
  logFile: string,
  { most, since, matches }: Wanted,
): Promise<{
  readonly lines: readonly string[]
  readonly end: LogEnd | undefined
  readonly skipped: number
}> => {
  const lines: string[] = []
  let end: LogEnd | undefined
  let older = 0
  const skipped = await readBack(logFile, {
    onFile: (place) => {
      end ??= place
    },
    visit(line) {
      if (lines.length >= most) return false
      const parsed = parseLogObject(line)
      if (since !== undefined && parsed.at !== null && parsed.at < since) {
        older += 1
        return older < OLDER_IN_A_ROW
      }
      older = 0
      if (matches(parsed)) lines.push(line)
      return true
    },
  })
  return { lines: lines.toReversed(), end, skipped }
}

const follow = async (
  fileNow: () => string,
  end: LogEnd | undefined,
  { matches }: Wanted,
  show: (line: string) => void,
  warn: (line: string) => void,
): Promise<void> => {
  const tail = await tailLines<string>(
    fileNow,
    ({ lines, dropped }) => {
      if (dropped > 0) warn(`clawdbot: ${String(dropped)} lines came too fast and are left out here`)
      for (const line of lines) if (matches(parseLogObject(line))) show(line)
    },
    (line) => line,
    end ?? { path: fileNow(), inode: 0, position: 0 },
  )
  await untilOver()
  tail.stop()
}

/** A signal, or whoever read our output is gone. */
const untilOver = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
    process.stdout.once('error', () => resolve())
    process.stdout.once('close', () => resolve())
  })

const toText = ({ time, level, source, message, fields }: LogObject): string =>
  visibleLine(
    [time === '' ? '-' : time, level.toUpperCase().padEnd(5), source === '' ? '-' : source, message, fields]
      .filter((part) => part !== '')
      .join('  '),
  )

const toJson = ({ time, level, source, message, fields, event, session }: LogObject): string =>
  toSafeJsonLine({ time, level, source, message, fields: parsedOr(fields), event, session })

/** Fields as they are; where they were cut, as their text. */
const parsedOr = (fields: string): unknown => {
  if (fields === '') return null
  try {
    return JSON.parse(fields)
  } catch {
    // Cut, or redacted in a way that JSON does not survive: then it is shown as text.
    return fields
  }
}
