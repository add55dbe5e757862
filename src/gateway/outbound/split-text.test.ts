import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitText } from './split-text.ts'

/** Half of a character of two units. */
const LONE_HALF = /\p{Cs}/u

describe('a long text', () => {
  test('is cut at line breaks first, then at spaces, then anywhere', () => {
    expect(splitText('aaaa bbbb\ncccc dddd', 12)).toEqual(['aaaa bbbb', 'cccc dddd'])
    expect(splitText('aaaa bbbb cccc', 10)).toEqual(['aaaa bbbb', 'cccc'])
    expect(splitText('aaaaaaaaaaaa', 5)).toEqual(['aaaaa', 'aaaaa', 'aa'])
  })

  test('that fits is one part, and no text is no part', () => {
    expect(splitText('  fits  ', 4)).toEqual(['fits'])
    expect(splitText(' \n ', 4)).toEqual([])
  })

  test('loses nothing but white space at the cuts, breaks no character, and no part is too long or empty', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 400 }),
      fc.string({ unit: fc.constantFrom('a', ' ', '\n', '😀', 'é'), maxLength: 400 }),
    )
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 40 }), (whole, limit) => {
        const parts = splitText(whole, limit)
        for (const part of parts) {
          expect(part.length).toBeGreaterThan(0)
          expect(part.length).toBeLessThanOrEqual(limit)
          expect(LONE_HALF.test(part)).toBe(false)
        }
        expect(parts.join('').replaceAll(/\s/g, '')).toBe(whole.replaceAll(/\s/g, ''))
      }),
      { numRuns: 2_000 },
    )
  })
})
