import { alphabet, isIn } from './alphabets.ts'
import { backslashRun } from './bodies.ts'
import { type Format, formatEnd } from './formats.ts'
import { entropy, hasDigit, hasLetter, isHexOrUuid } from './judge.ts'
import { codeAt, runEnd, type Scan } from './scan.ts'

const TAIL = alphabet('tail')
const WORD = alphabet('word')
const DASH = alphabet('dash')
const DOTS = alphabet('dots')
const BASE64 = alphabet('base64')
const UPPER = alphabet('upper')
const DIGIT = alphabet('digit')
/** So much of a name may stand between its word and the sign of assignment. */
const MAX_TAIL = 24

/** Where the value begins that is assigned to the name that ends at `from`; -1 if nothing is. */
const assigned = (scan: Scan, from: number): number => {
  let at = skipQuotes(scan, from, 6)
  const sign = at
  while (at - sign < 3 && isSign(codeAt(scan, at))) at += 1
  if (at === sign) {
    if (codeAt(scan, at) === 44) at += 1
    else if (codeAt(scan, at) === 37 && codeAt(scan, at + 1) === 51) at += 3
    else return -1
  }
  return skipQuotes(scan, at, 8)
}

/** = : > | ? */
const isSign = (code: number): boolean =>
  code === 61 || code === 58 || code === 62 || code === 124 || code === 63

const skipQuotes = (scan: Scan, from: number, most: number): number => {
  let at = from
  while (at - from < most) {
    const code = codeAt(scan, at)
    if (code === 34 || code === 39 || code === 96 || code === 32 || code === 9) at += 1
    else if (code === 92) {
      const run = backslashRun(scan, at)
      if (codeAt(scan, at + run) !== 34) return at
      at += run + 1
    } else return at
  }
  return at
}

const note = (scan: Scan, from: number, to: number): true => {
  scan.kind = 'secret'
  scan.from = from
  scan.to = to
  scan.rest = undefined
  return true
}

/** Whether the word of a vendor, which ends at `end`, is followed by a key of one of its formats. */
export const vendorKey = (scan: Scan, formats: readonly Format[], end: number): boolean => {
  const tail = runEnd(scan, TAIL, end, MAX_TAIL + 1)
  if (tail - end > MAX_TAIL) return false
  const from = assigned(scan, tail)
  if (from < 0 || !isIn(DASH, codeAt(scan, from))) return false
  for (const format of formats) {
    const to = formatEnd(scan, format, from)
    if (to > 0 && hasDigit(scan, from, to)) return note(scan, from, to)
  }
  return false
}

/** Words of names whose value is a key if it looks like one. */
export const GENERIC_WORDS: readonly string[] = [
  'access',
  'auth',
  'api',
  'credential',
  'creds',
  'key',
  'passw',
  'secret',
  'token',
]

/** Names with such a word that say what is no secret. */
const NO_SECRET =
  /access(?:ib|or|ed)|author(?!i)|authentic|(?:session|public|pub|cache|primary|foreign|idempotency|dedupe?|sort|partition|object|bucket|hot|tur|mon|index|schema|sequence|natural|lookup|event|message|chat|peer|sender)[_.-]?key|key[_.-]?(?:board|code|frame|id|length|name|pair|press|ring|size|stone|store|word|up|down|left|right|alias|hash|file|path|type|version|count)|api[_.-]?(?:id|name|version|url|base)|(?:token|secret|api|credentials?|access|auth)[_.-]?(?:id|name|version|uri|url|endpoint|file|path|type|length|size|count|hash|mode)|tokens|tokeni|csrf/i

/** Whether a name with a generic word, at text[at, end), is followed by what looks like a key. */
export const genericKey = (scan: Scan, at: number, end: number): boolean => {
  const tail = runEnd(scan, DASH, end, 21)
  if (tail - end > 20) return false
  const from = assigned(scan, tail)
  if (from < 0) return false
  const { text } = scan
  let to = runEnd(scan, DOTS, from, 151)
  const longer = runEnd(scan, BASE64, from, 151)
  if (longer > to) to = longer
  if (to - from < 10 || to - from > 150) return false
  const behind = codeAt(scan, to)
  // A path, an address, a time: the value goes on.
  if (behind === 47 || behind === 58 || behind === 64 || behind === 40 || behind === 37) return false
  if (from !== scan.judged) {
    scan.judged = from
    scan.isChance = isChance(scan, from, to)
  }
  if (!scan.isChance) return false
  let start = at
  while (at - start < 32 && start > 0 && start !== scan.edge && isIn(WORD, text.charCodeAt(start - 1)))
    start -= 1
  return !NO_SECRET.test(text.slice(start, tail)) && note(scan, from, to)
}

/** Whether text[from, to) looks like what a generator of keys has made. */
const isChance = (scan: Scan, from: number, to: number): boolean =>
  hasDigit(scan, from, to) &&
  hasLetter(scan, from, to) &&
  !isHexOrUuid(scan.text, from, to) &&
  isMixed(scan.text, from, to) &&
  entropy(scan.text, from, to) >= 3.5

/** Whether letters of either case and digits change as often as chance would have it: words and numbers do not. */
const isMixed = (text: string, from: number, to: number): boolean => {
  let changes = 0
  let last = -1
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at)
    const kind = isIn(DIGIT, code) ? 0 : isIn(UPPER, code) ? 1 : isIn(WORD, code) && code !== 95 ? 2 : last
    if (kind !== last && last >= 0) changes += 1
    last = kind
  }
  return changes * 5 >= to - from
}
