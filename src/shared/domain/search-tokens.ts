// How the text of a query falls into its parts, and where each stands, so that a filter can be edited out of it.

export interface SearchToken {
  /** Where it stands in the text, in UTF-16 units. */
  readonly start: number
  readonly end: number
  readonly exclude: boolean
  /** What stands before the first colon, letters only; empty where there is none. */
  readonly key: string
  /** What stands after it, or all; without the quotation marks, `""` inside them made `"`. */
  readonly value: string
  readonly quoted: boolean
  /** A quotation mark has no end. */
  readonly unclosed: boolean
}

// A single `-` excludes; `--option` is a word, as options are written.
const HEAD = /(?:-(?!-))?(?:[A-Za-z]+:)?/y
const QUOTED = /"((?:[^"]|"")*)("?)/y
const BARE = /\S*/y
const BLANKS = /\s*/y

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** In the order of the text. What stands between them is blank. */
export const tokensOf = (text: string): readonly SearchToken[] => {
  const tokens: SearchToken[] = []
  let at = skipBlanks(text, 0)
  while (at < text.length) {
    const token = tokenAt(text, at)
    tokens.push(token)
    at = skipBlanks(text, token.end)
  }
  return tokens
}

const skipBlanks = (text: string, at: number): number => at + (matchAt(BLANKS, text, at)?.[0].length ?? 0)

const tokenAt = (text: string, start: number): SearchToken => {
  const head = matchAt(HEAD, text, start)?.[0] ?? ''
  const exclude = head.startsWith('-')
  const key = head.replace(/^-|:$/g, '')
  const from = start + head.length
  const quoted = matchAt(QUOTED, text, from)
  if (quoted !== null) {
    const [whole, inside = '', end = ''] = quoted
    return {
      start,
      end: from + whole.length,
      exclude,
      key,
      // What is still being typed has no blank at its end, as a text that a filter is added to has none.
      value: (end === '' ? inside.trimEnd() : inside).replaceAll('""', '"'),
      quoted: true,
      unclosed: end === '',
    }
  }
  const value = matchAt(BARE, text, from)?.[0] ?? ''
  return { start, end: from + value.length, exclude, key, value, quoted: false, unclosed: false }
}
