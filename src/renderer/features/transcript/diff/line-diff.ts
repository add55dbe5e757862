// What an edit changed, line by line: the longest common lines stay, the rest goes or comes. Pure.

export type DiffLine = { readonly kind: 'same' | 'gone' | 'come'; readonly text: string }

/** Lines of one side after what is equal at both ends, times those of the other: beyond it the answer is not worth its time. */
const MAX_CELLS = 250_000

/** The lines of both sides in one order; null where the sides are too large to compare. */
export const diffLines = (before: string, after: string): readonly DiffLine[] | null => {
  const [old, now] = [linesOf(before), linesOf(after)]
  const head = commonHead(old, now)
  const tail = commonTail(old, now, head)
  const [oldMiddle, nowMiddle] = [old.slice(head, old.length - tail), now.slice(head, now.length - tail)]
  if (oldMiddle.length * nowMiddle.length > MAX_CELLS) return null
  return [...same(old.slice(0, head)), ...middle(oldMiddle, nowMiddle), ...same(old.slice(old.length - tail))]
}

export type DiffPart =
  | { readonly kind: 'lines'; readonly lines: readonly DiffLine[] }
  /** So many equal lines are left out here. */
  | { readonly kind: 'left out'; readonly count: number }

/** Keeps `context` equal lines around each change and leaves the others out. */
export const foldSame = (lines: readonly DiffLine[], context: number): readonly DiffPart[] => {
  const kept = new Uint8Array(lines.length)
  for (const [index, line] of lines.entries()) {
    if (line.kind !== 'same') kept.fill(1, Math.max(0, index - context), index + context + 1)
  }
  const parts: DiffPart[] = []
  let from = 0
  while (from < lines.length) {
    let to = from
    while (to < lines.length && kept[to] === kept[from]) to += 1
    parts.push(
      kept[from] === 1
        ? { kind: 'lines', lines: lines.slice(from, to) }
        : { kind: 'left out', count: to - from },
    )
    from = to
  }
  return parts
}

// A text that ends with a line feed has no further, empty line.
const linesOf = (text: string): readonly string[] =>
  text === '' ? [] : (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')

const same = (lines: readonly string[]): readonly DiffLine[] => lines.map((text) => ({ kind: 'same', text }))

const commonHead = (old: readonly string[], now: readonly string[]): number => {
  const most = Math.min(old.length, now.length)
  let count = 0
  while (count < most && old[count] === now[count]) count += 1
  return count
}

const commonTail = (old: readonly string[], now: readonly string[], head: number): number => {
  const most = Math.min(old.length, now.length) - head
  let count = 0
  while (count < most && old[old.length - 1 - count] === now[now.length - 1 - count]) count += 1
  return count
}

const middle = (old: readonly string[], now: readonly string[]): readonly DiffLine[] => {
  const width = now.length + 1
  // How many lines the rests of both sides have in common, from each pair of lines on.
  const common = new Uint32Array((old.length + 1) * width)
  const at = (row: number, column: number): number => common[row * width + column] ?? 0
  for (let row = old.length - 1; row >= 0; row -= 1) {
    for (let column = now.length - 1; column >= 0; column -= 1) {
      common[row * width + column] =
        old[row] === now[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1))
    }
  }
  const lines: DiffLine[] = []
  let [row, column] = [0, 0]
  while (row < old.length || column < now.length) {
    const [gone, come] = [old[row], now[column]]
    if (gone !== undefined && gone === come) {
      lines.push({ kind: 'same', text: gone })
      row += 1
      column += 1
    } else if (gone !== undefined && (come === undefined || at(row + 1, column) >= at(row, column + 1))) {
      lines.push({ kind: 'gone', text: gone })
      row += 1
    } else if (come !== undefined) {
      lines.push({ kind: 'come', text: come })
      column += 1
    }
  }
  return lines
}
