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
  /** To be found as it is, whatever its case. */
  readonly text: string
}

export const showAll: LogFilter = { level: 'trace', source: '', text: '' }

export type Matcher = (line: LogLine) => boolean

const RANK: ReadonlyMap<string, number> = new Map(LEVELS.map((level, index) => [level, index]))

/** Lines without a known level are never filtered out by it: what is odd is worth seeing. */
const rankOf = (level: LogLine['level']): number => RANK.get(level) ?? LEVELS.length

/** The lines of this level and worse. */
export const withLevel = (lines: readonly LogLine[], level: MinLevel): readonly LogLine[] =>
  lines.filter((line) => rankOf(line.level) >= rankOf(level))

/** The filter as a function. */
export const compileFilter = (filter: LogFilter): Matcher => {
  const min = rankOf(filter.level)
  const wanted = filter.text.toLowerCase()
  return (line) =>
    rankOf(line.level) >= min &&
    (filter.source === '' || line.source === filter.source) &&
    (wanted === '' || line.message.toLowerCase().includes(wanted))
}
