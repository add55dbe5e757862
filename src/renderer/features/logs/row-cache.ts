// The rows of the log that the window holds: those near what is looked at. They are asked for by pages.
import type { LogRow } from '../../../shared/contracts/archive-log.ts'

export const PAGE_ROWS = 200
const KEEP_ROWS = 8_000
/** Rows this near to the last that were asked for stay. */
const NEAR_ROWS = 2_000

export class RowCache {
  readonly #rows = new Map<number, LogRow>()

  get(row: number): LogRow | undefined {
    return this.#rows.get(row)
  }

  put(from: number, rows: readonly LogRow[]): void {
    for (const [index, row] of rows.entries()) this.#rows.set(from + index, row)
    if (this.#rows.size <= KEEP_ROWS) return
    for (const row of this.#rows.keys()) if (Math.abs(row - from) > NEAR_ROWS) this.#rows.delete(row)
  }

  /** The first rows of the pages in which something of [from, to) is missing. */
  missing(from: number, to: number): readonly number[] {
    const pages: number[] = []
    for (let page = Math.floor(from / PAGE_ROWS) * PAGE_ROWS; page < to; page += PAGE_ROWS) {
      for (let row = Math.max(page, from); row < Math.min(page + PAGE_ROWS, to); row += 1) {
        if (this.#rows.has(row)) continue
        pages.push(page)
        break
      }
    }
    return pages
  }

  clear(): void {
    this.#rows.clear()
  }
}
