import { describe, expect, it } from 'vitest'
import { hasMoved, isSettled, SETTLE_MS } from './settle.ts'

const places = (...entries: readonly (readonly [string, number])[]) => new Map(entries)

describe('a list under the pointer', () => {
  it('has moved when something came, went, or stands elsewhere', () => {
    const before = places(['a', 0], ['b', 100])
    expect(hasMoved(before, places(['a', 0], ['b', 100], ['c', 200]))).toBe(true)
    expect(hasMoved(before, places(['b', 100]))).toBe(true)
    expect(hasMoved(before, places(['a', 0], ['c', 100]))).toBe(true)
    expect(hasMoved(before, places(['a', 40], ['b', 140]))).toBe(true)
  })

  it('has not moved when everything stands where it stood, rounding aside', () => {
    expect(hasMoved(places(['a', 0], ['b', 100]), places(['a', 0.4], ['b', 100]))).toBe(false)
    expect(hasMoved(places(), places())).toBe(false)
  })

  it('accepts nothing for half a second after it has moved', () => {
    expect(isSettled(1000, 1000 + SETTLE_MS - 1)).toBe(false)
    expect(isSettled(1000, 1000 + SETTLE_MS)).toBe(true)
  })
})
