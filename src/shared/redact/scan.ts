import { ALPHABET_NAMES, alphabet, isIn } from './alphabets.ts'

/** Of a longer value this much goes into its tag, and the rest is swallowed: memory stays bounded. UTF-16 units. */
export const MAX_VALUE = 4096

/** `number`: a bare number of JSON, which becomes a string at this depth of JSON within JSON. */
type FoundKind = 'secret' | 'phone' | 'home' | 'number'

/** What the characters of a value may be, and so where it ends. */
export type Body =
  | { readonly kind: 'run'; readonly alphabet: number }
  | { readonly kind: 'string'; readonly quote: number; readonly depth: number }
  | { readonly kind: 'line' }
  | { readonly kind: 'pem' }

/**
 * The text under the matcher. In a stream it is the piece that is not decided yet, with some context before it. A check
 * that looks behind the end of an unfinished text sets `short`: whatever it found is not to be trusted until more is
 * there. That alone makes the result of a stream the result of its whole.
 */
export interface Scan {
  text: string
  /** Nothing follows the text. */
  last: boolean
  short: boolean
  /** What the check found: the secret is text[from, to). */
  from: number
  to: number
  /** What it is, which says what it becomes. */
  kind: FoundKind
  /** The body of a secret of more than MAX_VALUE, which goes on behind `to`. */
  rest: Body | undefined
  /** Where the last secret ended that was marked: what is behind it stands behind a mark, whatever it was. */
  edge: number
  /** The last run that was measured of each alphabet: a run is walked once, however many checks ask for it. */
  readonly runFrom: Int32Array
  readonly runTo: Int32Array
  /** The same for the value of a header. */
  lineFrom: number
  lineTo: number
  /** An end of a line from here on may change when more of the text is there. */
  lineKnown: number
  /** The same for a value without quotes, which may hold marks. */
  valueFrom: number
  valueTo: number
  /** What stands at its end may be the beginning of a mark. */
  valueOpen: boolean
  /** Per alphabet: no member of it is in text[bareFrom, bareTo). */
  readonly bareFrom: Int32Array
  readonly bareTo: Int32Array
  /** The last `curl` before where the matcher is, and the next one behind it. */
  curlAt: number
  curlNext: number
  /** Where the value begins that was judged last, for several names may stand before one; and whether it looks like a key. */
  judged: number
  isChance: boolean
}

export const newScan = (): Scan => ({
  text: '',
  last: true,
  short: false,
  from: 0,
  to: 0,
  kind: 'secret',
  rest: undefined,
  edge: -1,
  runFrom: new Int32Array(ALPHABET_NAMES.length),
  runTo: new Int32Array(ALPHABET_NAMES.length),
  lineFrom: 0,
  lineTo: 0,
  lineKnown: 0,
  valueFrom: 0,
  valueTo: 0,
  valueOpen: false,
  bareFrom: new Int32Array(ALPHABET_NAMES.length),
  bareTo: new Int32Array(ALPHABET_NAMES.length),
  curlAt: -1,
  curlNext: -1,
  judged: -1,
  isChance: false,
})

export const setText = (scan: Scan, text: string, last: boolean): void => {
  scan.text = text
  scan.last = last
  scan.short = false
  scan.runFrom.fill(0)
  scan.runTo.fill(0)
  scan.lineFrom = 0
  scan.lineTo = 0
  scan.valueFrom = 0
  scan.valueTo = 0
  scan.bareFrom.fill(0)
  scan.bareTo.fill(0)
  scan.curlAt = -1
  scan.curlNext = -1
  scan.judged = -1
}

/** The UTF-16 unit at `at`, -1 behind the end. */
export const codeAt = (scan: Scan, at: number): number => {
  if (at < scan.text.length) return scan.text.charCodeAt(at)
  if (!scan.last) scan.short = true
  return -1
}

/** Where the run of an alphabet that begins at `from` ends, at most `cap` on. */
export const runEnd = (scan: Scan, number: number, from: number, cap: number): number => {
  let end = scan.runTo[number] ?? 0
  if (from < (scan.runFrom[number] ?? 0) || from >= end) {
    const { text } = scan
    end = from
    while (end < text.length && isIn(number, text.charCodeAt(end))) end += 1
    scan.runFrom[number] = from
    scan.runTo[number] = end
  }
  if (end - from >= cap) return from + cap
  if (end >= scan.text.length && !scan.last) scan.short = true
  return end
}

/** Whether `literal` stands at `at`. */
export const standsAt = (scan: Scan, literal: string, at: number): boolean => {
  const { text } = scan
  if (at + literal.length <= text.length) return text.startsWith(literal, at)
  if (!scan.last && literal.startsWith(text.slice(at))) scan.short = true
  return false
}

/** As standsAt, for a literal in lower case and text in any. */
export const standsFolded = (scan: Scan, literal: string, at: number): boolean => {
  const { text } = scan
  if (at + literal.length <= text.length) {
    // From its end: the filter has looked at how it begins, and names that begin the same are many.
    for (let index = literal.length - 1; index >= 0; index -= 1) {
      const code = text.charCodeAt(at + index)
      const folded = code >= 65 && code <= 90 ? code + 32 : code
      if (folded !== literal.charCodeAt(index)) return false
    }
    return true
  }
  for (let index = 0; index < literal.length; index += 1) {
    const code = codeAt(scan, at + index)
    const folded = code >= 65 && code <= 90 ? code + 32 : code
    if (folded !== literal.charCodeAt(index)) return false
  }
  return true
}

const ALNUM = alphabet('alnum')

const HEX = alphabet('hex')

/** How many backslashes stand directly before `at`, as far as the context goes; at most 64. */
export const backslashesBefore = (text: string, at: number): number => {
  let count = 0
  while (count < 64 && text.charCodeAt(at - 1 - count) === 92) count += 1
  return count
}

/**
 * Whether a key may begin at `at`: no letter or digit before it, except the end of an escape (the n of \n in JSON, the
 * digits of %3D, the m of an ANSI colour), and not inside of an escape, which would break JSON.
 */
export const beginsToken = ({ text, edge }: Scan, at: number): boolean => {
  if (at === 0 || at === edge) return true
  const before = text.charCodeAt(at - 1)
  if (before === 92) return backslashesBefore(text, at) % 2 === 0
  if (!isIn(ALNUM, before)) return true
  if ('nrtbf'.includes(text[at - 1] ?? '') && backslashesBefore(text, at - 1) % 2 === 1) return true
  if (before === 109 && endsColour(text, at)) return true
  if (!isIn(HEX, before)) return false
  if (text.charCodeAt(at - 3) === 37 && isIn(HEX, text.charCodeAt(at - 2))) return true
  return text[at - 5] === 'u' && backslashesBefore(text, at - 5) % 2 === 1
}

const endsColour = (text: string, at: number): boolean =>
  // oxlint-disable-next-line no-control-regex -- an ANSI colour begins with one
  /(?:\u001b|\\u001b|\\x1b|\\e|\\033)\[[0-9;]{0,12}m$/i.test(text.slice(Math.max(0, at - 24), at))

/** Whether `at` lies within an escape of JSON: \n, \u00e9. */
export const isInsideEscape = (text: string, at: number): boolean => {
  if (text.charCodeAt(at - 1) === 92) return backslashesBefore(text, at) % 2 === 1
  for (let back = 2; back <= 5; back += 1) {
    if (text.charCodeAt(at - back) === 92)
      return text[at - back + 1] === 'u' && backslashesBefore(text, at - back + 1) % 2 === 1
  }
  return false
}
