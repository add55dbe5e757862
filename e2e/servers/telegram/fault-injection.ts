import { FaultPlan, type Garbage, type Held, type Stall } from './faults.ts'
import type { ApiError, Effect } from './types.ts'

/** The ways in which a test can make the server fail; each names the method it is about. */
export class FaultInjection {
  protected readonly plan = new FaultPlan()

  /** Answers the next `times` calls of the method with this error; nothing is sent or confirmed. */
  fail(fault: ApiError & { readonly method: string; readonly times?: number }): void {
    const { method, times = 1, ...error } = fault
    this.plan.add(method, { kind: 'error', error }, times)
  }

  /** Answers with 429 and `retry_after`, in seconds. */
  tooManyRequests(method: string, retryAfter: number, times = 1): void {
    const description = `Too Many Requests: retry after ${retryAfter}`
    this.fail({ method, times, status: 429, description, parameters: { retry_after: retryAfter } })
  }

  /** Closes the connection instead of answering: before the method takes effect, or after it. */
  drop(method: string, { effect = 'before', times = 1 }: { effect?: Effect; times?: number } = {}): void {
    this.plan.add(method, { kind: 'drop', effect }, times)
  }

  /** Answers with what no Bot API answers. */
  garbage(
    method: string,
    {
      garbage = 'html',
      effect = 'before',
      times = 1,
    }: { garbage?: Garbage; effect?: Effect; times?: number } = {},
  ): void {
    this.plan.add(method, { kind: 'garbage', garbage, effect }, times)
  }

  /** Answers each call of the method `ms` late, until `heal`. */
  delay(method: string, ms: number): void {
    this.plan.add(method, { kind: 'delay', ms }, Number.POSITIVE_INFINITY)
  }

  /** Takes calls of the method and answers none of them until released. */
  stall(method: string): Stall {
    return this.plan.stall(method)
  }

  /** Resolves when the next call of the method has come in; it waits, without effect, for what the test decides. */
  hold(method: string): Promise<Held> {
    return this.plan.hold(method)
  }

  /** Ends all ordered faults of the method, or of all methods. */
  heal(method?: string): void {
    this.plan.clear(method)
  }
}
