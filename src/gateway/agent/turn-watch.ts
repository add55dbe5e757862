import type { FailureKind } from './model-failure.ts'

/** Why a turn was stopped by us. */
export class Stop extends Error {
  readonly failure: FailureKind

  constructor(failure: FailureKind, message: string) {
    super(message)
    this.failure = failure
  }
}

export interface Watch {
  readonly signal: AbortSignal
  /** A sign of life. */
  alive(): void
  stop(reason: Stop): void
  end(): void
}

export interface WatchLimits {
  /** Milliseconds for the whole. */
  readonly timeoutMs: number
  /** Milliseconds without a sign of life. */
  readonly silenceMs: number
}

/** Aborts when the whole takes too long, when nothing is heard for too long, and when the caller says so. */
export const startWatch = (limits: WatchLimits, outer: AbortSignal): Watch => {
  const controller = new AbortController()
  const stop = (reason: Stop): void => controller.abort(reason)
  const { timeoutMs, silenceMs } = limits
  const total = setTimeout(
    () => stop(new Stop('timeout', `the answer took longer than ${timeoutMs} ms`)),
    timeoutMs,
  )
  const silence = setTimeout(
    () => stop(new Stop('timeout', `the model said nothing for ${silenceMs} ms`)),
    silenceMs,
  )
  return {
    signal: AbortSignal.any([outer, controller.signal]),
    alive: () => void silence.refresh(),
    stop,
    end: () => {
      clearTimeout(total)
      clearTimeout(silence)
    },
  }
}
