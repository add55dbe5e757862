import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AppState, StatePatch } from '../../shared/contracts/app-state.ts'
import { appState } from '../test/app-state.ts'
import { emptyFeed, type Feed, stepFeed } from './feed.ts'

const dropsAt = (sequence: number): AppState['drops'] => ({ 'telegram bot': sequence })
const patch = (sequence: number): StatePatch => ({ sequence, changed: { drops: dropsAt(sequence) } })
const snapshot = (sequence: number) =>
  ({ type: 'snapshot', snapshot: { sequence, state: appState({ drops: dropsAt(sequence) }) } }) as const
const failed = (at: number) =>
  ({ type: 'failed', error: { code: 'internal', message: 'gone', hint: '' }, at }) as const
const apply = (feed: Feed, ...sequences: readonly number[]): Feed =>
  sequences.reduce((now, sequence) => stepFeed(now, { type: 'patch', patch: patch(sequence) }), feed)

describe('the copy of the state in the window', () => {
  it('applies a change that follows', () => {
    const feed = apply(stepFeed(emptyFeed, snapshot(4)), 5)
    expect(feed).toMatchObject({ status: 'live', sequence: 5, state: { drops: dropsAt(5) } })
  })

  it('ignores a change that it has', () => {
    expect(apply(stepFeed(emptyFeed, snapshot(4)), 3, 4).sequence).toBe(4)
  })

  it('applies changes that arrived before the whole did', () => {
    const feed = stepFeed(apply(emptyFeed, 4, 5, 6), snapshot(4))
    expect(feed).toMatchObject({ status: 'live', sequence: 6 })
  })

  it('falls behind at a gap, and is live again with a whole that covers it', () => {
    const behind = apply(stepFeed(emptyFeed, snapshot(4)), 6, 7)
    expect(behind).toMatchObject({ status: 'behind', sequence: 4 })
    expect(stepFeed(behind, snapshot(6))).toMatchObject({ status: 'live', sequence: 7 })
  })

  it('stays behind when the whole is older than the gap', () => {
    const behind = apply(stepFeed(emptyFeed, snapshot(4)), 8)
    expect(stepFeed(behind, snapshot(6))).toMatchObject({ status: 'behind', sequence: 6 })
  })

  it('keeps what it knew, and since when it is old, when main no longer answers', () => {
    const lost = stepFeed(stepFeed(stepFeed(emptyFeed, snapshot(4)), failed(100)), failed(200))
    expect(lost).toMatchObject({ status: 'lost', lostAt: 100, state: { drops: dropsAt(4) } })
    expect(stepFeed(lost, snapshot(9))).toMatchObject({ status: 'live', lostAt: null, error: null })
  })

  it('never shows a state that main did not have, whatever is lost, repeated or reordered', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 12 })),
        fc.integer({ min: 0, max: 12 }),
        (sequences, whole) => {
          const feed = apply(stepFeed(apply(emptyFeed, ...sequences), snapshot(whole)), ...sequences)
          expect(feed.state?.drops).toEqual(dropsAt(feed.sequence))
          expect(stepFeed(feed, snapshot(12))).toMatchObject({ status: 'live', sequence: 12 })
        },
      ),
    )
  })
})
