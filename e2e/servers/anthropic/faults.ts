import { type Deferred, deferred } from '../support/deferred.ts'

/** The API's errors: each type has its status. `overloaded_error` is 529. */
export const ERROR_STATUS = {
  invalid_request_error: 400,
  authentication_error: 401,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  overloaded_error: 529,
} as const

export type ErrorType = keyof typeof ERROR_STATUS

/**
 * - `html`: 502 and a proxy's page
 * - `not-json`: a stream whose data is no JSON
 * - `unknown-event`: a stream of good JSON that is no event of the API
 * - `truncated`: all of the text, then an end in the middle of an event, as if all were well
 */
export type Garbage = 'html' | 'not-json' | 'unknown-event' | 'truncated'

/** How a stream goes on when it is held: to its end, by a cut, or by an `error` event. */
export type Decision = 'release' | 'drop' | { readonly error: ErrorType; readonly message: string }

/** `afterChunks` counts the deltas of the content that were written before. */
export type Fault =
  | {
      readonly kind: 'error'
      readonly type: ErrorType
      readonly message: string
      readonly retryAfter?: number
    }
  | { readonly kind: 'garbage'; readonly garbage: Garbage }
  | { readonly kind: 'stall' }
  | { readonly kind: 'endless' }
  | { readonly kind: 'interrupt'; readonly afterChunks: number; readonly decision: () => Promise<Decision> }

/** A stream that stops in the middle until the test decides. */
export interface HeldStream {
  /** Resolves when the chunks before the stop are written. */
  readonly reached: Promise<void>
  release(): void
  drop(): void
  error(type: ErrorType, message: string): void
}

/** The faults that tests have ordered; each answers one request, in the order of the orders. */
export class FaultInjection {
  #faults: readonly Fault[] = []
  readonly #held = new Set<Deferred<void>>()

  /** Answers the next `times` requests with an error. `retryAfter` is in seconds. */
  fail(type: ErrorType, options: { message?: string; retryAfter?: number; times?: number } = {}): void {
    const { message = `ordered ${type}`, retryAfter, times = 1 } = options
    const fault: Fault = { kind: 'error', type, message, ...(retryAfter !== undefined && { retryAfter }) }
    this.#add(...Array.from({ length: times }, () => fault))
  }

  garbage(garbage: Garbage): void {
    this.#add({ kind: 'garbage', garbage })
  }

  /** Takes the next request and never answers it. */
  stall(): void {
    this.#add({ kind: 'stall' })
  }

  /** Answers the next request with a stream that never ends. */
  endless(): void {
    this.#add({ kind: 'endless' })
  }

  /** Sends an `error` event in mid-stream, after this many chunks of content. */
  failAfterChunks(afterChunks: number, type: ErrorType = 'overloaded_error', message = 'Overloaded'): void {
    this.#add({ kind: 'interrupt', afterChunks, decision: () => Promise.resolve({ error: type, message }) })
  }

  /** Closes the connection in mid-stream, after this many chunks of content. */
  dropAfterChunks(afterChunks: number): void {
    this.#add({ kind: 'interrupt', afterChunks, decision: () => Promise.resolve('drop') })
  }

  /** Stops the next stream after this many chunks of content until the test decides. */
  holdAfterChunks(afterChunks: number): HeldStream {
    const reached = deferred<void>()
    const decided = deferred<Decision>()
    this.#held.add(reached)
    const decision = (): Promise<Decision> => {
      this.#held.delete(reached)
      reached.resolve()
      return decided.promise
    }
    this.#add({ kind: 'interrupt', afterChunks, decision })
    return {
      reached: reached.promise,
      release: () => decided.resolve('release'),
      drop: () => decided.resolve('drop'),
      error: (type, message) => decided.resolve({ error: type, message }),
    }
  }

  /** Forgets the faults that have not struck yet. */
  heal(): void {
    this.#faults = []
    for (const reached of this.#held) reached.reject(new Error('the hold ended before a stream reached it'))
    this.#held.clear()
  }

  protected takeFault(): Fault | undefined {
    const [first, ...rest] = this.#faults
    this.#faults = rest
    return first
  }

  #add(...faults: readonly Fault[]): void {
    this.#faults = [...this.#faults, ...faults]
  }
}
