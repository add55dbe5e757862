const FIRST_ROOM = 4096

export interface KeptOutput {
  /** False: that is more than may be kept. */
  take(bytes: Uint8Array): boolean
  /** All that was taken, as a copy of its own length. */
  bytes(): Uint8Array
}

/** Gathers at most `maxBytes`, and never sets aside more than twice of what has come. */
export const createKeptOutput = (maxBytes: number): KeptOutput => {
  let kept = new Uint8Array(Math.min(FIRST_ROOM, maxBytes))
  let length = 0
  return {
    take: (bytes) => {
      const needed = length + bytes.length
      if (needed > maxBytes) return false
      if (needed > kept.length) {
        const larger = new Uint8Array(Math.min(maxBytes, Math.max(needed, 2 * kept.length)))
        larger.set(kept.subarray(0, length))
        kept = larger
      }
      kept.set(bytes, length)
      length = needed
      return true
    },
    bytes: () => kept.slice(0, length),
  }
}
