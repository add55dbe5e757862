import { parseLogObject } from '../../shared/log/parse-log-line.ts'
import type { FollowedFile } from './follow-files.ts'
import type { LineTable } from './line-table.ts'
import type { LineMatcher } from './match-line.ts'
import { eachLine, type LineRun, readRun } from './read-blocks.ts'

/** So JSON writes letters that it need not write so; a line with one may say what it does not seem to say. */
const ESCAPED = '\\u00'

/** Rows of [from, until) that match, in order, of the lines from this block on; and the block after those looked at. */
export const searchRun = (
  table: LineTable,
  files: readonly FollowedFile[],
  matcher: LineMatcher,
  at: { readonly block: number; readonly untilBlock: number; readonly from: number; readonly until: number },
): { readonly rows: readonly number[]; readonly next: number } => {
  const { run, next } = readRun(table, files, at.block, at.untilBlock)
  if (run === undefined) return { rows: [], next }
  const rows: number[] = []
  const couldBe = candidates(run, matcher.required)
  eachLine(run, (row, from, end) => {
    if (row < at.from || row >= at.until) return
    if (!couldBe(from, end) || !matcher.mayMatch(table, row)) return
    if (matcher.matches(parseLogObject(run.bytes.toString('utf8', from, end)))) rows.push(row)
  })
  return { rows, next }
}

/** Whether the letters that are required stand in a line; to be asked in order. */
const candidates = ({ bytes }: LineRun, required: string): ((from: number, end: number) => boolean) => {
  if (required === '') return () => true
  // Latin-1 keeps every byte at its place, and so does its lower case.
  const text = bytes.toString('latin1').toLowerCase()
  const finder = (wanted: string): ((from: number, end: number) => boolean) => {
    let hit = text.indexOf(wanted)
    return (from, end) => {
      if (hit !== -1 && hit < from) hit = text.indexOf(wanted, from)
      return hit !== -1 && hit < end
    }
  }
  const plain = finder(required)
  const escaped = finder(ESCAPED)
  return (from, end) => plain(from, end) || escaped(from, end)
}
