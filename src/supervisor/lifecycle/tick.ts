// What time alone does.
import { assertNever } from '../../shared/domain/assert-never.ts'
import type { ErrorView } from '../../shared/domain/error.ts'
import { launch, leave, MAX_BACKOFF_MS, memory, stay } from './moves.ts'
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
/** A tick that comes this late, or before its predecessor, means that the machine slept or its clock jumped. */
const CLOCK_JUMP_MS = PING_EVERY_MS
const HEALTHY_AFTER_MS = 60_000

export const onTick = (state: Lifecycle, now: number): Step => {
  const elapsed = now - state.lastTickAt
  if (elapsed < 0 || elapsed > TICK_MS + CLOCK_JUMP_MS) return stay(resetDeadlines(state, now))
  const ticked = { ...state, lastTickAt: now }
  switch (ticked.phase) {
    case 'starting':
      return now - ticked.since >= READY_TIMEOUT_MS
        ? leave(ticked, now, { kind: 'back-off', error: notReady }, 'killed')
        : stay(ticked)
    case 'running':
      return tickRunning(ticked, now)
    case 'unresponsive':
      return tickUnresponsive(ticked, now)
    case 'stopping':
      return tickStopping(ticked, now)
    case 'backing-off':
      return now >= ticked.retryAt ? launch(ticked, now) : stay(ticked)
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

const tickRunning = (state: Extract<Lifecycle, { phase: 'running' }>, now: number): Step => {
  const healthy = now - state.since >= HEALTHY_AFTER_MS ? { ...state, attempt: 0 } : state
  if (now - state.lastPongAt >= UNRESPONSIVE_AFTER_MS) {
    const { lastPingAt, pings } = healthy
    return stay({ ...memory(healthy, now), phase: 'unresponsive', lastPingAt, pings })
  }
  return ping(healthy, now)
}

const tickUnresponsive = (state: Extract<Lifecycle, { phase: 'unresponsive' }>, now: number): Step =>
  now - state.since >= KILL_UNRESPONSIVE_AFTER_MS
    ? leave(state, now, { kind: 'back-off', error: unresponsive }, 'killed')
    : ping(state, now)

const ping = (state: Extract<Lifecycle, { pings: number }>, now: number): Step => {
  if (now - state.lastPingAt < PING_EVERY_MS) return stay(state)
  const pings = state.pings + 1
  return { state: { ...state, lastPingAt: now, pings }, effects: [{ kind: 'ping', sequence: pings }] }
}

const tickStopping = (state: Extract<Lifecycle, { phase: 'stopping' }>, now: number): Step => {
  const waited = now - state.since
  if (state.pressed !== 'killed' && waited >= KILL_STOPPING_AFTER_MS) {
    return { state: { ...state, pressed: 'killed' }, effects: [{ kind: 'kill' }] }
  }
  if (state.pressed === 'asked' && waited >= TERMINATE_AFTER_MS) {
    return { state: { ...state, pressed: 'terminated' }, effects: [{ kind: 'terminate' }] }
  }
  return stay(state)
}

/** Time that nobody lived through is nobody's silence: every deadline begins again. */
const resetDeadlines = (state: Lifecycle, now: number): Lifecycle => {
  const woken = { ...state, lastTickAt: now }
  switch (woken.phase) {
    case 'starting':
    case 'stopping':
    case 'unresponsive':
      return { ...woken, since: now }
    case 'running':
      return { ...woken, lastPongAt: now, lastPingAt: now - PING_EVERY_MS }
    case 'backing-off':
      return { ...woken, retryAt: Math.min(woken.retryAt, now + MAX_BACKOFF_MS) }
    case 'stopped':
    case 'failed':
    case 'locked':
      return woken
    default:
      return assertNever(woken)
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
