/** A stable part of an encoding shorter than this would match by accident. */
const MIN_PART_LENGTH = 6

/**
 * A secret as it may stand in text: itself, JSON-escaped once and twice, URL-encoded, hex, and base64 and
 * base64url, alone and in the middle of longer encoded data (a Basic header encodes `name:secret`).
 */
export const secretForms = (secret: string): readonly string[] => {
  const bytes = new TextEncoder().encode(secret)
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  const url = urlForms(secret)
  const forms = new Set([
    secret,
    ...jsonForms(secret),
    ...url,
    ...url.flatMap(jsonForms),
    hex,
    hex.toUpperCase(),
    ...base64Forms(bytes),
  ])
  return [...forms].filter((form) => form.length >= MIN_PART_LENGTH)
}

/** A log line holds JSON, and its first field holds JSON again. */
const jsonForms = (text: string): readonly string[] => {
  const once = jsonBody(text)
  return [once, jsonBody(once), jsonBody(escapeNonAscii(once)), escapeNonAscii(once)]
}

const jsonBody = (text: string): string => JSON.stringify(text).slice(1, -1)

/** Some writers of JSON keep to ASCII. */
const escapeNonAscii = (text: string): string =>
  text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

const urlForms = (secret: string): readonly string[] => {
  const component = encodeURIComponent(secret.replace(/\p{Cs}/gu, '\ufffd'))
  // RFC 3986 escapes five characters that encodeURIComponent leaves, form encoding four of them and writes
  // a space as +.
  const strict = component.replace(/[!'()*~]/g, escapeCharacter)
  const form = component.replace(/[!'()~]/g, escapeCharacter)
  const forms = [component, strict, ...[component, strict, form].map((text) => text.replaceAll('%20', '+'))]
  return [...forms, ...forms.map(lowerEscapes)]
}

const escapeCharacter = (character: string): string =>
  `%${character.charCodeAt(0).toString(16).toUpperCase()}`

const lowerEscapes = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (found) => found.toLowerCase())

/**
 * The whole encoding, and for each of the three places where a secret can begin within longer data the
 * characters that depend on the secret alone.
 */
const base64Forms = (bytes: Uint8Array): readonly string[] => {
  const forms: string[] = []
  for (const offset of [0, 1, 2]) {
    const padded = new Uint8Array(offset + bytes.length)
    padded.set(bytes, offset)
    const encoded = btoa(String.fromCharCode(...padded))
    if (offset === 0) forms.push(encoded, encoded.replace(/=+$/, ''))
    const first = Math.ceil((offset * 8) / 6)
    const last = Math.floor(((offset + bytes.length) * 8) / 6)
    forms.push(encoded.slice(first, last))
  }
  return forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')])
}
