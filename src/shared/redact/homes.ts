import { alphabet, isIn } from './alphabets.ts'
import { beginsToken, codeAt, type Scan, standsAt } from './scan.ts'

const WORD = alphabet('word')
const LETTER = alphabet('letter')
const NAME = alphabet('dots')
const MAX_NAME = 64

const note = (scan: Scan, from: number, to: number): true => {
  scan.kind = 'home'
  scan.from = from
  scan.to = to
  scan.rest = undefined
  return true
}

/** Where a folder's name that begins at `from` ends. It may hold letters of any language. */
const nameEnd = (scan: Scan, from: number): number => {
  let at = from
  while (at - from < MAX_NAME) {
    const code = codeAt(scan, at)
    if (!isIn(NAME, code) && !(code > 0xa0 && code !== 0x2039 && code !== 0x203a)) break
    at += 1
  }
  return at
}

/** `at` is the place of a slash: /home/x, /Users/x, /root. Not within a longer path or an address. */
export const unixHome = (scan: Scan, at: number): boolean => {
  const { text } = scan
  const before = text.charCodeAt(at - 1)
  if (at > 0 && at !== scan.edge && before === 47 && !text.startsWith('file://', at - 7)) return false
  if (
    at > 0 &&
    at !== scan.edge &&
    (before === 46 || before === 126 || before === 45 || before === 95 || !beginsToken(scan, at))
  )
    return false
  if (standsAt(scan, '/root', at))
    return !isIn(WORD, codeAt(scan, at + 5)) && codeAt(scan, at + 5) !== 45 && note(scan, at, at + 5)
  const from = standsAt(scan, '/home/', at) ? at + 6 : standsAt(scan, '/Users/', at) ? at + 7 : -1
  if (from < 0) return false
  const to = nameEnd(scan, from)
  return to > from && note(scan, at, to)
}

/** `at` is the place of a drive's letter: C:\Users\x, with its backslashes doubled in JSON, or with slashes. */
export const windowsHome = (scan: Scan, at: number): boolean => {
  if (!isIn(LETTER, codeAt(scan, at)) || codeAt(scan, at + 1) !== 58 || !beginsToken(scan, at)) return false
  const first = separatorEnd(scan, at + 2)
  if (first === at + 2 || !standsAt(scan, 'Users', first)) return false
  const from = separatorEnd(scan, first + 5)
  if (from === first + 5) return false
  let to = nameEnd(scan, from)
  // A name of two words is known by the separator behind it.
  const space = to
  if (to > from && codeAt(scan, to) === 32) {
    to = nameEnd(scan, to + 1)
    if (to === space + 1 || separatorEnd(scan, to) === to) to = space
  }
  return to > from && note(scan, at, to)
}

const separatorEnd = (scan: Scan, at: number): number => {
  let end = at
  while (end - at < 8 && (codeAt(scan, end) === 92 || codeAt(scan, end) === 47)) end += 1
  return end
}

/** A home of the list, at `at` and whole. */
export const listedHome = (scan: Scan, homes: readonly string[], at: number): boolean => {
  for (const home of homes) {
    if (!standsAt(scan, home, at)) continue
    const to = at + home.length
    if (isIn(WORD, codeAt(scan, to)) || codeAt(scan, to) === 45) continue
    return note(scan, at, to)
  }
  return false
}
