import { type Deferred, deferred } from '../support/deferred.ts'
import type { ApiError, Effect } from './types.ts'

/** `html` is a proxy's error page; `truncated` and `huge` start as good JSON; `wrong-shape` is JSON that is no answer. */
export type Garbage = 'html' | 'truncated' | 'huge' | 'wrong-shape'

/** What the server does with a request instead of answering it. */
export type Fault =
  | { readonly kind: 'error'; readonly error: ApiError }
  | { readonly kind: 'drop'; readonly effect: Effect }
  | { readonly kind: 'garbage'; readonly garbage: Garbage; readonly effect: Effect }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'stall'; readonly gate: Deferred<void> }
  | { readonly kind: 'hold'; readonly arrival: Deferred<Held> }

/** A held request goes on as the test decides: normally, or by a fault. */
export type Decision =
  | { readonly kind: 'release' }
  | Exclude<Fault, { readonly kind: 'stall' | 'hold' | 'delay' }>

/** A request that has come in and waits, unanswered and without effect so far. */
export interface Held {
  readonly params: Readonly<Record<string, unknown>>
  /** Lets the request go on as if nothing had happened. */
  release(): void
  /** Closes the connection without an answer; `after`: the message was sent all the same. */
  drop(effect?: Effect): void
  fail(error: ApiError): void
}

export const held = (
  params: Readonly<Record<string, unknown>>,
  decide: (decision: Decision) => void,
): Held => ({
  params,
  release: () => decide({ kind: 'release' }),
  drop: (effect = 'before') => decide({ kind: 'drop', effect }),
  fail: (error) => decide({ kind: 'error', error }),
})

export interface Stall {
  /** Answers all that waits, and all that comes from now on. */
  release(): void
}

interface Planned {
  readonly method: string
  readonly fault: Fault
  timesLeft: number
}

/** The faults that tests have ordered, by method, first ordered first used. */
export class FaultPlan {
  #planned: readonly Planned[] = []

  add(method: string, fault: Fault, times: number): void {
    this.#planned = [...this.#planned, { method, fault, timesLeft: times }]
  }

  hold(method: string): Promise<Held> {
    const arrival = deferred<Held>()
    this.add(method, { kind: 'hold', arrival }, 1)
    return arrival.promise
  }

  stall(method: string): Stall {
    const fault: Fault = { kind: 'stall', gate: deferred<void>() }
    this.add(method, fault, Number.POSITIVE_INFINITY)
    return { release: () => this.#remove((planned) => planned.fault === fault) }
  }

  /** The fault for this request, if any. One that is ordered for a number of times goes before one without end. */
  take(method: string): Fault | undefined {
    const mine = this.#planned.filter((planned) => planned.method === method)
    const next = mine.find((planned) => Number.isFinite(planned.timesLeft)) ?? mine[0]
    if (next === undefined) return undefined
    next.timesLeft -= 1
    if (next.timesLeft <= 0) this.#planned = this.#planned.filter((planned) => planned !== next)
    return next.fault
  }

  /** Forgets what is planned for the method (for all methods if not given) and lets stalled requests go on. */
  clear(method?: string): void {
    this.#remove((planned) => method === undefined || planned.method === method)
  }

  #remove(which: (planned: Planned) => boolean): void {
    const removed = this.#planned.filter(which)
    this.#planned = this.#planned.filter((planned) => !removed.includes(planned))
    for (const { fault } of removed) {
      if (fault.kind === 'stall') fault.gate.resolve()
      if (fault.kind === 'hold') fault.arrival.reject(new Error('the hold ended before a request came'))
    }
  }
}
