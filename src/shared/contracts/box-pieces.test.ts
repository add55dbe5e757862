import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_BOX_PIECE } from './box-frames.ts'
import { type BoxPiece, createBoxPieces, encodeBoxPieces, encodeBoxPrefix } from './box-pieces.ts'

const pieces = fc.array(
  fc.record({ box: fc.integer({ min: 1, max: 2 ** 31 }), bytes: fc.uint8Array({ maxLength: 100 }) }),
  { maxLength: 10 },
)

/** What came of each box, and where its stream ended. */
const collected = (parts: Iterable<BoxPiece | 'broken'>): Map<number, (number | 'end')[]> => {
  const all = new Map<number, (number | 'end')[]>()
  for (const part of parts) {
    if (part === 'broken') throw new Error('broken')
    all.set(part.box, [
      ...(all.get(part.box) ?? []),
      ...(part.bytes.length === 0 ? (['end'] as const) : part.bytes),
    ])
  }
  return all
}

describe('the stream of all boxes', () => {
  it('comes apart into the same bytes of the same boxes, however it is cut', () => {
    fc.assert(
      fc.property(pieces, fc.integer({ min: 1, max: 50 }), (sent, step) => {
        const stream = Buffer.concat(
          sent.flatMap(({ box, bytes }) =>
            bytes.length === 0 ? [encodeBoxPrefix(box, 0)] : [...encodeBoxPieces(box, bytes)],
          ),
        )
        const split = createBoxPieces()
        const parts: (BoxPiece | 'broken')[] = []
        for (let at = 0; at < stream.length; at += step) parts.push(...split(stream.subarray(at, at + step)))
        expect(collected(parts)).toEqual(collected(sent))
      }),
    )
  })

  it('has no piece that is longer than one may be, however much is written at once', () => {
    const parts = [...encodeBoxPieces(3, new Uint8Array(MAX_BOX_PIECE * 2 + 5))]
    expect(parts.map(({ length }) => length)).toEqual([8, MAX_BOX_PIECE, 8, MAX_BOX_PIECE, 8, 5])
    expect([...createBoxPieces()(Buffer.concat(parts))].every((part) => part !== 'broken')).toBe(true)
  })

  it('is broken by a piece that is longer', () => {
    const split = createBoxPieces()
    expect([...split(encodeBoxPrefix(1, MAX_BOX_PIECE + 1))]).toEqual(['broken'])
  })

  it('is taken apart whatever it is', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 10 }), (arrived) => {
        const split = createBoxPieces()
        const left = arrived.reduce((sum, { length }) => sum + length, 0)
        const parts = arrived.flatMap((bytes) => [...split(bytes)].slice(0, left))
        expect(parts.length).toBeLessThanOrEqual(left)
      }),
    )
  })
})
