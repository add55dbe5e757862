import { describe, expect, it } from 'vitest'
import { coalesce } from './coalesce.ts'

/** Work whose end the test decides. */
const scene = () => {
  const ends: (() => void)[] = []
  let running = 0
  let most = 0
  const run = coalesce(async () => {
    running += 1
    most = Math.max(most, running)
    await new Promise<void>((resolve) => ends.push(resolve))
    running -= 1
  })
  return { run, ends, most: () => most }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('work that is coalesced', () => {
  it('runs one at a time, and once more for all who asked meanwhile', async () => {
    const { run, ends, most } = scene()
    const first = run()
    const later = [run(), run(), run()]
    expect(ends).toHaveLength(1)
    ends[0]?.()
    await first
    await turn()
    expect(ends).toHaveLength(2)
    ends[1]?.()
    await Promise.all(later)
    await turn()
    expect([ends.length, most()]).toEqual([2, 1])
  })

  it('goes on after a failure, which only those who waited for it see', async () => {
    let runs = 0
    const run = coalesce(async () => {
      runs += 1
      if (runs === 1) throw new Error('first')
    })
    const first = run()
    const second = run()
    await expect(first).rejects.toThrow('first')
    await second
    await run()
    expect(runs).toBe(3)
  })
})
