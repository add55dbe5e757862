// What time alone does.
import { assertNever } from '../../shared/domain/assert-never.ts'
import type { ErrorView } from '../../shared/domain/error.ts'
import { launch, leave, memory, stay } from './moves.ts'
import type { Lifecycle, Step } from './state.ts'

/** The gateway says `ready` within this time of its launch, or the launch has failed. */
export const READY_TIMEOUT_MS = 30_000
export const PING_EVERY_MS = 2_000
export const UNRESPONSIVE_AFTER_MS = 6_000
/** After this much more silence an unresponsive gateway is killed. */
export const KILL_UNRESPONSIVE_AFTER_MS = 15_000
/** A gateway that was asked to stop gets SIGTERM, then SIGKILL, counted from the request. */
export const TERMINATE_AFTER_MS = 3_000
export const KILL_STOPPING_AFTER_MS = 5_000
export const TICK_MS = 500
const HEALTHY_AFTER_MS = 60_000

/** One more tick was watched. However late it comes, it is one: a deadline may come half a second early, never more. */
export const onTick = (state: Lifecycle, now: number): Step => {
  const ticked = { ...state, watched: state.watched + TICK_MS }
  switch (ticked.phase) {
    case 'starting':
      return inPhase(ticked) >= READY_TIMEOUT_MS
        ? leave(ticked, now, { kind: 'back-off', error: notReady }, 'killed')
        : stay(ticked)
    case 'running':
      return tickRunning(ticked, now)
    case 'unresponsive':
      return tickUnresponsive(ticked, now)
    case 'stopping':
      return tickStopping(ticked)
    case 'backing-off':
      return ticked.watched >= ticked.due ? launch(ticked, now) : stay(ticked)
    case 'locked':
      // STOP has killed it; where its exit is still not seen, once more does no harm.
      return ticked.child ? { state: ticked, effects: [{ kind: 'kill' }] } : stay(ticked)
    case 'stopped':
    case 'failed':
      return stay(ticked)
    default:
      return assertNever(ticked)
  }
}

/** Milliseconds watched since the phase began. */
const inPhase = ({ watched, entered }: Lifecycle): number => watched - entered

const tickRunning = (state: Extract<Lifecycle, { phase: 'running' }>, now: number): Step => {
  const healthy = inPhase(state) >= HEALTHY_AFTER_MS ? { ...state, attempt: 0 } : state
  if (state.watched - state.lastPong >= UNRESPONSIVE_AFTER_MS) {
    const { lastPing, pings } = healthy
    return stay({ ...memory(healthy, now), phase: 'unresponsive', lastPing, pings })
  }
  return ping(healthy)
}

const tickUnresponsive = (state: Extract<Lifecycle, { phase: 'unresponsive' }>, now: number): Step =>
  inPhase(state) >= KILL_UNRESPONSIVE_AFTER_MS
    ? leave(state, now, { kind: 'back-off', error: unresponsive }, 'killed')
    : ping(state)

const ping = (state: Extract<Lifecycle, { pings: number }>): Step => {
  if (state.watched - state.lastPing < PING_EVERY_MS) return stay(state)
  const pings = state.pings + 1
  return { state: { ...state, lastPing: state.watched, pings }, effects: [{ kind: 'ping', sequence: pings }] }
}

const tickStopping = (state: Extract<Lifecycle, { phase: 'stopping' }>): Step => {
  const waited = inPhase(state)
  if (state.pressed !== 'killed' && waited >= KILL_STOPPING_AFTER_MS) {
    return { state: { ...state, pressed: 'killed' }, effects: [{ kind: 'kill' }] }
  }
  if (state.pressed === 'asked' && waited >= TERMINATE_AFTER_MS) {
    return { state: { ...state, pressed: 'terminated' }, effects: [{ kind: 'terminate' }] }
  }
  return stay(state)
}

/**
 * What was silent before a sleep gets the whole time again, as its connections may need it; a child that was asked to
 * stop does not. A back-off goes on where it was, and says so by the clock of now.
 */
export const onWoke = (state: Lifecycle, now: number): Step => {
  const { watched } = state
  switch (state.phase) {
    case 'starting':
    case 'unresponsive':
      return stay({ ...state, entered: watched })
    case 'running':
      return stay({ ...state, lastPong: watched, lastPing: watched - PING_EVERY_MS })
    case 'backing-off':
      return stay({ ...state, retryAt: now + Math.max(0, state.due - watched) })
    case 'stopping':
    case 'stopped':
    case 'failed':
    case 'locked':
      return stay(state)
    default:
      return assertNever(state)
  }
}

const notReady: ErrorView = {
  code: 'gateway_not_running',
  message: `the gateway was not ready within ${READY_TIMEOUT_MS / 1000} seconds`,
  hint: 'The last lines of its output may say why. It is started again by itself.',
}

const unresponsive: ErrorView = {
  code: 'gateway_not_running',
  message: 'the gateway did not answer any more and was killed',
  hint: 'It is started again by itself. If this repeats, the log has the details.',
}
