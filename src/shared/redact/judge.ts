import { alphabet, isIn } from './alphabets.ts'
import { markLength } from './mark.ts'
import type { Scan } from './scan.ts'

const DIGIT = alphabet('digit')
const LETTER = alphabet('letter')
const HEX = alphabet('hex')
const MARK = 0x2039
/** Digits and capital letters. */
const UPPER = alphabet('upper')

/**
 * The first place in text[from, to), which is there, of a member of the alphabet, not within a mark; -1 if there is none.
 * What is known to have none is not walked again, so that many checks of long values that overlap take the time of one.
 */
export const memberAt = (scan: Scan, number: number, from: number, to: number): number => {
  const { text } = scan
  const known = scan.bareTo[number] ?? 0
  const isKnown = from >= (scan.bareFrom[number] ?? 0) && from < known
  let at = isKnown ? known : from
  while (at < to) {
    const code = text.charCodeAt(at)
    if (isIn(number, code)) break
    at += code === MARK ? Math.max(1, markLength(scan, at)) : 1
  }
  if (!isKnown) scan.bareFrom[number] = from
  if (!isKnown || at > known) scan.bareTo[number] = at
  return at < to ? at : -1
}

const hasMember = (scan: Scan, number: number, from: number, to: number): boolean =>
  memberAt(scan, number, from, to) >= 0

/** Whether text[from, to), which is there, has a digit outside of marks. */
export const hasDigit = (scan: Scan, from: number, to: number): boolean => hasMember(scan, DIGIT, from, to)

/** Whether text[from, to), which is there, has an ASCII letter outside of marks. */
export const hasLetter = (scan: Scan, from: number, to: number): boolean => hasMember(scan, LETTER, from, to)

/** Of a long value the beginning tells whether it is a key. */
const ENOUGH = 48

/** Whether text[from, to) may be chance and not words: it has a digit or a capital letter. */
export const isKeyLike = (scan: Scan, from: number, to: number): boolean =>
  hasMember(scan, UPPER, from, Math.min(to, from + ENOUGH))

/** A hash or an id: hexadecimal digits with or without dashes. */
export const isHexOrUuid = (text: string, from: number, to: number): boolean => {
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at)
    if (code !== 45 && !isIn(HEX, code)) return false
  }
  return true
}

/** So many characters of a value count for its entropy. */
const MAX_COUNTED = 64

const counts = new Uint8Array(128)

/** What n log2 n grows by from n to n + 1, by n. */
const GROWTH = Float64Array.from({ length: MAX_COUNTED }, (_, n) =>
  n === 0 ? 0 : (n + 1) * Math.log2(n + 1) - n * Math.log2(n),
)

/** Shannon's entropy of text[from, to) in bits a character. */
export const entropy = (text: string, from: number, to: number): number => {
  const end = Math.min(to, from + MAX_COUNTED)
  counts.fill(0)
  let grown = 0
  for (let at = from; at < end; at += 1) {
    const code = text.charCodeAt(at) & 127
    const count = counts[code] ?? 0
    grown += GROWTH[count] ?? 0
    counts[code] = count + 1
  }
  return Math.log2(end - from) - grown / (end - from)
}
