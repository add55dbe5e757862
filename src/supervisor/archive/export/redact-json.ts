// Secrets out of JSON that has to stay JSON: string by string, each together with the name that it has, because
// `"password": "…"` is told from its name. The text as a whole is never cut or replaced.
export type Redact = (text: string) => string

/**
 * One line of JSON, redacted; undefined for what is no JSON, or nested too deep to be written again.
 */
export const redactJsonLine = (line: string, redact: Redact): string | undefined => {
  try {
    return JSON.stringify(redactValue(JSON.parse(line), redact))
  } catch {
    // A syntax error, or more levels than there is room for: the caller writes it as text.
    return undefined
  }
}

/** @throws RangeError for what is nested too deep. */
const redactValue = (value: unknown, redact: Redact): unknown => {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((each) => redactValue(each, redact))
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([key, member]): readonly [string, unknown] => [
    redact(key),
    isPlain(member) ? redactMember(key, member, redact) : redactValue(member, redact),
  ])
  return Object.fromEntries(withoutTwins(members))
}

const isPlain = (value: unknown): value is string | number =>
  typeof value === 'string' || typeof value === 'number'

/** What a name makes a secret is replaced whole; a number can be one as well. */
const redactMember = (key: string, value: string | number, redact: Redact): string | number => {
  const plain = typeof value === 'string' ? redact(value) : value
  const written = `{${JSON.stringify(key)}:${JSON.stringify(plain)}}`
  const redacted = redact(written)
  return redacted === written ? plain : valueIn(redacted)
}

const GONE = '(redacted)'

const valueIn = (member: string): string | number => {
  try {
    const parsed: unknown = JSON.parse(member)
    const values = typeof parsed === 'object' && parsed !== null ? Object.values(parsed) : []
    const [value] = values
    return values.length === 1 && isPlain(value) ? value : GONE
  } catch {
    // Where the mark has broken the quotes, nothing of the value is kept.
    return GONE
  }
}

/** Two names that became one mark: both are kept. */
const withoutTwins = (
  members: readonly (readonly [string, unknown])[],
): readonly (readonly [string, unknown])[] => {
  const names = new Set<string>()
  return members.map(([name, value]) => {
    let free = name
    for (let count = 2; names.has(free); count += 1) free = `${name} ${count}`
    names.add(free)
    return [free, value] as const
  })
}
