import { type Deferred, deferred } from './deferred.ts'

interface Waiter {
  readonly predicate: () => boolean
  readonly what: string
  readonly done: Deferred<void>
  readonly limit: NodeJS.Timeout
}

/** Lets tests wait for a state of a server instead of for a time. */
export class Conditions {
  readonly #waiting = new Set<Waiter>()

  /** Says that something may have changed; every waiting predicate is asked again. */
  changed(): void {
    for (const waiter of this.#waiting) this.#check(waiter)
  }

  /**
   * Resolves as soon as `predicate` is true, at once if it is true already.
   * @param limitMs ends a wait that will never be over with an error that says what was waited for.
   */
  waitFor(predicate: () => boolean, what: string, limitMs = 30_000): Promise<void> {
    const done = deferred<void>()
    const limit = setTimeout(() => {
      this.#waiting.delete(waiter)
      done.reject(new Error(`waited ${limitMs} ms for ${what}, in vain`))
    }, limitMs)
    const waiter: Waiter = { predicate, what, done, limit }
    this.#waiting.add(waiter)
    this.#check(waiter)
    return done.promise
  }

  /** Ends every wait: what is waited for can not happen any more. */
  stop(): void {
    for (const waiter of this.#waiting) {
      this.#end(waiter)
      waiter.done.reject(new Error(`the server stopped while a test waited for ${waiter.what}`))
    }
  }

  #check(waiter: Waiter): void {
    try {
      if (!waiter.predicate()) return
      this.#end(waiter)
      waiter.done.resolve()
    } catch (error) {
      this.#end(waiter)
      waiter.done.reject(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #end(waiter: Waiter): void {
    clearTimeout(waiter.limit)
    this.#waiting.delete(waiter)
  }
}
