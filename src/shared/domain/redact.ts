import { secretForms } from './secret-forms.ts'
import { shapeRules } from './secret-shapes.ts'

/** Shorter values are words, not secrets: masking them would hide ordinary text. */
const MIN_SECRET_LENGTH = 6
/** Candidates are found by their first characters; every form is at least this long. */
const PREFIX_LENGTH = 4
/** Prime, so that all four characters count. */
const FILTER_SIZE = 65_521

interface Form {
  readonly text: string
  readonly mark: string
}

/**
 * Makes the function that every line of a log and every error text passes before it leaves the process.
 * Layer 1 removes the exact `secrets` in every encoding they are likely to appear in, layer 2 the shapes of
 * known keys, layer 3 the values behind names such as `token` or `authorization`. The result of redacting
 * JSON is still JSON. Time is linear in the text, whatever the text is.
 * @param tag a short one-way name of a value, so that two lines about one secret can be matched: 8 hex
 *   digits of its SHA-256.
 */
export const createRedactor = (
  secrets: readonly string[],
  tag: (value: string) => string,
): ((text: string) => string) => {
  const mark = (value: string): string => `‹secret:${tag(value)}›`
  const redactExact = exactRedactor(secrets, mark)
  return (text) => {
    let out = redactExact(text)
    for (const rule of shapeRules) out = out.replace(rule.pattern, (...found) => rule.replace(found, mark))
    return out
  }
}

/** One pass over the text: cost does not grow with the number of secrets. */
const exactRedactor = (
  secrets: readonly string[],
  mark: (value: string) => string,
): ((text: string) => string) => {
  const byPrefix = new Map<string, Form[]>()
  const starts = new Uint8Array(FILTER_SIZE)
  for (const secret of secrets) {
    if (secret.length < MIN_SECRET_LENGTH) continue
    for (const form of secretForms(secret)) {
      const prefix = form.slice(0, PREFIX_LENGTH)
      const bucket = byPrefix.get(prefix) ?? []
      bucket.push({ text: form, mark: mark(secret) })
      byPrefix.set(prefix, bucket)
      starts[prefixHash(form, 0)] = 1
    }
  }
  // The longest form first: a value that contains another one is to be removed whole.
  for (const bucket of byPrefix.values()) bucket.sort((a, b) => b.text.length - a.text.length)
  if (byPrefix.size === 0) return (text) => text
  return (text) => {
    let out = ''
    let from = 0
    for (let at = 0; at + MIN_SECRET_LENGTH <= text.length; at += 1) {
      if (starts[prefixHash(text, at)] === 0) continue
      const found = byPrefix
        .get(text.slice(at, at + PREFIX_LENGTH))
        ?.find((form) => text.startsWith(form.text, at))
      if (found === undefined) continue
      out += text.slice(from, at) + found.mark
      from = at + found.text.length
      at = from - 1
    }
    return from === 0 ? text : out + text.slice(from)
  }
}

/** The first four characters as a number below the size of the filter; for a lookup that allocates nothing. */
const prefixHash = (text: string, at: number): number => {
  let hash = 0
  for (let index = at; index < at + PREFIX_LENGTH; index += 1) hash = hash * 31 + text.charCodeAt(index)
  return hash % FILTER_SIZE
}
