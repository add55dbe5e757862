// Test support: the lifecycle without a process, and a clock in the test's hand.
import type { ErrorView } from '../../../shared/domain/error.ts'
import { reduce } from '../reduce.ts'
import { initialLifecycle, type LifecycleEffect, type LifecycleEvent } from '../state.ts'
import { TICK_MS } from '../tick.ts'

export const error: ErrorView = { code: 'internal', message: 'it broke', hint: '' }

type WithoutContext<E> = E extends unknown ? Omit<E, 'now' | 'random'> : never
export type Told = WithoutContext<LifecycleEvent>

/** A supervisor without a process: the state, and all effects so far. */
export const machine = (latched = false) => {
  let now = 1_000_000
  let state = initialLifecycle(now, latched)
  const effects: LifecycleEffect[] = []
  const tell = (...events: readonly Told[]): void => {
    for (const event of events) {
      const step = reduce(state, { ...event, now, random: 0.5 })
      state = step.state
      effects.push(...step.effects)
    }
  }
  return {
    tell,
    /** Time passes as it does for a machine that is awake: a tick at a time. */
    pass(ms: number, meanwhile: () => void = () => undefined): void {
      for (let passed = 0; passed < ms; passed += TICK_MS) {
        now += TICK_MS
        meanwhile()
        tell({ type: 'tick' })
      }
    },
    /** The machine sleeps, or its clock is set: the next tick comes at another time than it should. */
    jump(ms: number): void {
      now += ms
      tell({ type: 'tick' })
    },
    now: () => now,
    state: () => state,
    phase: () => state.phase,
    effects: () => effects.splice(0).map(({ kind }) => kind),
    run: () => state.run,
  }
}

export const started = () => {
  const gateway = machine()
  gateway.tell({ type: 'start' }, { type: 'ready', run: 1 })
  gateway.effects()
  return gateway
}

export const crash = (gateway: ReturnType<typeof machine>): void =>
  gateway.tell({ type: 'exited', run: gateway.run(), error, cure: null })
