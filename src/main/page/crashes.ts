/** A page that crashes more often than this within a minute is not loaded again by itself. */
export const MAX_RELOADS = 3
const WITHIN_MS = 60_000

export interface Reload {
  readonly verdict: 'reload' | 'give up'
  /** The reloads of the last minute, for the next time. */
  readonly reloads: readonly number[]
}

/** The page is gone at the moment `at`, of a clock that is never set: should it be loaded again? */
export const afterCrash = (reloads: readonly number[], at: number): Reload => {
  const recent = reloads.filter((before) => at - before < WITHIN_MS)
  return recent.length < MAX_RELOADS
    ? { verdict: 'reload', reloads: [...recent, at] }
    : { verdict: 'give up', reloads: recent }
}
