const LINE_FEED = 10
const NOTHING = Buffer.alloc(0)

/**
 * Splits what arrives into lines. Holds at most twice `maxBytes`, in however small pieces a line arrives, and no
 * half line is ever given out. The lines of one piece are split as they are asked for; all of them have to be.
 * @throws RangeError at a line of more than `maxBytes` bytes; then it must not be used any longer.
 */
export const createBoundedLines = (maxBytes: number): ((piece: Buffer) => Iterable<Buffer>) => {
  let half: Buffer = NOTHING
  let length = 0

  const keep = (piece: Buffer): void => {
    const needed = length + piece.length
    if (needed > maxBytes) throw new RangeError(`a line of more than ${maxBytes} bytes`)
    if (needed > half.length) {
      const larger = Buffer.allocUnsafe(Math.min(maxBytes, Math.max(needed, 2 * half.length)))
      half.copy(larger, 0, 0, length)
      half = larger
    }
    piece.copy(half, length)
    length = needed
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
      keep(piece.subarray(from, at))
      from = at + 1
      yield take()
    }
    keep(piece.subarray(from))
  }
}
