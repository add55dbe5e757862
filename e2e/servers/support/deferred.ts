/** A promise with its handles outside; the lib this project compiles against has no `Promise.withResolvers`. */
export interface Deferred<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (reason: Error) => void
}

export const deferred = <T>(): Deferred<T> => {
  const handles: { resolve?: (value: T) => void; reject?: (reason: Error) => void } = {}
  const promise = new Promise<T>((resolve, reject) => {
    handles.resolve = resolve
    handles.reject = reject
  })
  // A test may give up on what it waits for (it failed elsewhere): that must not count as a second failure.
  promise.catch(() => undefined)
  return {
    promise,
    resolve: (value) => handles.resolve?.(value),
    reject: (reason) => handles.reject?.(reason),
  }
}
