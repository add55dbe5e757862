import { alphabet, isIn } from './alphabets.ts'
import { bodyEnd } from './bodies.ts'
import { CONTEXT, checksOf, digitKey, isCandidate, tailedKey } from './checks.ts'
import { fold } from './formats.ts'
import { listedHome, unixHome, windowsHome } from './homes.ts'
import { markLength } from './mark.ts'
import { bracketPhone, internationalPhone, nationalPhone } from './phones.ts'
import { type Body, MAX_VALUE, newScan, type Scan, setText } from './scan.ts'
import type { Stage } from './stage.ts'

export interface ShapeOptions {
  readonly phones: 'marked' | 'kept'
  readonly homes: 'any' | 'listed'
  /** Longest first. */
  readonly listed: readonly string[]
  readonly secretMark: (value: string) => string
  readonly phoneMark: (value: string) => string
}

const DIGIT_SET = alphabet('digit')
const ALNUM_SET = alphabet('alnum')
/** What a character may begin, as bits. */
const ALNUM = 1
const DIGIT = 2
const SIGN = 4
const PLUS = 43
const BRACKET = 40
const SLASH = 47
const MARK = 0x2039
const KEY_BITS = (1 << 20) - 1

/**
 * Layers 2 and 3: the shapes of keys, and the values behind telling names. One pass: a filter on four characters finds the
 * places where a check is worth it, and every check looks at a bounded piece of the text, so that time is linear in the text
 * whatever the text is.
 */
export const shapeStage = (options: ShapeOptions): Stage => {
  const scan = newScan()
  /** Up to here the text is decided. */
  let at = 0
  /** The body of a long secret that is being swallowed. */
  let swallowed: Body | undefined
  /** What a check has found further on; the text before it is still to be looked at. */
  let pending: { from: number; to: number; kind: Scan['kind']; rest: Body | undefined } | undefined

  const kinds = kindsOf(options)

  /** Looks for what begins at `at`. @param kind what the character is; @param before what the one before it is. */
  const check = (key: number, kind: number, before: number): boolean => {
    if (isCandidate(key))
      for (const found of checksOf(key)) if (found(scan, at) || scan.short) return !scan.short
    if ((kind & DIGIT) !== 0 && (before & DIGIT) === 0) {
      if (digitKey(scan, at) || scan.short) return !scan.short
      if (options.phones === 'marked' && (nationalPhone(scan, at) || scan.short)) return !scan.short
    }
    if ((kind & ALNUM) !== 0) {
      if (tailedKey(scan, at) || scan.short) return !scan.short
      if (options.homes === 'any' && (windowsHome(scan, at) || scan.short)) return !scan.short
    }
    if ((kind & SIGN) === 0) return false
    const code = scan.text.charCodeAt(at)
    if (options.phones === 'marked' && (code === PLUS || code === BRACKET)) {
      if ((code === PLUS ? internationalPhone(scan, at) : bracketPhone(scan, at)) || scan.short)
        return !scan.short
    }
    if (options.homes === 'any' && code === SLASH && (unixHome(scan, at) || scan.short)) return !scan.short
    return options.listed.length > 0 && listedHome(scan, options.listed, at) && !scan.short
  }

  const markOf = (kind: Scan['kind'], value: string): string => {
    if (kind === 'phone') return options.phoneMark(value.replace(/[^0-9]/g, ''))
    if (kind === 'home') return '~'
    return options.secretMark(value.slice(0, MAX_VALUE))
  }

  /** Emits the mark of what is pending, from `at` on. */
  const apply = (from: number): string => {
    if (pending === undefined) return ''
    const { to, kind, rest } = pending
    pending = undefined
    if (to <= at) return ''
    const { text } = scan
    const mark = markOf(kind, text.slice(at, to))
    const out = text.slice(from, at) + (kind === 'number' ? quotedMark(text, at, mark) : mark)
    at = to
    if (kind !== 'home') scan.edge = at
    swallowed = rest
    return out
  }

  const swallow = (body: Body): void => {
    const end = bodyEnd(scan, body, at, MAX_VALUE)
    if (scan.short) return
    if (end - at < MAX_VALUE) swallowed = undefined
    at = end
    scan.edge = at
  }

  const note = (): void => {
    if (
      pending !== undefined &&
      (scan.from > pending.from || (scan.from === pending.from && scan.to <= pending.to))
    )
      return
    pending = { from: scan.from, to: scan.to, kind: scan.kind, rest: scan.rest }
  }

  return (piece, last) => {
    setText(scan, scan.text === '' ? piece : scan.text + piece, last)
    const { text } = scan
    // The last characters wait for what follows them.
    const stop = last ? text.length : text.length - 3
    let out = ''
    let from = at
    while (at < text.length && !scan.short) {
      if (swallowed !== undefined) {
        swallow(swallowed)
        from = at
        continue
      }
      if (pending !== undefined && at >= pending.from) {
        const start = at
        out += apply(from)
        if (at > start) from = at
        continue
      }
      if (at >= stop) break
      let end = pending === undefined ? stop : Math.min(stop, pending.from)
      let key = keyAt(text, at)
      let before = at === scan.edge ? 0 : kindAt(kinds, text, at - 1)
      while (at < end) {
        const code = text.charCodeAt(at)
        const kind = code < 128 ? (kinds[code] ?? 0) : 0
        if (code === MARK) {
          const length = markLength(scan, at)
          if (scan.short) break
          if (length > 0) {
            at += length
            scan.edge = at
            break
          }
        }
        const interesting =
          isCandidate(key) || (kind !== 0 && (kind !== before || kind === SIGN || isAfterEscape(text, at)))
        if (interesting && check(key, kind, before)) {
          note()
          end = Math.min(stop, pending?.from ?? stop)
          if (at >= end) break
        }
        if (scan.short) break
        before = kind
        at += 1
        const next = text.charCodeAt(at + 3)
        key = ((key << 5) | (next < 128 ? fold(next) : 0)) & KEY_BITS
      }
    }
    out += text.slice(from, at)
    const cut = Math.max(0, at - CONTEXT)
    scan.text = last ? '' : text.slice(cut)
    at = last ? 0 : at - cut
    scan.edge = last ? -1 : scan.edge - cut
    if (last) {
      swallowed = undefined
      pending = undefined
    } else if (pending !== undefined) {
      pending = { ...pending, from: pending.from - cut, to: pending.to - cut }
    }
    return out
  }
}

const kindsOf = ({ phones, homes, listed }: ShapeOptions): Uint8Array => {
  const kinds = new Uint8Array(128)
  for (let code = 0; code < 128; code += 1) {
    if (isIn(ALNUM_SET, code)) kinds[code] = ALNUM
    if (isIn(DIGIT_SET, code)) kinds[code] = ALNUM | DIGIT
  }
  if (phones === 'marked') {
    kinds[PLUS] = SIGN
    kinds[BRACKET] = SIGN
  }
  if (homes === 'any') kinds[SLASH] = SIGN
  for (const home of listed) {
    const code = home.charCodeAt(0)
    if (code < 128) kinds[code] = (kinds[code] ?? 0) | SIGN
  }
  return kinds
}

const kindAt = (kinds: Uint8Array, text: string, at: number): number =>
  at < 0 ? 0 : (kinds[text.charCodeAt(at)] ?? 0)

/** Whether the character before `at` is the end of an escape such as \n. */
const isAfterEscape = (text: string, at: number): boolean => text.charCodeAt(at - 2) === 92

const keyAt = (text: string, at: number): number => {
  let key = 0
  for (let place = 0; place < 4; place += 1) key = (key << 5) | fold(text.charCodeAt(at + place))
  return key
}

/** A mark as a string of JSON, with the quotes of the name before it, which may be escaped. */
const quotedMark = (text: string, at: number, mark: string): string => {
  const quote =
    /(\\*")\]?[ \t]*:?=?[ \t]*\[?[ \t]*$/.exec(text.slice(Math.max(0, at - CONTEXT), at))?.[1] ?? '"'
  return `${quote}${mark}${quote}`
}
