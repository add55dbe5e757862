// Where a key stands in a JSON5 text. The json5 package gives positions for syntax errors only; an owner whose
// config has an unknown key wants the line of it.
import JSON5 from 'json5'

export type Path = readonly PropertyKey[]

/** A value's place in the text, by offsets: `text.slice(start, end)` is the value. */
export interface Place {
  readonly start: number
  readonly end: number
  /** Where its key begins; undefined for the root and in arrays. */
  readonly keyStart?: number
  /** In the order of the text; of a key that is there twice, both. */
  readonly children?: readonly { readonly key: PropertyKey; readonly place: Place }[]
}

/** Deeper than this no config of ours goes; the scan recurses, so there has to be an end. */
const MAX_DEPTH = 64

/** The places of a text that json5 has parsed without an error; undefined where it nests too deep. */
export const scanJson5 = (text: string): Place | undefined => {
  let at = 0

  const rest = (pattern: RegExp): string => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0] ?? ''
  }
  const skip = (): void => {
    at += rest(BLANK).length
  }
  const take = (pattern: RegExp): string => {
    const found = rest(pattern)
    if (found === '') throw new Unscannable()
    at += found.length
    return found
  }

  const value = (depth: number, keyStart?: number): Place => {
    if (depth > MAX_DEPTH) throw new Unscannable()
    skip()
    const start = at
    const opening = text[at]
    const children = opening === '{' ? members(depth, '}') : opening === '[' ? members(depth, ']') : undefined
    if (children === undefined) take(opening === '"' || opening === "'" ? STRING : PLAIN)
    return {
      start,
      end: at,
      ...(keyStart === undefined ? {} : { keyStart }),
      ...(children === undefined ? {} : { children }),
    }
  }

  const members = (depth: number, closing: '}' | ']'): NonNullable<Place['children']> => {
    const found: { readonly key: PropertyKey; readonly place: Place }[] = []
    at += 1
    for (;;) {
      skip()
      if (text[at] === ',') at += 1
      else if (text[at] === closing) {
        at += 1
        return found
      } else if (closing === ']') found.push({ key: found.length, place: value(depth + 1) })
      else {
        const keyStart = at
        const key = nameOf(take(text[at] === '"' || text[at] === "'" ? STRING : NAME))
        skip()
        take(/:/y)
        found.push({ key, place: value(depth + 1, keyStart) })
      }
    }
  }

  try {
    return value(0)
  } catch (error) {
    if (error instanceof Unscannable) return undefined
    throw error
  }
}

class Unscannable extends Error {}

// White space of JSON5 is that of `\s`.
const BLANK = /(?:\s+|\/\/[^\n\r\u2028\u2029]*|\/\*[^]*?\*\/)*/y
const STRING = /"[^"\\]*(?:\\[^][^"\\]*)*"|'[^'\\]*(?:\\[^][^'\\]*)*'/y
const NAME = /[^\s:/]+/y
const PLAIN = /[^\s,\]}/]+/y

const nameOf = (written: string): string =>
  /^["']/.test(written)
    ? String(JSON5.parse(written))
    : written.replace(/\\u([0-9a-fA-F]{4})/g, (_, digits: string) =>
        String.fromCharCode(Number.parseInt(digits, 16)),
      )

/** The place at a path; of a key that is there twice the last, as json5 reads it. */
export const placeAt = (root: Place, path: Path): Place | undefined =>
  path.reduce<Place | undefined>(
    (place, key) => place?.children?.findLast((child) => child.key === key)?.place,
    root,
  )

/** The first key that an object has twice: which of the two counts should not be a matter of knowing json5. */
export const findDuplicateKey = (root: Place, path: Path = []): { path: Path; place: Place } | undefined => {
  const seen = new Set<PropertyKey>()
  for (const { key, place } of root.children ?? []) {
    const here = [...path, key]
    if (seen.has(key)) return { path: here, place }
    seen.add(key)
    const inner = findDuplicateKey(place, here)
    if (inner !== undefined) return inner
  }
  return undefined
}

/** Both count from 1; a column is a UTF-16 unit, a line ends with a line feed. */
export const lineAndColumn = (text: string, offset: number): { line: number; column: number } => {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - (before.lastIndexOf('\n') + 1) + 1 }
}
