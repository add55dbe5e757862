import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reduce } from './reduce.ts'
import {
  hasChild,
  initialLifecycle,
  type Lifecycle,
  type LifecycleEffect,
  type LifecycleEvent,
} from './state.ts'
import { step } from './testing/any-event.ts'

type Look = (
  before: Lifecycle,
  event: LifecycleEvent,
  after: Lifecycle,
  effects: readonly LifecycleEffect['kind'][],
) => boolean

/** A sequence of events during which `wrong` saw something wrong, or null if there is none. */
const sequenceWith = (wrong: () => Look): unknown =>
  fc.check(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const look = wrong()
      let now = 1e12
      let state = initialLifecycle(now, false)
      for (const { event, current, elapsed, random } of steps) {
        now += elapsed
        const about = current && 'run' in event ? { ...event, run: state.run } : event
        const full: LifecycleEvent = { ...about, now, random }
        const next = reduce(state, full)
        const kinds = next.effects.map(({ kind }) => kind)
        if (look(state, full, next.state, kinds)) return false
        state = next.state
      }
      return true
    }),
    { numRuns: 3_000 },
  ).counterexample

describe('whatever happens, in whatever order', () => {
  it('there is never a second child', () => {
    const found = sequenceWith(() => {
      let children = 0
      return (before, event, after, effects) => {
        if (event.type === 'exited' && event.run === before.run && hasChild(before)) children -= 1
        children += effects.filter((kind) => kind === 'launch').length
        return children > 1 || hasChild(after) !== (children === 1)
      }
    })
    expect(found).toBeNull()
  })

  it('a locked state launches nothing, and only a resume ends it', () => {
    const found = sequenceWith(
      () => (before, event, after, effects) =>
        before.phase === 'locked' &&
        (effects.includes('launch') || (after.phase !== 'locked' && event.type !== 'resume')),
    )
    expect(found).toBeNull()
  })

  it('a lockdown locks, and a resume starts nothing', () => {
    const found = sequenceWith(
      () => (_before, event, after, effects) =>
        (event.type === 'lockdown' && after.phase !== 'locked') ||
        (event.type === 'resume' && effects.includes('launch')),
    )
    expect(found).toBeNull()
  })

  it('a failed state waits for its cure', () => {
    const byOwner = new Set(['start', 'stop', 'restart', 'lockdown'])
    const found = sequenceWith(
      () => (before, event, after) =>
        before.phase === 'failed' &&
        after.phase !== 'failed' &&
        !byOwner.has(event.type) &&
        !(before.cure === 'config' && event.type === 'config-mended'),
    )
    expect(found).toBeNull()
  })

  it('a stopped state is left by nothing but the owner', () => {
    const found = sequenceWith(
      () => (before, event, after) =>
        before.phase === 'stopped' &&
        after.phase !== 'stopped' &&
        !['start', 'restart', 'lockdown'].includes(event.type),
    )
    expect(found).toBeNull()
  })

  it('a back-off ends within a minute of ticks, whatever the clock does, and a failure is never retried at once', () => {
    const found = sequenceWith(() => (before, event, after) => {
      if (after.phase !== 'backing-off') return false
      const wait = after.due - after.watched
      if (wait > 60_000 || wait <= 0) return true
      const begins = before.phase !== 'backing-off'
      return begins && (wait < 800 || after.retryAt - event.now !== wait)
    })
    expect(found).toBeNull()
  })

  it('only a child is pinged, asked, terminated or killed', () => {
    const found = sequenceWith(
      () => (before, _event, _after, effects) =>
        !hasChild(before) && effects.some((kind) => kind !== 'launch'),
    )
    expect(found).toBeNull()
  })
})
