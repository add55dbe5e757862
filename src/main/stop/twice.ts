/** Two presses this close together are one act. Milliseconds. */
export const TWICE_WITHIN_MS = 2_000

export interface Press {
  /** `second`: do it. `first`: say that one more press does it. */
  readonly verdict: 'first' | 'second'
  /** What the next press is to be compared with; null after an act, so that a third press begins anew. */
  readonly waiting: number | null
}

/**
 * One press of the shortcut at the moment `at`, of a clock that is never set; `waiting` is what the press before
 * returned, null at the beginning.
 */
export const twice = (waiting: number | null, at: number): Press =>
  waiting !== null && at >= waiting && at - waiting <= TWICE_WITHIN_MS
    ? { verdict: 'second', waiting: null }
    : { verdict: 'first', waiting: at }
