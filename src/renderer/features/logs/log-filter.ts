// Which lines of the log are shown. Pure; the text to look for is the owner's, the lines are anybody's.
import type { LogLine } from '../../../shared/contracts/app-state.ts'

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
export type MinLevel = (typeof LEVELS)[number]

/** The levels as a list to choose from. */
export const LEVEL_OPTIONS = LEVELS.map((level) => ({
  value: level,
  label: level === 'trace' ? 'all' : level === 'fatal' ? 'fatal' : `${level} and worse`,
}))

export interface LogFilter {
  readonly level: MinLevel
  /** Empty: all. */
  readonly source: string
  readonly text: string
  readonly regex: boolean
}

export const showAll: LogFilter = { level: 'trace', source: '', text: '', regex: false }

export type Matcher = (line: LogLine) => boolean

/** A line this long is looked at only so far: a pattern must not be made slow by one huge line. */
const LOOK_CHARS = 2000

const RANK: ReadonlyMap<string, number> = new Map(LEVELS.map((level, index) => [level, index]))

/** Lines without a known level are never filtered out by it: what is odd is worth seeing. */
const rankOf = (level: LogLine['level']): number => RANK.get(level) ?? LEVELS.length

/** The lines of this level and worse. */
export const withLevel = (lines: readonly LogLine[], level: MinLevel): readonly LogLine[] =>
  lines.filter((line) => rankOf(line.level) >= rankOf(level))

/** The filter as a function, or why its pattern is none. Text is matched whatever its case, and so is a pattern. */
export const compileFilter = (
  filter: LogFilter,
): { readonly ok: true; readonly matches: Matcher } | { readonly ok: false; readonly message: string } => {
  const min = rankOf(filter.level)
  const base: Matcher = (line) =>
    rankOf(line.level) >= min && (filter.source === '' || line.source === filter.source)
  if (filter.text === '') return { ok: true, matches: base }
  if (!filter.regex) {
    const wanted = filter.text.toLowerCase()
    return { ok: true, matches: (line) => base(line) && line.message.toLowerCase().includes(wanted) }
  }
  try {
    const pattern = new RegExp(filter.text, 'iu')
    return { ok: true, matches: (line) => base(line) && pattern.test(line.message.slice(0, LOOK_CHARS)) }
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) }
  }
}
