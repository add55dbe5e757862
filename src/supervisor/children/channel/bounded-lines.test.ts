import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBoundedLines } from './bounded-lines.ts'

const MAX = 64

/** What comes out of `bytes` when they arrive in pieces that end at the given places. */
const split = (bytes: Buffer, ends: readonly number[], max = MAX): readonly string[] => {
  const lines = createBoundedLines(max)
  const out: string[] = []
  let from = 0
  for (const end of [...ends, bytes.length]) {
    for (const line of lines(bytes.subarray(from, end)))
      out.push(line === 'too long' ? line : line.toString('latin1'))
    from = end
  }
  return out
}

const line = fc.string({ unit: 'binary-ascii', maxLength: MAX }).map((text) => text.replaceAll('\n', ' '))
const placesIn = (bytes: Buffer) =>
  fc.array(fc.nat(bytes.length)).map((places) => places.sort((a, b) => a - b))

describe('lines of bounded length', () => {
  it('are the same in whatever pieces they arrive, and a half line is none', () => {
    const arrived = fc.tuple(fc.array(line, { maxLength: 20 }), line).chain(([whole, half]) => {
      const bytes = Buffer.from([...whole, half].join('\n'), 'latin1')
      return fc.tuple(fc.constant(whole), fc.constant(bytes), placesIn(bytes))
    })
    fc.assert(
      fc.property(arrived, ([whole, bytes, ends]) => {
        expect(split(bytes, ends)).toEqual(whole)
      }),
    )
  })

  it('are never longer than they may be, whether or not they end', () => {
    const tooLong = fc
      .tuple(fc.integer({ min: MAX + 1, max: 3 * MAX }), fc.constantFrom('', '\n'))
      .map(([length, end]) => Buffer.from(`before\n${'x'.repeat(length)}${end}`))
      .chain((bytes) => fc.tuple(fc.constant(bytes), placesIn(bytes)))
    fc.assert(
      fc.property(tooLong, ([bytes, ends]) => {
        expect(split(bytes, ends).slice(0, 2)).toEqual(['before', 'too long'])
      }),
    )
    expect(split(Buffer.from(`${'x'.repeat(MAX)}\n`), [])).toEqual(['x'.repeat(MAX)])
  })
})
