/** Bytes of a line that are kept; what is longer is cut, and its rest passed over. */
const MAX_LINE_BYTES = 64 * 1024
const LINE_FEED = 10

export interface LineSplitter {
  /** The lines that this piece completes. */
  readonly push: (piece: Buffer) => readonly string[]
  /** Forgets a half line: the file begins anew. */
  readonly reset: () => void
}

/** Splits bytes, not text: a character that is torn between two reads stays whole. */
export const createLineSplitter = (): LineSplitter => {
  let partial: Buffer[] = []
  let length = 0
  const add = (piece: Buffer): void => {
    const kept = piece.subarray(0, Math.max(0, MAX_LINE_BYTES - length))
    // Copied, because the reader fills the same memory again.
    if (kept.length > 0) partial.push(Buffer.from(kept))
    length += kept.length
  }
  const take = (): string => {
    const line = Buffer.concat(partial).toString('utf8').replace(/\r$/, '')
    partial = []
    length = 0
    return line
  }
  return {
    push(piece) {
      const lines: string[] = []
      let from = 0
      for (let at = piece.indexOf(LINE_FEED); at !== -1; at = piece.indexOf(LINE_FEED, from)) {
        add(piece.subarray(from, at))
        lines.push(take())
        from = at + 1
      }
      add(piece.subarray(from))
      return lines
    },
    reset() {
      partial = []
      length = 0
    },
  }
}
