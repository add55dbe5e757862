import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createDrops } from './drops.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('dropped messages', () => {
  test('a flood is one report a second with a number for each reason', () => {
    const reports: unknown[] = []
    const drops = createDrops((provider, counts) => reports.push([provider, counts]) > 0)
    for (let n = 0; n < 50_000; n += 1) drops.count('telegram', n % 2 === 0 ? 'bot' : 'empty')
    drops.count('simulator', 'blocked')
    expect(reports).toEqual([])
    vi.advanceTimersByTime(1_000)
    expect(reports).toEqual([
      ['telegram', { bot: 25_000, empty: 25_000 }],
      ['simulator', { blocked: 1 }],
    ])
    vi.advanceTimersByTime(10_000)
    expect(reports).toHaveLength(2)
  })

  test('what is counted is not lost at the end', () => {
    const reports: unknown[] = []
    const drops = createDrops((provider, counts) => reports.push([provider, counts]) > 0)
    drops.count('telegram', 'bot')
    drops.flush()
    drops.flush()
    expect(reports).toEqual([['telegram', { bot: 1 }]])
  })

  test('what the supervisor does not take is told later, in one sum', () => {
    const reports: unknown[] = []
    let takes = false
    const drops = createDrops((provider, counts) => takes && reports.push([provider, counts]) > 0)
    drops.count('telegram', 'bot')
    vi.advanceTimersByTime(5_000)
    drops.count('telegram', 'bot')
    takes = true
    vi.advanceTimersByTime(1_000)
    expect(reports).toEqual([['telegram', { bot: 2 }]])
  })
})
