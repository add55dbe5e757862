import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { visibleLine, visiblePieces } from './visible-text.ts'

describe('remote text', () => {
  it.each([
    ['an escape sequence', '\u001b[2Jgone', '‹U+001B›[2Jgone'],
    ['a carriage return that overwrites the line', 'evil\rgood', 'evil‹U+000D›good'],
    ['a right-to-left override', 'a\u202etxt.exe', 'a‹U+202E›txt.exe'],
    ['a zero-width space', 'al\u200bice', 'al‹U+200B›ice'],
    ['a soft hyphen', 'ali\u00adce', 'ali‹U+00AD›ce'],
    ['a tag character', 'a\u{e0041}', 'a‹U+E0041›'],
    ['a lone surrogate', 'a\ud800b', 'a‹U+D800›b'],
    ['a line separator', 'a\u2028b', 'a‹U+2028›b'],
    ['a C1 control', 'a\u009b31mb', 'a‹U+009B›31mb'],
    ['a Hangul filler', 'a\u3164b', 'a‹U+3164›b'],
    ['a NUL', '\0', '‹U+0000›'],
  ])('shows %s as a mark', (_, text, line) => {
    expect(visibleLine(text)).toBe(line)
  })

  it('is one line, whatever it was', () => {
    expect(visibleLine('a\nb\tc')).toBe('a b c')
  })

  it('keeps letters of every script, and emoji', () => {
    for (const text of ['Zoë', 'Аня', '山田', 'عمر', '👍🏽', '❤️']) expect(visibleLine(text)).toBe(text)
  })

  it('loses nothing, and leaves nothing in a line that moves the cursor or reorders', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const back = visiblePieces(text)
          .map((piece) =>
            'text' in piece ? piece.text : String.fromCodePoint(Number.parseInt(piece.mark.slice(2), 16)),
          )
          .join('')
        expect(back).toBe(text)
        expect(visibleLine(text)).not.toMatch(
          /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u200b-\u200f\u202a-\u202e\u2066-\u2069]/u,
        )
      }),
    )
  })
})
