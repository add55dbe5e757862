import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitText } from './split-text.ts'

/** Half of a character of two units. */
const LONE_HALF = /\p{Cs}/u

const code = (lines: number): string =>
  ['```ts', ...Array.from({ length: lines }, (_, line) => `  const value${line} = ${line}`), '```'].join('\n')

/** What a fence says of itself has none of these letters: it may stand there more than once. */
const words = (text: string): string => text.replaceAll(/[^wo😀]/gu, '')

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

  test('keeps a block of code whole that fits into one part', () => {
    const block = code(10)
    const before = 'words and words '.repeat(20).trim()
    expect(splitText(`${before}\n${block}\nafter it`, 400)).toEqual([before, `${block}\nafter it`])
  })

  test('closes a block of code where it has to be cut, and opens it again', () => {
    const whole = code(60)
    const parts = splitText(whole, 300)
    expect(parts.length).toBeGreaterThan(3)
    for (const part of parts) {
      expect(part.length).toBeLessThanOrEqual(300)
      expect(part.startsWith('```ts\n')).toBe(true)
      expect(part.endsWith('\n```')).toBe(true)
    }
    const lines = parts.flatMap((part) => part.split('\n').slice(1, -1))
    expect(lines).toEqual(whole.split('\n').slice(1, -1))
  })

  test('with any fences in it comes to an end, and loses no word', () => {
    const line = fc.oneof(
      fc.constantFrom('```', '```7', '```` ', '', '   wow'),
      fc.string({ unit: fc.constantFrom('w', 'o', ' ', '😀', '`'), maxLength: 300 }),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), fc.integer({ min: 200, max: 500 }), (lines, limit) => {
        const whole = lines.join('\n')
        const parts = splitText(whole, limit)
        for (const part of parts) {
          expect(part.length).toBeGreaterThan(0)
          expect(part.length).toBeLessThanOrEqual(limit)
        }
        expect(words(parts.join('\n'))).toBe(words(whole))
      }),
      { numRuns: 2_000 },
    )
  })
})
