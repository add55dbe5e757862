import { assertNever } from '../domain/assert-never.ts'
import { alphabet, isIn } from './alphabets.ts'
import { LONGEST_MARK, markLength } from './mark.ts'
import { type Body, backslashesBefore, codeAt, MAX_VALUE, runEnd, type Scan, standsAt } from './scan.ts'

const BACKSLASH = 92
const DOUBLE_QUOTE = 34
const DASH = 45
const MARK_OPENS = 0x2039
const MARK_CLOSES = 0x203a
/** More backslashes in a row end a value: no text nests that deep. */
const MAX_BACKSLASHES = 64

const VALUE = alphabet('value')
const PEM_TEXT = alphabet('base64')
const ALNUM = alphabet('alnum')

/** How many backslashes begin at `at`. */
export const backslashRun = (scan: Scan, at: number): number => {
  let count = 0
  while (count < MAX_BACKSLASHES && codeAt(scan, at + count) === BACKSLASH) count += 1
  return count
}

/**
 * Where the value ends that begins at `from`. A result of `cap` or more behind `from` means that it goes on there. It
 * never ends within an escape of JSON.
 */
export const bodyEnd = (scan: Scan, body: Body, from: number, cap: number): number => {
  switch (body.kind) {
    case 'run':
      return body.alphabet === VALUE ? valueEnd(scan, from, cap) : runEnd(scan, body.alphabet, from, cap)
    case 'string':
      return stringEnd(scan, body.quote, body.depth, from, cap)
    case 'line':
      return lineEnd(scan, from, cap)
    case 'pem':
      return pemEnd(scan, from, cap)
    default:
      return assertNever(body)
  }
}

/** Notes text[from, …) as the secret that a check has found. */
export const noteBody = (scan: Scan, body: Body, from: number): void => {
  scan.kind = 'secret'
  scan.from = from
  scan.to = bodyEnd(scan, body, from, MAX_VALUE)
  scan.rest = scan.to - from >= MAX_VALUE ? body : undefined
}

/** A value without quotes. What an earlier layer marked within it belongs to it. */
const valueEnd = (scan: Scan, from: number, cap: number): number => {
  if (from < scan.valueFrom || from >= scan.valueTo) measureValue(scan, from)
  const end = from + cap
  if (scan.valueTo < end) {
    if (scan.valueOpen) scan.short = true
    return scan.valueTo
  }
  return markEnd(scan, end)
}

/** Where the value ends, without a limit, as far as the text goes. */
const measureValue = (scan: Scan, from: number): void => {
  const wasShort = scan.short
  scan.short = false
  let at = from
  for (;;) {
    const end = runEnd(scan, VALUE, at, Number.POSITIVE_INFINITY)
    at = end + (markLength(scan, end) || (isAngle(codeAt(scan, end)) ? 1 : 0))
    if (at === end) break
  }
  scan.valueFrom = from
  scan.valueTo = at
  scan.valueOpen = scan.short
  scan.short = wasShort
}

/** ‹ and ›, which are a value's own where they make no mark, so that nobody ends a value with half of one. */
const isAngle = (code: number): boolean => code === MARK_OPENS || code === MARK_CLOSES

/** Behind the mark that `at` lies within, or `at`. */
const markEnd = (scan: Scan, at: number): number => {
  for (let back = 1; back < LONGEST_MARK; back += 1) {
    if (scan.text.charCodeAt(at - back) !== MARK_OPENS) continue
    const length = markLength(scan, at - back)
    if (length > back) return at - back + length
  }
  return at
}

/**
 * `depth` backslashes stand before the quotes of this string, for it is JSON within JSON. The quote of any string around
 * it ends it too, and so does the end of the line.
 */
const stringEnd = (scan: Scan, quote: number, depth: number, from: number, cap: number): number => {
  let at = from
  while (at - from < cap) {
    const run = backslashRun(scan, at)
    const code = codeAt(scan, at + run)
    if (code === -1 || code === 10 || code === 13 || run === MAX_BACKSLASHES) return at
    if (code === DOUBLE_QUOTE) {
      if (quote !== DOUBLE_QUOTE) return at
      const own = closing(run, depth)
      if (own >= 0) return at + run - own
    }
    if (code === quote && quote !== DOUBLE_QUOTE && run % 2 === 0) return at
    at += run + 1
  }
  return at
}

/** How many of `run` backslashes before a quote belong to it as the end of a string; -1 if it is text of the string. */
const closing = (run: number, depth: number): number => {
  for (let own = depth; own > 0; own = (own - 1) / 2) if (run % (2 * (own + 1)) === own) return own
  return run % 2 === 0 ? 0 : -1
}

/** The value of a header: to the end of the line or of the string that it stands in. */
const lineEnd = (scan: Scan, from: number, cap: number): number => {
  if (from < scan.lineFrom || from >= scan.lineTo) {
    scan.lineFrom = from
    scan.lineTo = lineStop(scan, from)
  }
  if (scan.lineTo - from < cap) {
    if (scan.lineTo >= scan.lineKnown && !scan.last) scan.short = true
    return scan.lineTo
  }
  const end = from + cap
  return backslashesBefore(scan.text, end) % 2 === 1 ? end + 1 : end
}

/** Where the line ends, without a limit, as far as the text goes: it is walked once, however many checks ask for it. */
const lineStop = (scan: Scan, from: number): number => {
  const { text } = scan
  let at = from
  scan.lineKnown = text.length
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === 10 || code === 13 || code === DOUBLE_QUOTE || code === 39 || code === 96) break
    if (code === BACKSLASH) {
      let run = 1
      while (run < MAX_BACKSLASHES && text.charCodeAt(at + run) === BACKSLASH) run += 1
      if (at + run + 1 >= text.length && !scan.last) {
        // What follows decides.
        scan.lineKnown = at
        break
      }
      const behind = at + run < text.length ? text.charCodeAt(at + run) : -1
      if (behind === -1 || behind === 110 || behind === 114 || run === MAX_BACKSLASHES) break
      if (
        behind === DOUBLE_QUOTE &&
        (run !== 1 || endsString(at + 2 < text.length ? text.charCodeAt(at + 2) : -1))
      )
        break
      at += run + (run % 2)
    } else {
      at += 1
    }
  }
  return at
}

/** Whether what stands behind a quote says that it closed a string of JSON: the end, or one of , : } ] */
const endsString = (code: number): boolean =>
  code === -1 || code === 44 || code === 58 || code === 125 || code === 93

/** A key as PEM, to the end of its last line, with real line breaks or escaped ones. */
const pemEnd = (scan: Scan, from: number, cap: number): number => {
  let at = from
  while (at - from < cap) {
    const code = codeAt(scan, at)
    if (code === DASH) {
      let dashes = 1
      while (dashes < 64 && codeAt(scan, at + dashes) === DASH) dashes += 1
      if (dashes >= 5 && standsAt(scan, 'END', at + dashes)) return pemTail(scan, at + dashes + 3)
      at += dashes
    } else if (code === BACKSLASH) {
      const run = backslashRun(scan, at)
      const behind = codeAt(scan, at + run)
      if (run > 8 || (behind !== 110 && behind !== 114 && behind !== 116)) return at
      at += run + 1
    } else if (isIn(PEM_TEXT, code) || isBlank(code) || code === 58 || code === 44) {
      at += 1
    } else {
      // Without its last line: no half of a word stays, which may be one of another key.
      return valueEnd(scan, at, from + cap - at)
    }
  }
  return at
}

const pemTail = (scan: Scan, from: number): number => {
  let at = from
  while (at - from < 60 && (isIn(ALNUM, codeAt(scan, at)) || codeAt(scan, at) === 32)) at += 1
  let dashes = 0
  while (dashes < 5 && codeAt(scan, at + dashes) === DASH) dashes += 1
  return at + dashes
}

const isBlank = (code: number): boolean => code === 32 || code === 9 || code === 10 || code === 13
