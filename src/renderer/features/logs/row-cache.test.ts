import { describe, expect, it } from 'vitest'
import type { LogRow } from '../../../shared/contracts/archive-log.ts'
import { PAGE_ROWS, RowCache } from './row-cache.ts'

const row = (number: number): LogRow => ({
  number,
  time: '',
  level: 'info',
  source: '',
  message: '',
  fields: '',
  event: '',
  session: '',
})
const rows = (from: number, count: number): readonly LogRow[] =>
  Array.from({ length: count }, (_, index) => row(from + index))

describe('the rows of the log that the window holds', () => {
  it('are asked for by pages, also those before the first look', () => {
    const cache = new RowCache()
    expect(cache.missing(-10, 10)).toEqual([-PAGE_ROWS, 0])
    cache.put(0, rows(0, 10))
    expect(cache.missing(-10, 10)).toEqual([-PAGE_ROWS])
    expect(cache.missing(0, 11)).toEqual([0])
  })

  it('are bounded: those far from what is looked at are forgotten', () => {
    const cache = new RowCache()
    for (let from = 0; from < 50_000; from += PAGE_ROWS) cache.put(from, rows(from, PAGE_ROWS))
    expect(cache.get(49_999)?.number).toBe(49_999)
    expect(cache.get(0)).toBeUndefined()
  })
})
