import type { ServerResponse } from 'node:http'
import { assertNever } from '../../../src/shared/domain/assert-never.ts'
import type { Deferred } from '../support/deferred.ts'
import { deferred } from '../support/deferred.ts'
import { type Decision, type FaultPlan, type Held, held } from './faults.ts'
import { respond, respondGarbage } from './respond.ts'
import type { Call, CallState, Outcome } from './types.ts'

/** One request on its way: what was asked, what became of it. */
export class Exchange implements Call {
  readonly botId: number
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
  readonly gone: AbortSignal
  readonly #res: ServerResponse
  readonly #changed: () => void
  readonly #left: Deferred<void> = deferred<void>()
  #state: CallState = 'received'

  constructor(call: Pick<Call, 'botId' | 'method' | 'params'>, res: ServerResponse, changed: () => void) {
    this.botId = call.botId
    this.method = call.method
    this.params = call.params
    this.#res = res
    this.#changed = changed
    const gone = new AbortController()
    this.gone = gone.signal
    res.once('finish', () => this.#become('answered'))
    res.once('close', () => {
      // First the consequences (a long poll leaves its slot), then the news of them.
      gone.abort()
      this.#left.resolve()
      this.#become('gone')
    })
  }

  get state(): CallState {
    return this.#state
  }

  /**
   * Does what the plan says, else what `effect` says. A request that was received whole has its effect even if the
   * client has left since: the real server works the same way, and that is what makes a cut send ambiguous.
   */
  async carryOut(plan: FaultPlan, effect: () => Promise<Outcome>): Promise<void> {
    const decision = await this.#decide(plan)
    switch (decision.kind) {
      case 'release':
        return this.#answer(await effect())
      case 'error':
        return this.#answer({ kind: 'error', error: decision.error })
      case 'drop':
        if (decision.effect === 'after') await effect()
        return this.#cut()
      case 'garbage': {
        const outcome: Outcome =
          decision.effect === 'after'
            ? await effect()
            : { kind: 'result', value: { garbage: decision.garbage } }
        if (!this.gone.aborted) respondGarbage(this.#res, decision.garbage, outcome)
        return
      }
      default:
        return assertNever(decision)
    }
  }

  async #decide(plan: FaultPlan): Promise<Decision> {
    const fault = plan.take(this.method)
    if (fault === undefined) return { kind: 'release' }
    switch (fault.kind) {
      case 'delay':
        return this.#after(new Promise<void>((resolve) => void setTimeout(resolve, fault.ms)))
      case 'stall':
        return this.#after(fault.gate.promise)
      case 'hold': {
        const decision = deferred<Decision>()
        const request: Held = held(this.params, decision.resolve)
        fault.arrival.resolve(request)
        return decision.promise
      }
      case 'error':
      case 'drop':
      case 'garbage':
        return fault
      default:
        return assertNever(fault)
    }
  }

  /** Goes on after the wait; who did not have the patience is forgotten without effect. */
  async #after(wait: Promise<void>): Promise<Decision> {
    await Promise.race([wait, this.#left.promise])
    return this.gone.aborted ? { kind: 'drop', effect: 'before' } : { kind: 'release' }
  }

  #answer(outcome: Outcome): void {
    if (!this.gone.aborted) respond(this.#res, outcome)
  }

  #cut(): void {
    this.#become('cut')
    this.#res.destroy()
  }

  #become(state: CallState): void {
    if (this.#state !== 'received') return
    this.#state = state
    this.#changed()
  }
}
