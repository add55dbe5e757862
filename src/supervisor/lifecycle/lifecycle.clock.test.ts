import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reduce } from './reduce.ts'
import { initialLifecycle, type LifecycleEffect } from './state.ts'
import { step } from './testing/any-event.ts'
import { started, type Told } from './testing/machine.ts'
import { KILL_UNRESPONSIVE_AFTER_MS, TICK_MS, UNRESPONSIVE_AFTER_MS } from './tick.ts'

/** Steps of a clock: none, a little, just what a tick is, hours and years, forwards and backwards. */
const jump = fc.oneof(
  fc.constantFrom(0, TICK_MS, 2_499, 2_500, 2_501, UNRESPONSIVE_AFTER_MS, 8 * 3_600_000, 1e12),
  fc.integer({ min: 0, max: 10_000 }),
  fc.integer({ min: 0, max: 1e12 }),
)
const anyJump = fc.tuple(jump, fc.constantFrom(1, -1)).map(([size, sign]) => size * sign)

describe('whatever the clock does', () => {
  it('a gateway that answers its pings within seven ticks is never called unresponsive nor killed', () => {
    /** How many ticks each answer takes, and what the clock does before each tick and each answer. */
    const life = fc.array(
      fc.record({ delay: fc.integer({ min: 0, max: 7 }), jumps: fc.array(anyJump, { maxLength: 8 }) }),
      { minLength: 1, maxLength: 60 },
    )
    const alarm = fc.check(
      fc.property(life, fc.array(fc.boolean(), { maxLength: 60 }), (answers, sleeps) => {
        let now = 1e12
        let state = initialLifecycle(now, false)
        const tell = (event: Told): readonly LifecycleEffect[] => {
          const next = reduce(state, { ...event, now, random: 0.5 })
          state = next.state
          return next.effects
        }
        tell({ type: 'start' })
        tell({ type: 'ready', run: 1 })
        for (const [turn, { delay, jumps }] of answers.entries()) {
          let due: number | undefined
          // Ticks until the next ping was sent and answered.
          for (let tick = 0; due === undefined || tick < due; tick += 1) {
            now += jumps[tick % Math.max(1, jumps.length)] ?? TICK_MS
            if (sleeps[turn] === true && tick === 1) tell({ type: 'woke' })
            const effects = tell({ type: 'tick' })
            if (effects.some(({ kind }) => kind !== 'ping') || state.phase !== 'running') return false
            if (effects.length > 0) due ??= tick + delay
          }
          now += jumps.at(-1) ?? 0
          tell({ type: 'pong', run: 1 })
        }
        return true
      }),
      { numRuns: 2_000 },
    ).counterexample
    expect(alarm).toBeNull()
  })

  it('no phase and no effect changes: only ticks count', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 120 }),
        fc.array(anyJump, { maxLength: 120 }),
        (steps, jumps) => {
          let [steady, wild] = [1e12, 1e12]
          let [one, other] = [initialLifecycle(steady, false), initialLifecycle(wild, false)]
          for (const [index, { event, current, random }] of steps.entries()) {
            steady += TICK_MS
            wild += jumps[index] ?? 0
            const about = current && 'run' in event ? { ...event, run: one.run } : event
            const [first, second] = [
              reduce(one, { ...about, now: steady, random }),
              reduce(other, { ...about, now: wild, random }),
            ]
            expect(second.effects).toEqual(first.effects)
            expect(second.state.phase).toBe(first.state.phase)
            one = first.state
            other = second.state
          }
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it('a gateway that never answers is killed all the same', () => {
    fc.assert(
      fc.property(fc.array(anyJump, { minLength: 1, maxLength: 60 }), (jumps) => {
        const gateway = started()
        const ticks = (UNRESPONSIVE_AFTER_MS + KILL_UNRESPONSIVE_AFTER_MS) / TICK_MS
        for (let tick = 0; tick < ticks; tick += 1) gateway.jump(jumps[tick % jumps.length] ?? 0)
        expect(gateway.effects()).toContain('kill')
      }),
    )
  })
})
