import type { FollowedFile } from './follow-files.ts'
import type { LineTable } from './line-table.ts'
import { compileMatcher } from './match-line.ts'
import { readRows } from './read-blocks.ts'
import { searchRun } from './search-lines.ts'

/** A line without a time is passed over, but not more of them than this. */
const PASS_OVER = 64
/** An event's lines stand together: so many rows without one of it, and its first has been found. */
const APART = 20_000
const BLOCKS_BACK = 48

type Files = readonly FollowedFile[]

/** The first row of the table at or after this moment, taking the log for ordered. Milliseconds since the epoch. */
export const rowAtTime = (table: LineTable, files: Files, at: number): number => {
  let [low, high] = [0, table.rows]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const time = timeFrom(table, files, middle, high)
    if (time !== null && time < at) low = middle + 1
    else high = middle
  }
  return low
}

const timeFrom = (table: LineTable, files: Files, row: number, high: number): number | null => {
  const rows = Array.from({ length: Math.min(PASS_OVER, high - row) }, (_, index) => row + index)
  for (let from = 0, step = 1; from < rows.length; from += step, step *= 4) {
    for (const { at } of readRows(table, files, rows.slice(from, from + step))) if (at !== null) return at
  }
  return null
}

/** The row of a line of a file, by the file's path or its name; null: it is not there. */
export const rowOfLine = (table: LineTable, files: Files, file: string, line: number): number | null => {
  const ids = new Set(
    files.flatMap(({ path }, id) =>
      path === file || path.endsWith(`/${file}`) || path.endsWith(`\\${file}`) ? [id] : [],
    ),
  )
  const block = table.blocks.findLast(({ file: id, firstLine }) => ids.has(id) && firstLine <= line)
  if (block === undefined) return null
  // Where the line itself was left out, the one before it is the nearest.
  return block.firstRow + Math.min(block.rows - 1, line - block.firstLine)
}

/** The first row that names this event, looked for from the newest back; a step at a time, to let others in between. */
export function* findEvent(
  table: LineTable,
  files: Files,
  event: string,
): Generator<undefined, number | null, undefined> {
  const named = compileMatcher({ minLevel: 'trace', source: '', text: event, pattern: false }, table)
  const matcher = {
    ...named,
    // Looked for exactly, so all of it stands in the file as it is, unless JSON writes it otherwise.
    required: /^[\w:./+@-]+$/.test(event) ? event.toLowerCase() : named.required,
    matches: (line: { readonly event: string }) => line.event === event,
  }
  let found: number | null = null
  for (let last = table.blocks.length - 1; last >= 0; ) {
    const first = Math.max(0, last + 1 - BLOCKS_BACK)
    const range = { untilBlock: last + 1, from: 0, until: table.rows }
    let here: number | null = null
    for (let block = first; block <= last; ) {
      const { rows, next } = searchRun(table, files, matcher, { ...range, block })
      here ??= rows[0] ?? null
      block = next
    }
    found = here ?? found
    if (found !== null && found - (table.blocks[first]?.firstRow ?? 0) > APART) return found
    last = first - 1
    yield undefined
  }
  return found
}
