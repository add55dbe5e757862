import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainText } from './plain-text.ts'

describe('plain text', () => {
  it.each([
    ['colours', '\u001b[1;31mred\u001b[0m', 'red'],
    ['8-bit colours', '\u009b31mred\u009b0m', 'red'],
    ['a cursor that moves up and overwrites', 'safe\u001b[1A\u001b[2Kevil', 'safeevil'],
    ['a title', '\u001b]0;owned\u0007x', 'x'],
    [
      'a link that says one thing and is another',
      '\u001b]8;;http://evil\u001b\\here\u001b]8;;\u001b\\',
      'here',
    ],
    ['a clipboard that is written (OSC 52)', '\u001b]52;c;ZXZpbA==\u0007x', 'x'],
    ['a device control string', '\u001bP$qm\u001b\\x\u0090q\u009cy', 'xy'],
    ['a reset and a character set', '\u001bc\u001b(0x', 'x'],
    ['a string without an end shows what it would have hidden', '\u001b]0;rest', '0;rest'],
    ['NUL, bell, backspace and delete', 'a\u0000b\u0007c\u0008d\u007fe', 'abcde'],
    ['line ends', 'a\r\nb\rc\td', 'a\nb\nc\td'],
    ['a bidirectional override', 'a\u202eb', 'a‹U+202E›b'],
    ['zero-width characters', 'a\u200bb\u2060c\ufeff', 'a‹U+200B›b‹U+2060›c‹U+FEFF›'],
    ['tags that spell an instruction', '\u{e0069}\u{e0067}', '‹U+E0069›‹U+E0067›'],
    ['half a surrogate pair', 'a\ud800b', 'a‹U+D800›b'],
    ['a joiner between Latin letters', 'pass\u200dword', 'pass‹U+200D›word'],
  ])('has no %s', (_what, text, expected) => {
    expect(plainText(text)).toBe(expected)
  })

  it('keeps what belongs to a script or a picture', () => {
    for (const text of ['👩🏽‍🚀 👨‍👩‍👧 ❤️', 'می‌خواهم', 'क्‍ष', 'שלום', 'é̀', '日本語\n\tend'])
      expect(plainText(text)).toBe(text)
  })

  it('holds nothing that a terminal acts upon, whatever comes in, and is plain itself', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\u001b',
        '\u001b[',
        '\u001b]',
        '\u009d',
        '\u009b',
        '\u0007',
        '\u001b\\',
        '\u200d',
        '\r',
        'm',
        '\u202e',
      ),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const plain = plainText(pieces.join(''))
        // oxlint-disable-next-line no-control-regex
        expect(plain).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
        expect(plainText(plain)).toBe(plain)
      }),
      { numRuns: 3_000 },
    )
  })

  it('takes texts made to be slow as fast as others', () => {
    for (const piece of ['\u001b]', '\u001b[0', '\u001b[', '\u009d', 'a\u200d', '\u001b '])
      expect(plainText(piece.repeat(200_000)).length).toBeGreaterThanOrEqual(0)
  })
})
