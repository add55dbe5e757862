// The moves that several events share.
import { assertNever } from '../../shared/domain/assert-never.ts'
import type { ErrorView } from '../../shared/domain/error.ts'
import { type After, hasChild, type Lifecycle, type LifecycleEvent, type Memory, type Step } from './state.ts'

const MAX_BACKOFF_MS = 60_000
const MAX_FAILURES = 5
const FAILURE_WINDOW_MS = 5 * 60_000

export const stay = (state: Lifecycle): Step => ({ state, effects: [] })

export const memory = (state: Lifecycle, now: number): Memory => ({
  since: now,
  watched: state.watched,
  entered: state.watched,
  run: state.run,
  attempt: state.attempt,
  failures: state.failures,
})

export const launch = (state: Lifecycle, now: number): Step => {
  const run = state.run + 1
  return {
    state: { ...memory(state, now), run, phase: 'starting' },
    effects: [{ kind: 'launch', run }],
  }
}

export const running = (state: Lifecycle, now: number, pings: number): Lifecycle => ({
  ...memory(state, now),
  phase: 'running',
  lastPong: state.watched,
  lastPing: state.watched,
  pings,
})

/** Lets the child go, or, where it is going already, presses harder or changes what follows. */
export const leave = (state: Lifecycle, now: number, after: After, how: 'asked' | 'killed'): Step => {
  if (!hasChild(state) || state.phase === 'locked') return stay(state)
  const kill = how === 'killed'
  if (state.phase === 'stopping') {
    // What the owner decided about afterwards stands; a fault while stopping only makes it quicker.
    const next = kill && state.after.kind !== 'back-off' ? state.after : after
    if (!kill || state.pressed === 'killed') return stay({ ...state, after: next })
    return { state: { ...state, after: next, pressed: 'killed' }, effects: [{ kind: 'kill' }] }
  }
  return {
    state: { ...memory(state, now), phase: 'stopping', after, pressed: how },
    effects: [{ kind: kill ? 'kill' : 'ask-stop' }],
  }
}

export const afterwards = (state: Lifecycle, after: After, event: LifecycleEvent): Step => {
  switch (after.kind) {
    case 'stop':
      return stay({ ...memory(state, event.now), phase: 'stopped' })
    case 'start':
      return launch(state, event.now)
    case 'back-off':
      return failure(state, event, after.error)
    case 'fail':
      return stay({ ...memory(state, event.now), phase: 'failed', error: after.error, cure: after.cure })
    default:
      return assertNever(after)
  }
}

export const failure = (state: Lifecycle, event: LifecycleEvent, error: ErrorView): Step => {
  const { now, random } = event
  const { watched } = state
  const failures = [...state.failures.filter((at) => watched - at < FAILURE_WINDOW_MS), watched]
  const attempt = state.attempt + 1
  const kept = { ...memory(state, now), failures, attempt }
  if (failures.length >= MAX_FAILURES) return stay({ ...kept, phase: 'failed', error, cure: 'owner' })
  const wait = backoffMs(state.attempt, random)
  return stay({ ...kept, phase: 'backing-off', retryAt: now + wait, due: watched + wait, error })
}

/** 1, 2, 4 … 60 seconds, a fifth more or less, so that several gateways do not come back in step. */
export const backoffMs = (attempt: number, random: number): number =>
  Math.min(MAX_BACKOFF_MS, Math.round(1000 * 2 ** Math.min(attempt, 10) * (0.8 + 0.4 * random)))
