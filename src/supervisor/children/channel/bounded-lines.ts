const LINE_FEED = 10
const NOTHING = Buffer.alloc(0)

/** `too long`: what follows must not be taken for a line, and nobody should ask for it. */
export type BoundedLine = Buffer | 'too long'

/**
 * Splits what arrives into lines of at most `maxBytes` bytes. Holds hardly more than that, in however small pieces
 * a line arrives, and gives out no half line. The lines of one piece are split as they are asked for.
 */
export const createBoundedLines = (maxBytes: number): ((piece: Buffer) => Iterable<BoundedLine>) => {
  let half: Buffer = NOTHING
  let length = 0

  /** False: that would be too long. */
  const keep = (piece: Buffer): boolean => {
    const needed = length + piece.length
    if (needed > maxBytes) return false
    if (needed > half.length) {
      const larger = Buffer.allocUnsafe(Math.min(maxBytes, Math.max(needed, 2 * half.length)))
      half.copy(larger, 0, 0, length)
      half = larger
    }
    piece.copy(half, length)
    length = needed
    return true
  }

  const take = (): Buffer => {
    const line = half.subarray(0, length)
    half = NOTHING
    length = 0
    return line
  }

  return function* split(piece) {
    let from = 0
    for (let at = piece.indexOf(LINE_FEED); at !== -1; at = piece.indexOf(LINE_FEED, from)) {
      yield keep(piece.subarray(from, at)) ? take() : 'too long'
      from = at + 1
    }
    if (!keep(piece.subarray(from))) yield 'too long'
  }
}
