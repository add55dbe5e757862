import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogLine } from '../../../../shared/contracts/app-state.ts'
import { addLines, emptyBuffer, refilter } from './log-buffer.ts'

const line = (sequence: number, source = 'gate'): LogLine => ({
  sequence,
  time: '',
  level: 'info',
  source,
  message: String(sequence),
})
const lines = (from: number, to: number): readonly LogLine[] =>
  Array.from({ length: to - from }, (_, index) => line(from + index))
const even = ({ sequence }: LogLine): boolean => sequence % 2 === 0
const all = (): boolean => true

describe('the lines that the window holds', () => {
  it('are bounded, and what fell out is counted', () => {
    const buffer = addLines(addLines(emptyBuffer, lines(0, 8), 0, all, 10), lines(8, 15), 3, all, 10)
    expect(buffer.lines.map(({ sequence }) => sequence)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14])
    expect(buffer).toMatchObject({ fellOut: 5, dropped: 3, matched: 15 })
  })

  it('are not doubled when the first lines and the live ones overlap', () => {
    const buffer = addLines(addLines(emptyBuffer, lines(0, 5), 0, all), lines(3, 7), 0, all)
    expect(buffer.lines.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  it('that are shown are always those of the held ones that match, however they came', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 30 })), fc.integer({ min: 1, max: 40 }), (batches, keep) => {
        let next = 0
        let buffer = emptyBuffer
        for (const size of batches) {
          buffer = addLines(buffer, lines(next, next + size), 0, even, keep)
          next += size
        }
        expect(buffer.shown).toEqual(buffer.lines.filter(even))
        expect(buffer.lines.length + buffer.fellOut).toBe(next)
        expect(refilter(buffer, even)).toMatchObject({ shown: buffer.shown })
      }),
    )
  })

  it('name each source once', () => {
    const buffer = addLines(emptyBuffer, [line(1, 'b'), line(2, 'a'), line(3, 'b'), line(4, '')], 0, all)
    expect(buffer.sources).toEqual(['a', 'b'])
  })
})
