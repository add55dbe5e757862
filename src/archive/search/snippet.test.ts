import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SearchTerm } from '../../shared/domain/search-query.ts'
import { createHighlighter } from './snippet.ts'

const term = (text: string, kind: SearchTerm['kind'] = 'word'): SearchTerm => ({ kind, text, exclude: false })
const marked = (terms: readonly SearchTerm[], text: string): string =>
  createHighlighter(terms)
    .snippetOf(text)
    .map((part) => (part.hit ? `[${part.text}]` : part.text))
    .join('')

describe('a snippet', () => {
  it.each([
    ['a word', [term('two')], 'One TWO three twofold', 'One [TWO] three twofold'],
    ['a beginning', [term('tw', 'prefix')], 'two atwo twelve', '[two] atwo [twelve]'],
    ['a phrase', [term('two three', 'phrase')], 'two three, two-three', '[two three], [two-three]'],
    ['what has marks', [term('cafe')], 'a café and Cafe', 'a café and [Cafe]'],
    ['only what has marks', [term('cafe')], 'a café', 'a [café]'],
  ])('marks %s', (_, terms, text, expected) => {
    expect(marked(terms, text)).toBe(expected)
  })

  it('shows the surroundings of the first one of a long text, in one line', () => {
    const text = `${'before '.repeat(100)}needle\n\n${'after '.repeat(100)}`
    const shown = marked([term('needle')], text)
    expect(shown).toContain('[needle] after')
    expect(shown.length).toBeLessThan(260)
    expect(shown).not.toContain('\n')
  })

  it('of any text and any words says nothing that is not in the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.array(fc.string({ minLength: 1 }), { maxLength: 3 }),
        (text, words) => {
          const parts = createHighlighter(words.map((word) => term(word))).snippetOf(text)
          const joined = parts.map((part) => part.text).join('')
          expect(text.replace(/\s+/g, ' ')).toContain(
            joined
              .replace(/^… | …$/g, '')
              .replace(/\s+/g, ' ')
              .slice(0, 200),
          )
        },
      ),
    )
  })
})
