import { alphabet, isIn } from './alphabets.ts'
import { codeAt, runEnd, type Scan, standsAt } from './scan.ts'

const ALNUM = alphabet('alnum')
const DIGIT = alphabet('digit')

const note = (scan: Scan, from: number, to: number): true => {
  scan.kind = 'phone'
  scan.from = from
  scan.to = to
  scan.rest = undefined
  return true
}

const standsFree = ({ text, edge }: Scan, at: number): boolean => {
  const before = text.charCodeAt(at - 1)
  return (
    at === 0 ||
    at === edge ||
    !(
      isIn(ALNUM, before) ||
      before === 46 ||
      before === 45 ||
      before === 95 ||
      before === 43 ||
      before === 92
    )
  )
}

/** Whether what is behind a number does not belong to it. */
const endsFree = (scan: Scan, to: number): boolean => {
  const code = codeAt(scan, to)
  if (code === 45 || code === 46) return !isIn(DIGIT, codeAt(scan, to + 1))
  return !isIn(ALNUM, code) && code !== 95
}

/** space . - / ( ) */
const isSeparator = (code: number): boolean =>
  code === 32 || code === 46 || code === 45 || code === 47 || code === 40 || code === 41

/**
 * E.164, with or without separators: +49 170 1234567, +1 (555) 123-4567. `at` is the place of the +. What follows may be
 * another number: then the groups that make the first one are taken, and the rest is looked at by itself.
 */
export const internationalPhone = (scan: Scan, at: number): boolean => {
  if (scan.text.charCodeAt(at + 1) === 48 || !standsFree(scan, at)) return false
  let digits = 0
  let first = -1
  let last = -1
  for (let end = at + 1; digits <= 15; ) {
    const groupEnd = runEnd(scan, DIGIT, end, 16)
    if (groupEnd === end) break
    digits += groupEnd - end
    if (digits >= 8 && digits <= 15 && endsFree(scan, groupEnd)) {
      last = groupEnd
      if (first < 0) first = groupEnd
    }
    end = groupEnd
    while (end - groupEnd < 2 && isSeparator(codeAt(scan, end))) end += 1
    if (end === groupEnd) break
  }
  const to = digits > 15 ? first : last
  return to > 0 && note(scan, at, to)
}

/** A number of a country, of which `at` is the first digit: 555-123-4567, 0170 1234567, 030/123456-0. */
export const nationalPhone = (scan: Scan, at: number): boolean => {
  if (!standsFree(scan, at)) return false
  const first = runEnd(scan, DIGIT, at, 16)
  const sign = codeAt(scan, first)
  if (first - at >= 7 && first - at <= 15) return networkId(scan, at, first, sign)
  if (first - at === 3 && (sign === 45 || sign === 46)) {
    const to = group(scan, group(scan, first, sign, 3, 3), sign, 4, 4)
    return to > 0 && endsFree(scan, to) && note(scan, at, to)
  }
  if (scan.text.charCodeAt(at) !== 48 || first - at < 3 || first - at > 5) return false
  if (sign !== 32 && sign !== 45 && sign !== 47) return false
  let digits = first - at
  let end = first
  let to = -1
  for (let count = 0; count < 3; count += 1) {
    const behind =
      count === 0 ? group(scan, end, sign, 3, 8) : group(scan, end, codeAt(scan, end) === 45 ? 45 : 32, 1, 4)
    if (behind < 0) break
    digits += behind - end - 1
    end = behind
    if (digits >= 9 && digits <= 12 && endsFree(scan, end)) to = end
  }
  return to > 0 && note(scan, at, to)
}

/** Behind a separator and a group of digits; -1 if they are not there. */
const group = (scan: Scan, at: number, sign: number, min: number, max: number): number => {
  if (at < 0 || codeAt(scan, at) !== sign) return -1
  const end = runEnd(scan, DIGIT, at + 1, max + 1)
  const length = end - at - 1
  return length >= min && length <= max ? end : -1
}

/** The number as a messenger's network has it: 491701234567@s.whatsapp.net, with a device as :12. */
const networkId = (scan: Scan, at: number, end: number, sign: number): boolean => {
  const to = sign === 58 ? runEnd(scan, DIGIT, end + 1, 4) : end
  return (standsAt(scan, '@s.whatsapp.net', to) || standsAt(scan, '@c.us', to)) && note(scan, at, end)
}

/** An area code in brackets: (555) 123-4567. `at` is the place of the bracket. */
export const bracketPhone = (scan: Scan, at: number): boolean => {
  const area = runEnd(scan, DIGIT, at + 1, 6)
  if (area - at < 4 || codeAt(scan, area) !== 41) return false
  const space = codeAt(scan, area + 1) === 32 ? 1 : 0
  const from = area + 1 + space
  const first = runEnd(scan, DIGIT, from, 5)
  if (first - from < 3 || first - from > 4) return false
  const sign = codeAt(scan, first)
  if (sign !== 45 && sign !== 46 && sign !== 32) return false
  const to = group(scan, first, sign, 4, 4)
  return to > 0 && endsFree(scan, to) && note(scan, at, to)
}
