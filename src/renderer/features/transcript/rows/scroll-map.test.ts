import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { elementHeight, elementOffset, listOffset, MAX_ELEMENT_PX } from './scroll-map.ts'

const extent = fc.record({
  total: fc.integer({ min: 0, max: 5_000_000_000 }),
  view: fc.integer({ min: 100, max: 4_000 }),
})

describe('a list that is taller than a browser can scroll', () => {
  it('is never given a taller element than Chromium draws', () => {
    expect(MAX_ELEMENT_PX).toBeLessThan(33_554_432)
    fc.assert(
      fc.property(extent, (given) => {
        expect(elementHeight(given)).toBeLessThanOrEqual(MAX_ELEMENT_PX)
      }),
    )
  })

  it('is reached in every place, both ways, from its first pixel to its last', () => {
    fc.assert(
      fc.property(extent, fc.double({ min: 0, max: 1, noNaN: true }), (given, share) => {
        const most = Math.max(0, given.total - given.view)
        const offset = share * most
        const element = elementOffset(offset, given)
        expect(element).toBeLessThanOrEqual(elementHeight(given) - Math.min(given.view, given.total))
        expect(listOffset(element, given)).toBeCloseTo(offset, 0)
        expect(elementOffset(0, given)).toBe(0)
        expect(listOffset(elementOffset(most, given), given)).toBe(most)
      }),
    )
  })

  it('keeps the order of places', () => {
    fc.assert(
      fc.property(extent, fc.nat(5_000_000), fc.nat(5_000_000), (given, one, other) => {
        const [low, high] = [Math.min(one, other) * 1_000, Math.max(one, other) * 1_000]
        expect(elementOffset(low, given)).toBeLessThanOrEqual(elementOffset(high, given))
      }),
    )
  })
})
