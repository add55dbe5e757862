// The level and the source of a line without parsing it, where it has one of the known shapes: parsing every line of a
// large log would take longer than anybody waits. Where it has not, or where the short way could be wrong, it is parsed.

import { rankOf, UNKNOWN_RANK } from '../../shared/log/level-rank.ts'
import { MAX_SOURCE, parseLogObject } from '../../shared/log/parse-log-line.ts'

const LEVEL = '"logLevelName":"'
/** Upper case with the quote that ends it, by rank. */
const NAMES = ['TRACE"', 'DEBUG"', 'INFO"', 'WARN"', 'ERROR"', 'FATAL"'] as const

/** Where bindings can begin: at once, or after our time, `{"time":"2026-01-06T12:00:00.000Z",`. */
const BINDINGS = '"0":"{\\"'
const AFTER_BRACE = 1
const AFTER_TIME = 35
const FIRST_ARGUMENT = '"0":"'
const KEYS = ['subsystem\\":\\"', 'module\\":\\"'] as const
const VALUE_END = '\\"}"'

/**
 * Looks at the lines of one piece of text in order. The text is bytes as Latin-1, one unit a byte; `lineAt` gives the
 * line in its own encoding, and is asked only where the short way does not lead.
 */
export class QuickLook {
  readonly #text: string
  #levelAt: number

  constructor(text: string) {
    this.#text = text
    this.#levelAt = text.indexOf(LEVEL)
  }

  /** The line from `from` to before `end`. Must be called with growing places. */
  look(from: number, end: number, lineAt: () => string): { readonly rank: number; readonly source: string } {
    const text = this.#text
    // The last one counts: what a line was logged with stands before what it says of itself.
    let found = -1
    while (this.#levelAt !== -1 && this.#levelAt < end) {
      if (this.#levelAt >= from) found = this.#levelAt
      this.#levelAt = text.indexOf(LEVEL, this.#levelAt + LEVEL.length)
    }
    if (text[from] !== '{') return NOTHING
    const rank = found === -1 || !endsObject(text, end) ? -1 : rankAt(text, found + LEVEL.length)
    const source = rank === -1 ? undefined : sourceOf(text, from, end)
    if (source !== undefined) return { rank, source }
    const parsed = parseLogObject(lineAt())
    return { rank: rankOf(parsed.level), source: parsed.source }
  }
}

const NOTHING = { rank: UNKNOWN_RANK, source: '' }

const endsObject = (text: string, end: number): boolean =>
  text[end - 1] === '}' || (text[end - 1] === '\r' && text[end - 2] === '}')

const rankAt = (text: string, at: number): number => NAMES.findIndex((name) => text.startsWith(name, at))

/** Undefined: the line has to be parsed. */
const sourceOf = (text: string, from: number, end: number): string | undefined => {
  const at = [from + AFTER_BRACE, from + AFTER_TIME].find((place) => text.startsWith(FIRST_ARGUMENT, place))
  if (at === undefined) return undefined
  if (!text.startsWith(BINDINGS, at)) return text[at + FIRST_ARGUMENT.length] === '{' ? undefined : ''
  const key = KEYS.find((each) => text.startsWith(each, at + BINDINGS.length))
  if (key === undefined) return undefined
  const begin = at + BINDINGS.length + key.length
  const close = text.indexOf('\\', begin)
  if (close === -1 || close >= end || close - begin > MAX_SOURCE) return undefined
  if (!text.startsWith(VALUE_END, close)) return undefined
  const source = text.slice(begin, close)
  // oxlint-disable-next-line no-control-regex -- ASCII is what Latin-1 and UTF-8 have in common
  return source !== '' && /^[\x20-\x7e]*$/.test(source) ? source : undefined
}
