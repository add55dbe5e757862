import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SessionRow } from '../../../shared/contracts/archive-sessions.ts'
import { missingPage, noPages, outdated, PAGE, pagesOf, rowAt, rowOf, withPage } from './session-pages.ts'

const session = (number: number): SessionRow => ({
  ref: `sessions/${number}`,
  id: String(number),
  key: '',
  title: '',
  agent: '',
  provider: '',
  chat: 'unknown',
  people: [],
  startedAt: null,
  updatedAt: null,
  turns: 0,
  calls: 0,
  errors: 0,
  refusals: 0,
  brokenLines: 0,
  host: false,
  sandbox: false,
  bytes: 0,
  model: '',
  preview: '',
})
const answer = (total: number, page: number): { total: number; rows: readonly SessionRow[] } => ({
  total,
  rows: Array.from({ length: Math.max(0, Math.min(PAGE, total - page * PAGE)) }, (_, index) =>
    session(page * PAGE + index),
  ),
})

describe('the pages of the list of sessions', () => {
  it('hold every row that was asked for, and ask for nothing that is there', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.nat(1_000), fc.nat(300), (total, first, more) => {
        const wanted = pagesOf(first, first + more)
        let state = noPages
        let asked = 0
        for (let page = missingPage(state, wanted); page !== undefined; page = missingPage(state, wanted)) {
          state = withPage(state, page, answer(total, page))
          asked += 1
        }
        expect(asked).toBeLessThanOrEqual(wanted.length)
        expect(state.total).toBe(total)
        for (let index = first; index <= Math.min(first + more, total - 1); index += 1) {
          expect(rowAt(state, index)?.id).toBe(String(index))
        }
      }),
    )
  })

  it('that were empty are asked for again when something has changed', () => {
    const empty = withPage(noPages, 0, answer(0, 0))
    expect(missingPage(empty, [0])).toBeUndefined()
    const old = outdated(empty, [0])
    expect(missingPage(old, [0])).toBe(0)
    expect(rowAt(withPage(old, 0, answer(3, 0)), 2)?.id).toBe('2')
  })

  it('show what was until it is there anew, and forget what nobody looks at', () => {
    const both = withPage(withPage(noPages, 0, answer(250, 0)), 2, answer(250, 2))
    const old = outdated(both, [2])
    expect(rowAt(old, 0)).toBeUndefined()
    expect(rowAt(old, 200)?.id).toBe('200')
    expect(missingPage(old, [2])).toBe(2)
    expect(missingPage(withPage(old, 2, answer(250, 2)), [2])).toBeUndefined()
  })

  it('forget pages behind the end when sessions are gone', () => {
    const many = withPage(withPage(noPages, 0, answer(250, 0)), 2, answer(250, 2))
    const few = withPage(many, 0, answer(3, 0))
    expect(rowAt(few, 200)).toBeUndefined()
    expect(missingPage(few, [2])).toBeUndefined()
  })

  it('find a session by its ref where its page is held', () => {
    const state = withPage(noPages, 1, answer(150, 1))
    expect(rowOf(state, 'sessions/120')?.id).toBe('120')
    expect(rowOf(state, 'sessions/5')).toBeUndefined()
  })
})
