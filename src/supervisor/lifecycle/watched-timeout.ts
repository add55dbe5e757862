import { TICK_MS } from './tick.ts'

/**
 * Calls `elapsed` once after `ms` milliseconds that this process lived through, counted in ticks as everything in
 * the lifecycle is: a sleep of the machine is nobody's silence. Returns what cancels it.
 */
export const watchedTimeout = (elapsed: () => void, ms: number): (() => void) => {
  let left = ms
  const timer = setInterval(() => {
    left -= TICK_MS
    if (left > 0) return
    clearInterval(timer)
    elapsed()
  }, TICK_MS)
  return () => clearInterval(timer)
}
