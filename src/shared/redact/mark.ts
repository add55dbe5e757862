import { alphabet, isIn } from './alphabets.ts'
import { codeAt, type Scan, standsAt } from './scan.ts'

/** What a secret becomes. */
export const secretMark = (tag: string): string => `‹secret:${tag}›`

/** What a phone number becomes. */
export const phoneMark = (tag: string): string => `‹phone:${tag}›`

const TAG_LENGTH = 8
/** UTF-16 units. */
export const LONGEST_MARK = secretMark('').length + TAG_LENGTH
const HEX = alphabet('hex')
const OPENS = 0x2039
const CLOSES = 0x203a

/** How long the mark of an earlier redaction is that begins at `at`; 0 if none does. What is marked is left as it is. */
export const markLength = (scan: Scan, at: number): number => {
  if (codeAt(scan, at) !== OPENS) return 0
  let end = at + 1
  if (standsAt(scan, 'secret:', end)) end += 7
  else if (standsAt(scan, 'phone:', end)) end += 6
  else return 0
  for (let digit = 0; digit < TAG_LENGTH; digit += 1) if (!isIn(HEX, codeAt(scan, end + digit))) return 0
  end += TAG_LENGTH
  return codeAt(scan, end) === CLOSES ? end + 1 - at : 0
}

/** Whether text[from, to) is marks and nothing else. */
export const isMarked = (scan: Scan, from: number, to: number): boolean => {
  let at = from
  while (at < to) {
    const length = markLength(scan, at)
    if (length === 0) return false
    at += length
  }
  return at === to && to > from
}
