import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { retryAfter } from './pace.ts'

describe('when an archive that failed is started again', () => {
  it('at once, then after 1, 2 and 4 ticks, then never', () => {
    const failures = [100, 101, 103, 106, 111]
    const waits = failures.map((at, index) => retryAfter(failures.slice(0, index + 1), at, 60))
    expect(waits).toEqual([0, 1, 2, 4, 'never'])
  })

  it('at once again where the last failure is long past', () => {
    expect(retryAfter([1, 2, 3, 4, 100], 100, 60)).toBe(0)
  })

  it('never more than five times within the window, whenever it fails', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 30 }), { maxLength: 60 }), (pauses) => {
        const failures: number[] = []
        let tick = 0
        for (const pause of pauses) {
          tick += pause
          failures.push(tick)
          const wait = retryAfter(failures, tick, 60)
          const recent = failures.filter((at) => tick - at < 60).length
          expect(wait === 'never').toBe(recent >= 5)
          if (wait === 'never') return
          tick += wait
        }
      }),
    )
  })
})
