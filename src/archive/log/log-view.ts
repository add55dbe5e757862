// The rows that one filter shows. Their numbers stay: the first look gives 0, what is written later follows, and older
// rows that are found later come before it with numbers below 0.

import { type GrowList, words } from './grow-list.ts'
import type { LineTable } from './line-table.ts'
import type { LineMatcher } from './match-line.ts'

export class LogView {
  readonly matcher: LineMatcher
  /** Found before the start, the newest first. */
  readonly #older: GrowList | undefined
  /** From the start on. */
  readonly #newer: GrowList | undefined
  readonly #table: LineTable
  /** Rows of the table from here on, and up to before `to`, have been looked at. */
  from: number
  to: number

  /** `everything`: the filter leaves nothing out, and no list is kept. */
  constructor(table: LineTable, matcher: LineMatcher, keeps: 'everything' | 'matches') {
    this.#table = table
    this.matcher = matcher
    this.#older = keeps === 'everything' ? undefined : words()
    this.#newer = keeps === 'everything' ? undefined : words()
    this.from = keeps === 'everything' || !matcher.reads ? 0 : table.rows
    this.to = this.from
  }

  get first(): number {
    return this.#older === undefined || this.#older.length === 0 ? 0 : -this.#older.length
  }

  get total(): number {
    if (this.#older === undefined || this.#newer === undefined) return this.#table.rows
    return this.#older.length + this.#newer.length
  }

  get searching(): boolean {
    return this.#older !== undefined && (this.from > 0 || this.to < this.#table.rows)
  }

  /** The row of the table under a number of the view that is within it. */
  rowAt(number: number): number {
    if (this.#older === undefined || this.#newer === undefined) return number
    return number < 0 ? this.#older.at(-1 - number) : this.#newer.at(number)
  }

  /** The number of the first row at or after one of the table; `first + total` where none is. */
  numberFrom(row: number): number {
    let [low, high] = [this.first, this.first + this.total]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (this.rowAt(middle) < row) low = middle + 1
      else high = middle
    }
    return low
  }

  addNewer(rows: readonly number[], to: number): void {
    for (const row of rows) this.#newer?.push(row)
    this.to = to
  }

  /** The rows are in order, and all before those that are here. */
  addOlder(rows: readonly number[], from: number): void {
    for (let at = rows.length - 1; at >= 0; at -= 1) this.#older?.push(rows[at] ?? 0)
    this.from = from
  }
}
