import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Hit } from '../../../shared/contracts/archive-sessions.ts'
import { hitRows, hrefOfHit } from './hit-rows.ts'

const hit = (id: number, place: Hit['place']): Hit => ({
  id,
  kind: 'message',
  at: id,
  place,
  role: 'user',
  tool: '',
  ranOn: '',
  isError: false,
  refused: false,
  snippet: [],
})
const inSession = (ref: string, turn = 0): Hit['place'] => ({
  in: 'session',
  ref,
  title: '',
  key: '',
  provider: '',
  turn,
})

describe('hits as rows', () => {
  it('name their session once for neighbours, and again after another came between', () => {
    const rows = hitRows(
      ['a', 'a', 'b', 'a'].map((ref, index) => hit(index, inSession(`sessions/${ref}`, index))),
    )
    expect(rows.map(({ head }) => head)).toEqual(['shown', 'same', 'shown', 'shown'])
  })

  it('are all there, in the order in which they were found', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'log')), (places) => {
        const hits = places.map((name, index) =>
          hit(index, name === 'log' ? { in: 'log', file: 'a', line: 1 } : inSession(name)),
        )
        expect(hitRows(hits).map((row) => row.hit)).toEqual(hits)
        expect(hitRows(hits)[0]?.head ?? 'shown').toBe('shown')
      }),
    )
  })

  it('keep a session apart from a log file of the same name', () => {
    const rows = hitRows([hit(0, inSession('a')), hit(1, { in: 'log', file: 'a', line: 3 })])
    expect(rows.map(({ head }) => head)).toEqual(['shown', 'shown'])
  })

  it('open at their turn, at their line, or at the audit', () => {
    expect(hrefOfHit(hit(0, inSession('sessions/a', 7)))).toBe('#/sessions/sessions%2Fa/7')
    expect(hrefOfHit(hit(0, { in: 'log', file: 'a.log', line: 12 }))).toBe('#/logs/a.log%3A12')
    expect(hrefOfHit(hit(0, { in: 'audit', file: 'audit.jsonl', line: 1 }))).toBe('#/security')
  })
})
