import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { geometryOf, partOf, ROW_PX } from './row-geometry.ts'

describe('the rows of a very long list', () => {
  it('lie one below the other, and every pixel has the row that covers it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -500, max: 500 }),
        fc.integer({ min: 1, max: 400 }),
        fc.array(fc.tuple(fc.integer({ min: -600, max: 1_000 }), fc.integer({ min: 21, max: 300 }))),
        (from, count, odd) => {
          const heights = new Map(odd)
          const part = { from, to: from + count }
          const { top, rowAt, height } = geometryOf(part, heights)
          let y = 0
          for (let row = from; row < part.to; row += 1) {
            expect(top(row)).toBe(y)
            expect(rowAt(y)).toBe(row)
            y += heights.get(row) ?? ROW_PX
            expect(rowAt(y - 1)).toBe(row)
          }
          expect(height).toBe(y)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('are laid out in parts that a browser can hold, the last part unless another is wanted', () => {
    expect(partOf(-5, 20, 3, 100)).toEqual({ from: -5, to: 20 })
    expect(partOf(0, 250, null, 100)).toEqual({ from: 150, to: 250 })
    expect(partOf(0, 250, 40, 100)).toEqual({ from: 40, to: 140 })
    expect(partOf(0, 250, 999, 100)).toEqual({ from: 150, to: 250 })
    expect(partOf(0, 250, -7, 100)).toEqual({ from: 0, to: 100 })
  })
})
