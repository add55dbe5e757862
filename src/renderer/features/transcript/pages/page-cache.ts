// The pages of one transcript that are held: few enough for any number of turns, the longest unseen goes first. What the
// file said before it grew is shown until it is read again, so that nothing flickers. Pure but for what it holds.
import type { Turn } from '../../../../shared/contracts/archive-transcript.ts'

/** Turns of one page. */
export const PAGE_TURNS = 100
/** Pages held; what is in sight is never more than two or three. */
const MAX_PAGES = 24

interface Held {
  readonly turns: ReadonlyMap<number, Turn>
  /** The state of the file it was read from, see `grown`. */
  readonly edition: number
}

export const pageOf = (turn: number): number => Math.floor(turn / PAGE_TURNS)

export class PageCache {
  readonly #pages = new Map<number, Held>()
  #edition = 0

  turn(turn: number): Turn | null {
    return this.#pages.get(pageOf(turn))?.turns.get(turn) ?? null
  }

  /** Counts how often the file changed; a page is kept with the count from before it was asked for. */
  get edition(): number {
    return this.#edition
  }

  keep(page: number, turns: readonly Turn[], edition: number): void {
    this.#pages.delete(page)
    this.#pages.set(page, { turns: new Map(turns.map((turn) => [turn.turn, turn])), edition })
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= MAX_PAGES) return
      this.#pages.delete(oldest)
    }
  }

  /** The pages among these that have to be asked for. Those that are there count as seen just now. */
  missing(pages: readonly number[]): readonly number[] {
    return pages.filter((page) => {
      const held = this.#pages.get(page)
      if (held === undefined) return true
      this.#pages.delete(page)
      this.#pages.set(page, held)
      return held.edition !== this.#edition
    })
  }

  /** The file has grown: what is held may have changed too (a result came for a call, a branch was left). */
  grown(): void {
    this.#edition += 1
  }

  /** Another file stands there now: what is held is of no turn of it. */
  clear(): void {
    this.#pages.clear()
    this.#edition += 1
  }
}

/** The pages that hold these rows, and the one before and after them, nearest first. */
export const pagesAround = (first: number, last: number, total: number): readonly number[] => {
  if (total === 0) return []
  const [from, to, end] = [pageOf(first), pageOf(Math.min(last, total - 1)), pageOf(total - 1)]
  const seen = Array.from({ length: to - from + 1 }, (_, index) => from + index)
  return [...seen, to + 1, from - 1].filter((page) => page >= 0 && page <= end)
}
