const LINE_FEED = 10

/** Calls with each line of what it is given, without its end; a line of more bytes than `max` is passed over. */
export const lineReader = (max: number, hear: (line: string) => void): ((piece: Buffer) => void) => {
  let kept: Buffer[] = []
  let length = 0
  const keep = (piece: Buffer): void => {
    length += piece.length
    if (length > max) kept = []
    else kept.push(piece)
  }
  return (piece) => {
    let from = 0
    for (let at = piece.indexOf(LINE_FEED); at !== -1; at = piece.indexOf(LINE_FEED, from)) {
      keep(piece.subarray(from, at))
      const line = length > max ? undefined : Buffer.concat(kept).toString('utf8')
      kept = []
      length = 0
      from = at + 1
      if (line !== undefined) hear(line)
    }
    keep(piece.subarray(from))
  }
}
