export type JsonObject = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Undefined for what is no JSON object. */
export const parseObject = (line: string): JsonObject | undefined => {
  try {
    const value: unknown = JSON.parse(line)
    return isObject(value) ? value : undefined
  } catch {
    // Half a line, other bytes, or nested deeper than the engine goes: the caller shows it as it stands.
    return undefined
  }
}

export const stringIn = (object: JsonObject, key: string): string => {
  const value = object[key]
  return typeof value === 'string' ? value : ''
}

/** Finite; undefined for anything else. */
export const numberIn = (object: JsonObject, key: string): number | undefined => {
  const value = object[key]
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** Parsing takes any depth and writing does not. */
const TOO_DEEP = '(nested too deep to show)'

/** On several lines, as a person reads it. */
export const asJson = (value: unknown): string => {
  try {
    return JSON.stringify(value, null, 2) ?? ''
  } catch {
    return TOO_DEEP
  }
}

/**
 * Names and values of JSON as text to be searched, one a line: as JSON, an escaped line break would glue its letter to
 * the next word. In the order in which they stand there, at any depth.
 */
export const wordsOf = (value: unknown): string => {
  if (typeof value === 'string') return value
  const found: string[] = []
  const open: unknown[] = [value]
  while (open.length > 0) {
    const next = open.pop()
    if (typeof next === 'string') found.push(next)
    else if (typeof next === 'number' || typeof next === 'boolean') found.push(String(next))
    else if (Array.isArray(next)) for (let at = next.length - 1; at >= 0; at -= 1) open.push(next[at])
    else if (isObject(next)) {
      for (const [key, inner] of Object.entries(next).toReversed()) open.push(inner, key)
    }
  }
  return found.join('\n')
}
