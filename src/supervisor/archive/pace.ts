/**
 * Time in the archive's care is counted in ticks that were watched, not read from the clock: neither a sleep of the machine
 * nor a clock that is set makes an alarm.
 */
export interface Pace {
  readonly tickMs: number
  /** Without a word for so many ticks while something is asked, it hangs. */
  readonly silence: number
  /** The same before its first word: it may have to look at a damaged index first. */
  readonly firstWord: number
  /** One question may take so many ticks, whatever else it answers meanwhile. */
  readonly answer: number
  /** While something is asked, it is asked for a sign of life so often. */
  readonly ping: number
  /** Failures within so many ticks are counted together. */
  readonly window: number
}

export const PACE: Pace = { tickMs: 1_000, silence: 20, firstWord: 60, answer: 60, ping: 5, window: 60 }

/** Failures within the window after which it is not tried any more. */
const MAX_FAILURES = 5

/** After how many ticks it is started again; `never`: it failed too often. `failures`: the ticks of all, newest last. */
export const retryAfter = (failures: readonly number[], tick: number, window: number): number | 'never' => {
  const recent = failures.filter((at) => tick - at < window).length
  if (recent >= MAX_FAILURES) return 'never'
  return recent <= 1 ? 0 : 2 ** (recent - 2)
}
