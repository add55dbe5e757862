import { type LogObject, parseLogObject } from '../../shared/log/parse-log-line.ts'
import type { FollowedFile } from './follow-files.ts'
import type { Block, LineTable } from './line-table.ts'
import { withFile } from './plain-file.ts'

/** Blocks that follow one another are read together up to here. Bytes. */
const READ_TOGETHER = 512 * 1024

/** The lines of blocks that follow one another, as they stand in the file now. */
export interface LineRun {
  readonly firstRow: number
  readonly rows: number
  readonly bytes: Buffer
}

/** Blocks from `from` (an index) on, at most up to before `until`, read in one go. Undefined: the file is not as it was. */
export const readRun = (
  table: LineTable,
  files: readonly FollowedFile[],
  from: number,
  until: number,
): { readonly run: LineRun | undefined; readonly next: number } => {
  const first = table.blocks[from]
  if (first === undefined) return { run: undefined, next: from + 1 }
  let next = from + 1
  let length = first.bytes
  let rows = first.rows
  for (; next < until; next += 1) {
    const block = table.blocks[next]
    if (block === undefined || !follows(first, length, block) || length + block.bytes > READ_TOGETHER) break
    length += block.bytes
    rows += block.rows
  }
  const file = files[first.file]
  return { run: file && readBytes(file, first, length, rows), next }
}

const follows = (first: Block, length: number, block: Block): boolean =>
  block.file === first.file && first.offset + length === block.offset

const readBytes = (file: FollowedFile, first: Block, length: number, rows: number): LineRun | undefined => {
  const opened = withFile(file.path, (open) => {
    if (open.ino !== file.ino || open.dev !== file.dev) return undefined
    const bytes = Buffer.allocUnsafe(length)
    return open.read(bytes, first.offset) === length ? bytes : undefined
  })
  if (opened.kind !== 'done' || opened.value === undefined) return undefined
  return { firstRow: first.firstRow, rows, bytes: opened.value }
}

/** Each line of it, by its row: where it begins and ends in the bytes. */
export const eachLine = (
  { firstRow, rows, bytes }: LineRun,
  visit: (row: number, from: number, end: number) => void,
): void => {
  let from = 0
  for (let row = firstRow; row < firstRow + rows; row += 1) {
    const end = bytes.indexOf(10, from)
    // Fewer lines than there were: the file changes just now, and the next look finds out.
    if (end === -1) return
    visit(row, from, end)
    from = end + 1
  }
}

/** These rows, which are in order. A line that is no longer there is an empty one. */
export const readRows = (
  table: LineTable,
  files: readonly FollowedFile[],
  rows: readonly number[],
): readonly LogObject[] => {
  const found = new Map<number, LogObject>()
  const wanted = new Set(rows)
  for (const row of rows) {
    if (found.has(row)) continue
    const block = table.blockOf(row)
    const { run } = readRun(table, files, block, block + 1)
    if (run === undefined) continue
    eachLine(run, (at, from, end) => {
      if (wanted.has(at))
        found.set(at, parseLogObject(run.bytes.toString('utf8', from, end).replace(/\r$/, '')))
    })
  }
  return rows.map((row) => found.get(row) ?? MISSING)
}

const MISSING: LogObject = {
  ...parseLogObject('(this line is no longer there: the file was changed a moment ago)'),
}
