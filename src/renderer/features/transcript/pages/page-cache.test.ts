import { describe, expect, it } from 'vitest'
import type { Turn } from '../../../../shared/contracts/archive-transcript.ts'
import { someTurn } from '../../../test/some-turn.ts'
import { PAGE_TURNS, PageCache, pagesAround } from './page-cache.ts'

const page = (number: number): readonly Turn[] =>
  Array.from({ length: PAGE_TURNS }, (_, index) => someTurn({ turn: number * PAGE_TURNS + index }))

describe('the pages of a transcript', () => {
  it('are found by the number of a turn', () => {
    const cache = new PageCache()
    cache.keep(3, page(3), cache.edition)
    expect(cache.turn(342)?.turn).toBe(342)
    expect(cache.turn(442)).toBeNull()
  })

  it('are no more than a few dozen, however far one scrolls; the one seen last stays', () => {
    const cache = new PageCache()
    for (let number = 0; number < 1_000; number += 1) {
      cache.keep(number, page(number), cache.edition)
      expect(cache.missing([0])).toEqual([])
    }
    const held = Array.from({ length: 1_000 }, (_, number) => number).filter((number) =>
      cache.turn(number * PAGE_TURNS),
    )
    expect(held.length).toBeLessThan(50)
    expect(held).toContain(0)
    expect(held).toContain(999)
  })

  it('are asked for again when the file grew, and shown until they are there', () => {
    const cache = new PageCache()
    cache.keep(0, page(0), cache.edition)
    expect(cache.missing([0])).toEqual([])
    cache.grown()
    expect(cache.missing([0])).toEqual([0])
    expect(cache.turn(1)?.turn).toBe(1)
  })

  it('asked for before the file grew are asked for again when they come late', () => {
    const cache = new PageCache()
    const asked = cache.edition
    cache.grown()
    cache.keep(0, page(0), asked)
    expect(cache.missing([0])).toEqual([0])
  })

  it('show nothing of the file that was there before', () => {
    const cache = new PageCache()
    cache.keep(0, page(0), cache.edition)
    cache.clear()
    expect(cache.turn(1)).toBeNull()
  })

  it('are asked for where the rows are, then around them, and never beyond the end', () => {
    expect(pagesAround(250, 320, 100_000)).toEqual([2, 3, 4, 1])
    expect(pagesAround(0, 40, 30)).toEqual([0])
    expect(pagesAround(0, -1, 0)).toEqual([])
  })
})
