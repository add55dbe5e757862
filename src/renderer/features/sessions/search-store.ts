import { create } from 'zustand'
import type { Hit } from '../../../shared/contracts/archive-sessions.ts'
import type { OutputOf } from '../../../shared/contracts/bridge.ts'
import { type ParsedQuery, parseQuery } from '../../../shared/domain/search-query.ts'
import { askArchive } from '../../ask-archive.ts'
import type { BridgeError } from '../../bridge.ts'

type Order = 'newest' | 'ranked'

interface Result {
  /** What was searched for: another text, where a newer answer is still on its way. */
  readonly text: string
  readonly order: Order
  readonly hits: readonly Hit[]
  readonly more: boolean
  readonly problems: readonly string[]
}

interface SearchStore {
  readonly text: string
  readonly parsed: ParsedQuery
  readonly order: Order
  /** Null: nothing has been found yet, or nothing is searched for. */
  readonly result: Result | null
  readonly error: BridgeError | null
  /** Whether the field is to have the focus as soon as it is there. */
  readonly toField: 'wanted' | 'done'
  readonly goToField: () => void
  readonly cameToField: () => void
  readonly type: (text: string) => void
  readonly setOrder: (order: Order) => void
  /** The page after the last hit; nothing while one is on its way. */
  readonly more: () => void
  /** The first page anew. */
  readonly refresh: () => void
}

const PAGE = 50
/** How many a search by rank gives: it has no second page. */
const RANKED = 200
/** Keys that follow each other faster are one search. Milliseconds. */
const PAUSE_MS = 25

/** Whether there is anything to search for; a half typed word of the language is nothing yet. */
export const isSearch = ({ query }: ParsedQuery): boolean => query.terms.length + query.filters.length > 0

// Each search has a number; an answer to an older one than the newest asked is dropped.
let asked = 0
let isPaging = false
let timer: ReturnType<typeof setTimeout> | undefined
let isAsking = false
let isWaiting = false

export const useSearch = create<SearchStore>()((set, get) => {
  const ask = (before: number | null): Promise<OutputOf<'archive.search'>> => {
    const { text, order } = get()
    return askArchive('archive.search', {
      query: text,
      order,
      before,
      limit: order === 'ranked' ? RANKED : PAGE,
    })
  }
  // One search at a time: behind a slow one waits only the newest.
  const searchNow = async (): Promise<void> => {
    timer = undefined
    if (isAsking) {
      isWaiting = true
      return
    }
    const { text, order, parsed } = get()
    if (!isSearch(parsed)) return
    isAsking = true
    const number = ++asked
    const answer = await ask(null)
    isAsking = false
    if (number === asked && text === get().text && order === get().order) {
      if (answer.ok) set({ error: null, result: { ...answer.value, text, order } })
      else set({ error: answer.error })
    }
    if (!isWaiting) return
    isWaiting = false
    void searchNow()
  }
  const readOn = async (result: Result): Promise<void> => {
    const last = result.hits.at(-1)
    if (last === undefined) return
    isPaging = true
    const number = asked
    const answer = await ask(last.id)
    isPaging = false
    if (number !== asked) return
    if (!answer.ok) {
      set({ error: answer.error })
      return
    }
    const { hits, more } = answer.value
    set({ error: null, result: { ...result, hits: [...result.hits, ...hits], more } })
  }
  const searchSoon = (): void => {
    timer ??= setTimeout(() => void searchNow(), PAUSE_MS)
  }
  return {
    text: '',
    parsed: parseQuery(''),
    order: 'newest',
    result: null,
    error: null,
    toField: 'done',
    goToField: () => set({ toField: 'wanted' }),
    cameToField: () => set({ toField: 'done' }),
    type: (text) => {
      asked += 1
      const parsed = parseQuery(text)
      if (isSearch(parsed)) {
        set({ text, parsed })
        searchSoon()
        return
      }
      // What is searched for no longer is not shown under an empty field.
      set({ text, parsed, result: null, error: null })
      clearTimeout(timer)
      timer = undefined
      isWaiting = false
    },
    setOrder: (order) => {
      asked += 1
      set({ order })
      searchSoon()
    },
    more: () => {
      const { result, text, order } = get()
      if (isPaging || result === null || !result.more || order === 'ranked') return
      // What stands there is of an older search; its next page is of no use.
      if (result.text !== text || result.order !== order) return
      void readOn(result)
    },
    refresh: searchSoon,
  }
})
