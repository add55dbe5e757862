// Where searched words stand in a text, to be drawn as hits.

export interface TextPiece {
  readonly text: string
  /** Where it begins in the text. */
  readonly at: number
  readonly hit: boolean
}

/** Hits of one text; what comes after them is drawn as one piece. */
const MAX_HITS = 300

/** The text in pieces, in order and whole; a term is found in any case, and as the search finds it: from a word's beginning. */
export const splitByTerms = (text: string, terms: readonly string[]): readonly TextPiece[] => {
  const words = terms.filter((term) => term !== '')
  if (words.length === 0 || text === '') return text === '' ? [] : [{ text, at: 0, hit: false }]
  const anyTerm = new RegExp(
    `(?<![\\p{L}\\p{N}])(?:${words
      .toSorted((one, other) => other.length - one.length)
      .map(literally)
      .join('|')})`,
    'giu',
  )
  const pieces: TextPiece[] = []
  let from = 0
  for (const { index, 0: found } of text.matchAll(anyTerm)) {
    if (pieces.length >= 2 * MAX_HITS) break
    if (index > from) pieces.push({ text: text.slice(from, index), at: from, hit: false })
    pieces.push({ text: found, at: index, hit: true })
    from = index + found.length
  }
  if (from < text.length) pieces.push({ text: text.slice(from), at: from, hit: false })
  return pieces
}

export const hasTerm = (text: string, terms: readonly string[]): boolean =>
  splitByTerms(text, terms).some(({ hit }) => hit)

const literally = (term: string): string => term.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
