/** A longer line would not be written in one piece by every system, and nobody reads it. UTF-16 units. */
export const MAX_LINE = 64 * 1024
/** What is kept of each text of a line that is too long. */
const KEEP = 4 * 1024

/**
 * A line as it may be written: still JSON after redaction, and within the limit. The texts of a longer one
 * are cut, after redaction, so that no cut can divide a secret.
 */
export const fitLine = (redacted: string, original: string): string => {
  if (redacted === original && redacted.length <= MAX_LINE) return redacted
  const parsed = parse(redacted)
  // A secret that looks like JSON's own punctuation took some of it along. What is left can not be trusted
  // to be readable, and the line as it was must not be written.
  if (parsed === undefined) return lineOf(timeOf(original), { 1: '(a line that was all secret)' })
  if (redacted.length <= MAX_LINE) return redacted
  const shorter = lineOf(timeOf(original), parsed)
  if (shorter.length <= MAX_LINE) return shorter
  // Many small values: the fields go, the message stays.
  return lineOf(timeOf(original), { ...parsed, 2: { withheld: `fields of ${shorter.length} characters` } })
}

/** Every line begins `{"time":"2026-01-06T12:00:00.000Z"`. */
const timeOf = (line: string): string => line.slice(9, 33)

const lineOf = (time: string, rest: object): string => {
  const body = JSON.stringify({ ...rest, time: undefined })
  return `{"time":"${time}"${body === '{}' ? '' : ','}${body.slice(1)}\n`
}

const parse = (line: string): object | undefined => {
  try {
    const parsed: unknown = JSON.parse(line, (_key, value: unknown) =>
      line.length > MAX_LINE && typeof value === 'string' && value.length > KEEP
        ? `${value.slice(0, KEEP)}… (${value.length - KEEP} more)`
        : value,
    )
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined
  } catch {
    // Not JSON any more: the caller writes a line that says so.
    return undefined
  }
}
