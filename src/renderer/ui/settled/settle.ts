// Whether what lies under the pointer is still what lay there a moment ago. Pure; use-settled.ts measures.

/** After what is decided about has moved, nothing is accepted for this long. Milliseconds. */
export const SETTLE_MS = 500

/** Where each thing to decide about stands on the page, by its key, in pixels from the top of the scrolled content. */
export type Places = ReadonlyMap<string, number>

/** Something moved, came or went. A shift of half a pixel is rounding. */
export const hasMoved = (before: Places, after: Places): boolean =>
  before.size !== after.size ||
  [...after].some(([key, top]) => {
    const was = before.get(key)
    return was === undefined || Math.abs(was - top) > 0.5
  })

export const isSettled = (movedAt: number, now: number): boolean => now - movedAt >= SETTLE_MS
