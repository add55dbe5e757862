import { markLength } from './mark.ts'
import { codeAt, newScan, setText } from './scan.ts'
import { secretForms } from './secret-forms.ts'
import type { Stage } from './stage.ts'

/** Shorter values are words, not secrets: masking them would hide ordinary text. */
const MIN_SECRET_LENGTH = 6
/** Candidates are found by their first characters; every form is at least this long. */
const PREFIX_LENGTH = 4
const FILTER_SIZE = 1 << 16
/** The first filter, by two characters, is small enough to stay in the cache of the processor. */
const PAIR_BITS = (1 << 14) - 1
const MARK = 0x2039
interface Form {
  readonly text: string
  readonly mark: string
}

/**
 * Layer 1: removes exactly these `secrets` in every encoding they are likely to appear in. One pass over the text: cost
 * does not grow with the number of secrets.
 */
export const exactStage = (
  secrets: readonly string[],
  mark: (value: string) => string,
): Stage | undefined => {
  const byPrefix = new Map<string, Form[]>()
  const starts = new Uint8Array(FILTER_SIZE)
  const pairs = new Uint8Array(PAIR_BITS + 1)
  for (const secret of new Set(secrets)) {
    if (secret.length < MIN_SECRET_LENGTH) continue
    for (const form of secretForms(secret)) {
      const prefix = form.slice(0, PREFIX_LENGTH)
      const bucket = byPrefix.get(prefix) ?? []
      bucket.push({ text: form, mark: mark(secret) })
      byPrefix.set(prefix, bucket)
      starts[prefixHash(form, 0)] = 1
      pairs[(form.charCodeAt(0) ^ (form.charCodeAt(1) << 7)) & PAIR_BITS] = 1
    }
  }
  if (byPrefix.size === 0) return undefined
  // The longest form first: a value that contains another one is to be removed whole.
  for (const bucket of byPrefix.values()) bucket.sort((a, b) => b.text.length - a.text.length)

  const scan = newScan()
  let isEscaped = false

  /** The form at `start`. Where one may go on behind the end of what is there, `short` is set. */
  const formAt = (start: number): Form | undefined => {
    const { text } = scan
    if (start + PREFIX_LENGTH <= text.length) {
      if (starts[prefixHash(text, start)] === 0) return undefined
    } else {
      codeAt(scan, start + PREFIX_LENGTH)
      return undefined
    }
    const bucket = byPrefix.get(text.slice(start, start + PREFIX_LENGTH))
    if (bucket === undefined) return undefined
    const left = text.length - start
    for (const form of bucket) {
      if (form.text.length <= left) {
        if (text.startsWith(form.text, start)) return form
      } else if (!scan.last && form.text.startsWith(text.slice(start))) {
        scan.short = true
        return undefined
      }
    }
    return undefined
  }

  return (piece, last) => {
    setText(scan, scan.text + piece, last)
    const { text } = scan
    let out = ''
    let at = 0
    let from = 0
    while (at < text.length) {
      const code = text.charCodeAt(at)
      const next = text.charCodeAt(at + 1)
      if (
        code !== 92 &&
        code !== MARK &&
        pairs[(code ^ (next << 7)) & PAIR_BITS] === 0 &&
        at + PREFIX_LENGTH <= text.length
      ) {
        isEscaped = false
        at += 1
        continue
      }
      // A form at an escaped character was looked for at its backslash.
      let found = isEscaped ? undefined : formAt(at)
      let start = at
      if (found === undefined && code === 92 && !isEscaped && !scan.short) {
        // A form right behind the backslash of an escape is removed with it: half an escape is no JSON.
        found = formAt(at + 1)
        start = at + 1
      }
      if (scan.short) break
      if (found !== undefined) {
        out += text.slice(from, at) + found.mark
        at = start + found.text.length
        from = at
        isEscaped = false
        continue
      }
      const skip = code === MARK ? markLength(scan, at) : 0
      if (scan.short) break
      isEscaped = code === 92 && !isEscaped
      at += skip === 0 ? 1 : skip
    }
    out += text.slice(from, at)
    scan.text = last ? '' : text.slice(at)
    if (last) isEscaped = false
    return out
  }
}

/** The first four characters as a number below the size of the filter; for a lookup that allocates nothing. */
const prefixHash = (text: string, at: number): number =>
  (text.charCodeAt(at) ^
    (text.charCodeAt(at + 1) << 3) ^
    (text.charCodeAt(at + 2) << 6) ^
    (text.charCodeAt(at + 3) << 9)) &
  (FILTER_SIZE - 1)
