import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TWICE_WITHIN_MS, twice } from './twice.ts'

/** The verdicts of presses at these moments. */
const verdicts = (times: readonly number[]): readonly string[] => {
  let waiting: number | null = null
  return times.map((at) => {
    const press = twice(waiting, at)
    waiting = press.waiting
    return press.verdict
  })
}

describe('the shortcut', () => {
  it('does nothing the first time, and stops the second time within two seconds', () => {
    expect(verdicts([100, 900])).toEqual(['first', 'second'])
    expect(verdicts([100, 100 + TWICE_WITHIN_MS])).toEqual(['first', 'second'])
  })

  it('begins anew where the second press comes too late', () => {
    expect(verdicts([100, 101 + TWICE_WITHIN_MS, 150 + TWICE_WITHIN_MS])).toEqual([
      'first',
      'first',
      'second',
    ])
  })

  it('begins anew after a stop: a third press is a first one', () => {
    expect(verdicts([0, 10, 20, 30])).toEqual(['first', 'second', 'first', 'second'])
  })

  it('is not fooled by a clock that went back', () => {
    expect(verdicts([5_000, 4_999])).toEqual(['first', 'first'])
  })

  it('never stops without a first press at most two seconds before, whatever the times', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60_000 }), { maxLength: 30 }), (times) => {
        const said = verdicts(times)
        for (const [index, verdict] of said.entries()) {
          if (verdict !== 'second') continue
          const gap = (times[index] ?? 0) - (times[index - 1] ?? Infinity)
          expect(said[index - 1]).toBe('first')
          expect(gap >= 0 && gap <= TWICE_WITHIN_MS).toBe(true)
        }
      }),
    )
  })
})
