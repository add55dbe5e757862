import type { ArchiveLogFilter } from '../../shared/contracts/archive-log.ts'
import { rankOf } from '../../shared/log/level-rank.ts'
import { textMatcher, textOf } from '../../shared/log/match-text.ts'
import type { LogObject } from '../../shared/log/parse-log-line.ts'
import { type LineTable, OTHER_SOURCE } from './line-table.ts'
import { requiredOfPattern, requiredOfText } from './required-text.ts'

export interface LineMatcher {
  /** What the table alone can say: no; or as far as it knows yes. */
  readonly mayMatch: (table: LineTable, row: number) => boolean
  /** Whether the table does not know enough, so that lines have to be read. */
  readonly reads: boolean
  /** In lower case, ASCII: without it in the file no line matches. Empty: it has to be parsed to know. */
  readonly required: string
  readonly matches: (line: LogObject) => boolean
}

/** Errors: `bad_pattern` where the text is to be a pattern and is none. */
export const compileMatcher = (
  { minLevel, source, text, pattern }: ArchiveLogFilter,
  table: LineTable,
): LineMatcher => {
  const least = rankOf(minLevel)
  const inText = text === '' ? undefined : textMatcher(text, pattern ? 'pattern' : 'text')
  return {
    mayMatch(among, row) {
      if (among.levelAt(row) < least) return false
      if (source === '') return true
      const id = among.sourceAt(row)
      return id === OTHER_SOURCE || id === among.knownSource(source)
    },
    // A source without a number of its own is told from the others like it by reading only.
    reads: inText !== undefined || (source !== '' && table.knownSource(source) === undefined),
    required: inText === undefined ? '' : pattern ? requiredOfPattern(text) : requiredOfText(text),
    matches: (line) =>
      rankOf(line.level) >= least &&
      (source === '' || line.source === source) &&
      (inText === undefined || inText(textOf(line))),
  }
}
