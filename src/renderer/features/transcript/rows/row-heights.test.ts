import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RowHeights } from './row-heights.ts'

const change = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), row: fc.nat(120), height: fc.nat(500) }),
  fc.record({ kind: fc.constant('resize' as const), count: fc.nat(120) }),
  fc.record({ kind: fc.constant('forget' as const) }),
)

describe('the heights of many rows', () => {
  it('are what a plain list of them would say, whatever is measured, added and taken away', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), fc.nat(20_000), (changes, offset) => {
        const heights = new RowHeights(40)
        let plain: number[] = []
        for (const step of changes) {
          if (step.kind === 'resize') {
            heights.resize(step.count)
            plain = Array.from({ length: step.count }, (_, row) => plain[row] ?? 40)
          } else if (step.kind === 'forget') {
            heights.forget()
            plain = plain.map(() => 40)
          } else {
            heights.set(step.row, step.height)
            if (step.row < plain.length) plain[step.row] = step.height
          }
        }
        const sums = [0]
        for (const height of plain) sums.push((sums.at(-1) ?? 0) + height)
        expect(heights.total).toBe(sums.at(-1))
        for (const [row, sum] of sums.entries()) expect(heights.offsetOf(row)).toBe(sum)
        const above = sums.slice(0, plain.length).filter((sum) => sum <= offset).length
        expect(heights.rowAt(offset)).toBe(Math.max(0, above - 1))
      }),
    )
  })

  it('find a row among a hundred thousand, and its place again', () => {
    const heights = new RowHeights(96)
    heights.resize(100_000)
    for (let row = 0; row < 100_000; row += 7) heights.set(row, 20 + (row % 900))
    for (const row of [0, 1, 4_999, 50_000, 99_999]) {
      expect(heights.rowAt(heights.offsetOf(row))).toBe(row)
      expect(heights.rowAt(heights.offsetOf(row + 1) - 1)).toBe(row)
    }
    expect(heights.rowAt(-5)).toBe(0)
    expect(heights.rowAt(heights.total + 5)).toBe(99_999)
  })
})
