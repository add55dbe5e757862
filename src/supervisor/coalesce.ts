/**
 * Runs `work` one at a time. A call while it runs shares one further run, which begins after the call: whoever
 * waits for the result knows that it saw everything that was there when they asked.
 */
export const coalesce = (work: () => Promise<void>): (() => Promise<void>) => {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  const run = (): Promise<void> => {
    if (running !== undefined) {
      next ??= running
        .catch(() => undefined)
        .then(() => {
          next = undefined
          return run()
        })
      return next
    }
    running = work().finally(() => {
      running = undefined
    })
    return running
  }
  return run
}
