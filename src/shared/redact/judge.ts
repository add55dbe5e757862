import { alphabet, isIn } from './alphabets.ts'

const DIGIT = alphabet('digit')
const LETTER = alphabet('letter')
const HEX = alphabet('hex')

/** Whether text[from, to) has a member of the alphabet. */
const hasAny = (text: string, from: number, to: number, number: number): boolean => {
  for (let at = from; at < to; at += 1) if (isIn(number, text.charCodeAt(at))) return true
  return false
}

export const hasDigit = (text: string, from: number, to: number): boolean => hasAny(text, from, to, DIGIT)

export const hasLetter = (text: string, from: number, to: number): boolean => hasAny(text, from, to, LETTER)

/** Of a long value the beginning tells whether it is a key. */
const ENOUGH = 48

/** Whether text[from, to) may be chance and not words: it has a digit or a capital letter. */
export const isKeyLike = (text: string, from: number, to: number): boolean => {
  const end = Math.min(to, from + ENOUGH)
  for (let at = from; at < end; at += 1) {
    const code = text.charCodeAt(at)
    if (code >= 48 && code <= 90 && (code <= 57 || code >= 65)) return true
  }
  return false
}

/** A hash or an id: hexadecimal digits with or without dashes. */
export const isHexOrUuid = (text: string, from: number, to: number): boolean => {
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at)
    if (code !== 45 && !isIn(HEX, code)) return false
  }
  return true
}

const counts = new Uint16Array(128)

/** Shannon's entropy of text[from, to) in bits a character; at most the first 128 count. */
export const entropy = (text: string, from: number, to: number): number => {
  const end = Math.min(to, from + 128)
  const length = end - from
  counts.fill(0)
  for (let at = from; at < end; at += 1) {
    const code = text.charCodeAt(at) & 127
    counts[code] = (counts[code] ?? 0) + 1
  }
  let bits = 0
  for (const count of counts) if (count > 0) bits -= (count / length) * Math.log2(count / length)
  return bits
}
