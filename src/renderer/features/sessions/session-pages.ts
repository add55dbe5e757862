// The list of sessions, a page at a time: of thousands only what was looked at is held. Pure.
import type { SessionRow } from '../../../shared/contracts/archive-sessions.ts'

/** Rows of one page. */
export const PAGE = 100

export interface SessionPages {
  /** Null: not known yet. */
  readonly total: number | null
  readonly pages: ReadonlyMap<number, readonly SessionRow[]>
  /** Those that show what was, until they are there anew. */
  readonly stale: ReadonlySet<number>
}

export const noPages: SessionPages = { total: null, pages: new Map(), stale: new Set() }

export const rowAt = ({ pages }: SessionPages, index: number): SessionRow | undefined =>
  pages.get(Math.floor(index / PAGE))?.[index % PAGE]

export const rowOf = ({ pages }: SessionPages, ref: string): SessionRow | undefined => {
  for (const rows of pages.values()) {
    const found = rows.find((row) => row.ref === ref)
    if (found !== undefined) return found
  }
  return undefined
}

/** The pages that hold the rows from `first` to `last`, both included. */
export const pagesOf = (first: number, last: number): readonly number[] => {
  const from = Math.floor(Math.max(0, first) / PAGE)
  const to = Math.floor(Math.max(0, last) / PAGE)
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

/** The first page among these that is missing or stale; undefined when all are there. */
export const missingPage = (
  { total, pages, stale }: SessionPages,
  wanted: readonly number[],
): number | undefined =>
  wanted.find(
    (page) =>
      (!pages.has(page) && (total === null || isPageOf(page, total))) || (pages.has(page) && stale.has(page)),
  )

/** The first page is one of every list, the empty one too: it is where an empty list begins to fill. */
const isPageOf = (page: number, total: number): boolean => page === 0 || page * PAGE < total

export const withPage = (
  state: SessionPages,
  page: number,
  answer: { readonly total: number; readonly rows: readonly SessionRow[] },
): SessionPages => {
  const pages = new Map(state.pages)
  // Sessions that are gone take the last pages with them.
  for (const known of pages.keys()) if (!isPageOf(known, answer.total)) pages.delete(known)
  // A page that should have rows and has none is held all the same, or it would be asked for without end.
  if (isPageOf(page, answer.total)) pages.set(page, answer.rows)
  else pages.delete(page)
  const stale = new Set(state.stale)
  stale.delete(page)
  return { total: answer.total, pages, stale }
}

/** What is known is shown until it is there anew; pages that nobody looks at are forgotten. */
export const outdated = ({ total, pages }: SessionPages, wanted: readonly number[]): SessionPages => {
  const kept = new Map([...pages].filter(([page]) => wanted.includes(page)))
  return { total, pages: kept, stale: new Set(kept.keys()) }
}
