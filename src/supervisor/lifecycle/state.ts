import { assertNever } from '../../shared/domain/assert-never.ts'
import type { ErrorView } from '../../shared/domain/error.ts'

/** What ends a failed state: the owner's start, or (`config`) also a config that is valid again. */
export type Cure = 'owner' | 'config'

/** What follows when the child is gone. */
export type After =
  | { readonly kind: 'stop' }
  | { readonly kind: 'start' }
  | { readonly kind: 'back-off'; readonly error: ErrorView }
  | { readonly kind: 'fail'; readonly error: ErrorView; readonly cure: Cure }

/**
 * Time is counted in ticks: what was not watched, because the machine slept, its clock was set or this process stood
 * still, did not pass. So no clock decides anything in here, and none can raise a false alarm.
 */
export interface Memory {
  /** When the phase began, milliseconds since the epoch: for the owner's eyes only. */
  readonly since: number
  /** Milliseconds watched so far; it goes on by one tick at a time. All that follows is measured by it. */
  readonly watched: number
  /** When the phase began. */
  readonly entered: number
  /** Launches so far; an event about an earlier one is ignored. */
  readonly run: number
  /** Failures since the last healthy minute: the exponent of the delay. */
  readonly attempt: number
  /** When the last failures were, for giving up. */
  readonly failures: readonly number[]
}

type Phase =
  | { readonly phase: 'stopped' }
  | { readonly phase: 'starting' }
  | {
      readonly phase: 'running'
      readonly lastPong: number
      readonly lastPing: number
      readonly pings: number
    }
  | { readonly phase: 'unresponsive'; readonly lastPing: number; readonly pings: number }
  | { readonly phase: 'stopping'; readonly after: After; readonly pressed: 'asked' | 'terminated' | 'killed' }
  | {
      readonly phase: 'backing-off'
      /** By the clock, for the owner's eyes. */
      readonly retryAt: number
      readonly due: number
      readonly error: ErrorView
    }
  | { readonly phase: 'failed'; readonly error: ErrorView; readonly cure: Cure }
  | { readonly phase: 'locked'; readonly child: boolean }

export type Lifecycle = Memory & Phase

export type LifecycleEvent = {
  /** Milliseconds since the epoch. */
  readonly now: number
  /** From 0 up to 1, for the jitter. */
  readonly random: number
} & (
  | { readonly type: 'start' }
  | { readonly type: 'stop' }
  | { readonly type: 'restart' }
  /** Token, model or log changed: only a gateway that has the old ones is started again. */
  | { readonly type: 'facts-changed' }
  | { readonly type: 'config-broken'; readonly error: ErrorView }
  | { readonly type: 'config-mended' }
  | { readonly type: 'ready'; readonly run: number }
  | { readonly type: 'pong'; readonly run: number }
  /** It must not go on: broke the contract, did not acknowledge, can not be recorded. `cure` as for `exited`. */
  | { readonly type: 'fault'; readonly run: number; readonly error: ErrorView; readonly cure: Cure | null }
  /** The process is gone, or was never made. `cure` is null where a retry may help. */
  | { readonly type: 'exited'; readonly run: number; readonly error: ErrorView; readonly cure: Cure | null }
  /** `TICK_MS` have passed under our eyes. */
  | { readonly type: 'tick' }
  /** The machine slept: whoever was silent before it gets the whole time again. */
  | { readonly type: 'woke' }
  | { readonly type: 'lockdown' }
  | { readonly type: 'resume' }
)

export type LifecycleEffect =
  | { readonly kind: 'launch'; readonly run: number }
  | { readonly kind: 'ping'; readonly sequence: number }
  | { readonly kind: 'ask-stop' }
  | { readonly kind: 'terminate' }
  | { readonly kind: 'kill' }

export interface Step {
  readonly state: Lifecycle
  readonly effects: readonly LifecycleEffect[]
}

export const initialLifecycle = (now: number, latched: boolean): Lifecycle => ({
  since: now,
  watched: 0,
  entered: 0,
  run: 0,
  attempt: 0,
  failures: [],
  ...(latched ? { phase: 'locked', child: false } : { phase: 'stopped' }),
})

/** Is there a child, or one being made? It counts until its exit was seen. */
export const hasChild = (state: Lifecycle): boolean => {
  switch (state.phase) {
    case 'starting':
    case 'running':
    case 'unresponsive':
    case 'stopping':
      return true
    case 'locked':
      return state.child
    case 'stopped':
    case 'backing-off':
    case 'failed':
      return false
    default:
      return assertNever(state)
  }
}

/** Does time alone change anything in this state? */
export const needsTicks = (state: Lifecycle): boolean => hasChild(state) || state.phase === 'backing-off'
