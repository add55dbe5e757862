// Where the rows of a very long list are: all are of one height, but for the few whose own is known. Pure.

export const ROW_PX = 20

/** A browser lays out nothing taller than some 33 million pixels; a longer list is shown in parts of so many rows. */
export const MAX_ROWS = 1_000_000

/** The part of the rows [first, end) that is laid out, beginning at `wanted`, or with the last row where null. */
export const partOf = (
  first: number,
  end: number,
  wanted: number | null,
  most = MAX_ROWS,
): { readonly from: number; readonly to: number } => {
  if (end - first <= most) return { from: first, to: end }
  const from = Math.min(end - most, Math.max(first, wanted ?? end))
  return { from, to: from + most }
}

export interface Geometry {
  readonly height: number
  /** Pixels from the top of the part. */
  readonly top: (row: number) => number
  /** The row that has this pixel, within the part. */
  readonly rowAt: (y: number) => number
}

/** `heights`: of the rows that differ, by row. */
export const geometryOf = (
  { from, to }: { readonly from: number; readonly to: number },
  heights: ReadonlyMap<number, number>,
): Geometry => {
  const odd = [...heights].filter(([row]) => row >= from && row < to).toSorted(([a], [b]) => a - b)
  const rows = odd.map(([row]) => row)
  /** What the odd rows up to each one add, itself excluded. */
  const before: number[] = [0]
  for (const [, height] of odd) before.push((before.at(-1) ?? 0) + height - ROW_PX)
  const top = (row: number): number => (row - from) * ROW_PX + (before[countBelow(rows, row)] ?? 0)
  return {
    height: top(to),
    top,
    rowAt(y) {
      let [low, high] = [from, Math.max(from, to - 1)]
      while (low < high) {
        const middle = Math.floor((low + high + 1) / 2)
        if (top(middle) <= y) low = middle
        else high = middle - 1
      }
      return low
    },
  }
}

/** How many of the rows, which are in order, are before this one. */
const countBelow = (rows: readonly number[], row: number): number => {
  let [low, high] = [0, rows.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((rows[middle] ?? 0) < row) low = middle + 1
    else high = middle
  }
  return low
}
