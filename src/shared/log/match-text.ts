import { RE2JS, RE2JSException } from 're2js'
import { ClawdbotError } from '../domain/error.ts'
import type { LogObject } from './parse-log-line.ts'

/** A pattern takes as many steps as it is long, for each letter; so many letters of a line that it stays quick. */
const MAX_STEPS = 4_000_000
const MAX_LOOKED_AT = 40_000

/** What a filter looks through: a line as it is shown, but for its time and level. */
export const textOf = ({ source, message, fields }: LogObject): string => `${source} ${message} ${fields}`

/**
 * Finds a text whatever its case, or a regular expression of RE2, whose time is linear in the text, whatever both are.
 * Errors: `bad_pattern`.
 */
export const textMatcher = (wanted: string, as: 'text' | 'pattern'): ((text: string) => boolean) => {
  if (as === 'pattern') {
    const pattern = compilePattern(wanted)
    const most = Math.min(MAX_LOOKED_AT, Math.ceil(MAX_STEPS / Math.max(1, pattern.programSize())))
    return (text) => pattern.test(text.slice(0, most))
  }
  const lower = wanted.toLowerCase()
  return (text) => text.toLowerCase().includes(lower)
}

const compilePattern = (text: string): RE2JS => {
  try {
    return RE2JS.compile(text, RE2JS.CASE_INSENSITIVE)
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    const what = error.message.replace(/^error parsing regexp: /, '').replace('`(?i)', '`')
    throw new ClawdbotError(
      'bad_pattern',
      `This is no regular expression: ${what}`,
      'It is of RE2: no look-around and no back-references. Or look for the text as it is.',
      error,
    )
  }
}
