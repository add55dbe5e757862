import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitByTerms } from './split-by-terms.ts'

const hits = (text: string, terms: readonly string[]): readonly string[] =>
  splitByTerms(text, terms)
    .filter(({ hit }) => hit)
    .map((piece) => piece.text)

describe('searched words in a text', () => {
  it('lose and reorder nothing of it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 80 }),
        fc.array(fc.string({ unit: 'binary', maxLength: 4 }), { maxLength: 4 }),
        (text, terms) => {
          const pieces = splitByTerms(text, terms)
          expect(pieces.map((piece) => piece.text).join('')).toBe(text)
          for (const piece of pieces) expect(text.startsWith(piece.text, piece.at)).toBe(true)
        },
      ),
    )
  })

  it('are found in any case, and where a word begins', () => {
    expect(hits('Find the finder, not the unfindable', ['find'])).toEqual(['Find', 'find'])
  })

  it('are taken literally, whatever signs they have', () => {
    expect(hits('a.b axb (a.b)', ['a.b'])).toEqual(['a.b', 'a.b'])
    expect(hits('see [x](y)', ['(y'])).toEqual(['(y'])
  })

  it('are so many at most that a text full of them is still drawn', () => {
    expect(splitByTerms('a '.repeat(20_000), ['a']).length).toBeLessThan(1_000)
  })
})
