import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { afterCrash, MAX_RELOADS } from './crashes.ts'

const verdicts = (times: readonly number[]): readonly string[] => {
  let reloads: readonly number[] = []
  return times.map((at) => {
    const reload = afterCrash(reloads, at)
    reloads = reload.reloads
    return reload.verdict
  })
}

describe('a page that crashes', () => {
  it('is loaded again three times within a minute, then no more', () => {
    expect(verdicts([0, 10, 20, 30, 40])).toEqual(['reload', 'reload', 'reload', 'give up', 'give up'])
  })

  it('is loaded again when the minute is over', () => {
    expect(verdicts([0, 10, 20, 59_999, 60_000])).toEqual(['reload', 'reload', 'reload', 'give up', 'reload'])
  })

  it('is never loaded more often than that in any minute', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 40 })
    fc.assert(
      fc.property(gaps, (waits) => {
        const times = waits.map((_, index) => waits.slice(0, index + 1).reduce((sum, wait) => sum + wait, 0))
        const said = verdicts(times)
        const reloads = times.filter((_, index) => said[index] === 'reload')
        for (const from of reloads) {
          expect(reloads.filter((at) => at >= from && at < from + 60_000).length).toBeLessThanOrEqual(
            MAX_RELOADS,
          )
        }
      }),
    )
  })
})
