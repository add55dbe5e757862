import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodePage, outputText, withoutCutLine } from './output-text.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** What is shown of an output of which only the first and the last bytes were kept. */
const shown = (text: string, headBytes: number, tailBytes: number): string => {
  const all = bytes(text)
  const tail = all.subarray(all.length - tailBytes)
  const kept = new Uint8Array([...all.subarray(0, headBytes), ...tail])
  return outputText(kept, headBytes, all.length - kept.length)
}

describe('an output of which the middle is missing', () => {
  const SECRET = 'hunter2-and-some-more-of-it'

  it('shows no half of a secret that the cut divides, in a line of any length', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 6, max: SECRET.length - 6 }),
        fc.constantFrom('\n', ' ', 'word '.repeat(1_000), 'x'.repeat(5_000)),
        fc.boolean(),
        (inside, around, atItsBeginning) => {
          const before = `first line\n${around}`
          const filler = 'filler '.repeat(100)
          const text = atItsBeginning
            ? `${before}${SECRET}${filler}\nlast line`
            : `first line\n${filler}${SECRET}${around}\nlast line`
          const head = atItsBeginning ? before.length + inside : 11
          const tail = atItsBeginning ? 10 : SECRET.length - inside + around.length + 10
          const result = shown(text, head, tail)
          for (let at = 0; at + 6 <= SECRET.length; at += 1)
            expect(result).not.toContain(SECRET.slice(at, at + 6))
          expect(result).toContain('first line')
          expect(result).toContain('last line')
        },
      ),
    )
  })

  it('shows no line of a private key that the cut divides', () => {
    const key = Array.from(
      { length: 30 },
      (_, line) => `${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC'.repeat(2)}${line}`,
    )
    const text = `before\n${key.join('\n')}\nbehind`
    const half = Math.floor(text.length / 2)
    for (const at of [half, text.indexOf('\n', half), text.indexOf('\n', half) + 1]) {
      const result = shown(text, at, text.length - at - 100)
      expect(result).not.toContain('MIIEvQ')
      expect(result.split('\n')).toEqual([
        'before',
        '',
        expect.stringMatching(/^\[\d+ bytes left out\]$/),
        '',
        'behind',
      ])
    }
  })

  it('says how much is missing, what the cut took along included', () => {
    const text = `one\ntwo-is-cut-here\n${'x'.repeat(500)}\nthree-is-cut-here\nfour`
    const result = shown(text, 8, 9)
    expect(result).toBe('one\ntwo-\n[526 bytes left out]\nhere\nfour')
    const longer = shown(text, 12, 15)
    expect(longer).toMatch(/^one\n\n\[\d+ bytes left out\]\n\nfour$/)
    expect(Number(/\d+/.exec(longer)?.[0])).toBe(bytes(text).length - 'one\n'.length - '\nfour'.length)
  })

  it('is all there where nothing is missing', () => {
    expect(outputText(bytes('a\nwhole-output'), 5, 0)).toBe('a\nwhole-output')
  })
})

describe('a page of a file', () => {
  it('ends with a line, so that pages read one after the other are the file and cut nothing that tells', () => {
    const line = fc.string({ maxLength: 60, unit: 'grapheme' }).map((text) => text.replaceAll('\n', ''))
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), fc.integer({ min: 70, max: 400 }), (lines, limit) => {
        const text = lines.join('\n')
        const all = bytes(text)
        fc.pre(!all.includes(0) && new TextDecoder().decode(all) === text)
        let read = ''
        for (let offset = 0; offset < all.length; ) {
          const page = decodePage(all.subarray(offset, offset + limit), { offset, size: all.length })
          if (page === undefined) throw new Error('text is text')
          const isLast = offset + page.used >= all.length
          const { text: shownText, used } = isLast ? page : withoutCutLine(page)
          expect(used).toBeGreaterThan(0)
          read += shownText
          offset += used
        }
        expect(read).toBe(text)
      }),
    )
  })
})
