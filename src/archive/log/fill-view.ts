import type { FollowedFile } from './follow-files.ts'
import type { LineTable } from './line-table.ts'
import type { LogView } from './log-view.ts'
import { searchRun } from './search-lines.ts'

/** Rows of the table that are tested between two looks at the clock. */
const ROWS_AT_ONCE = 20_000
/** Blocks that are searched together on the way back: about as much as is read in one go. */
const BLOCKS_BACK = 48

/** Looks at more of the table's rows for about so long: first at what is new, then back. True: there is more. */
export const fillView = (
  view: LogView,
  table: LineTable,
  files: readonly FollowedFile[],
  clock: () => number,
  until: number,
): boolean => {
  while (view.searching) {
    if (view.to < table.rows) fillForward(view, table, files)
    else fillBack(view, table, files)
    if (clock() >= until) return view.searching
  }
  return false
}

const fillForward = (view: LogView, table: LineTable, files: readonly FollowedFile[]): void => {
  const { matcher, to } = view
  if (!matcher.reads) {
    const until = Math.min(table.rows, to + ROWS_AT_ONCE)
    const rows: number[] = []
    for (let row = to; row < until; row += 1) if (matcher.mayMatch(table, row)) rows.push(row)
    view.addNewer(rows, until)
    return
  }
  const block = table.blockOf(to)
  const { rows, next } = searchRun(table, files, matcher, {
    block,
    untilBlock: table.blocks.length,
    from: to,
    until: table.rows,
  })
  view.addNewer(rows, table.blocks[next]?.firstRow ?? table.rows)
}

const fillBack = (view: LogView, table: LineTable, files: readonly FollowedFile[]): void => {
  const last = table.blockOf(view.from - 1)
  const first = Math.max(0, last + 1 - BLOCKS_BACK)
  const found: number[] = []
  const range = { untilBlock: last + 1, from: 0, until: view.from }
  for (let block = first; block <= last; ) {
    const { rows, next } = searchRun(table, files, view.matcher, { ...range, block })
    for (const row of rows) found.push(row)
    block = next
  }
  view.addOlder(found, table.blocks[first]?.firstRow ?? 0)
}
