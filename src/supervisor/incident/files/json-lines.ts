export const LINE_FEED = 10

/** The lines of a text without the empty ones. Bytes that are not UTF-8 become replacement characters. */
export const linesOf = (bytes: Buffer): readonly string[] =>
  bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')

export type JsonObject = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Undefined for what is not JSON; `null` in JSON is null. */
export const parseJson = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    // Half a line, or other bytes: the caller says what that means.
    return undefined
  }
}

/** Undefined for what is not a JSON object. */
export const parseObject = (text: string): JsonObject | undefined => {
  const value = parseJson(text)
  return isObject(value) ? value : undefined
}

export const isJson = (text: string): boolean => parseJson(text) !== undefined
