import { create } from 'zustand'
import type { ArchiveLogFilter, LogRow, LogViewState } from '../../../shared/contracts/archive-log.ts'
import type { Answer, CallChannel, OutputOf } from '../../../shared/contracts/bridge.ts'
import { askArchive } from '../../ask-archive.ts'
import { type BridgeError, onMain } from '../../bridge.ts'
import type { LogPlace } from './log-place.ts'
import { PAGE_ROWS, RowCache } from './row-cache.ts'

export const EVERYTHING: ArchiveLogFilter = { minLevel: 'trace', source: '', text: '', pattern: false }

/** While text is typed, the filter waits for the next letter so long. Milliseconds. */
const TYPING_MS = 150
/** Rows of the end that come along with the news while it is followed, so that no row is ever blank there. */
const TAIL_ROWS = 100
/** An archive that gave no answer is asked again. Milliseconds. */
const RETRY_MS = 2_000

interface LogViewStore {
  readonly status: 'closed' | 'opening' | 'open' | 'failed'
  readonly error: BridgeError | null
  /** As the controls show it. */
  readonly filter: ArchiveLogFilter
  /** Why the filter's pattern is not used, and the filter before it still holds; empty when it is used. */
  readonly filterError: string
  readonly view: LogViewState | null
  /** Rises when rows have come, which are in `rowOf`. */
  readonly version: number
  /** Whether the end is kept in sight; the end of the view at the moment when that ended, otherwise. */
  readonly following: boolean
  readonly heldEnd: number
  /** The row that is meant, and what it unfolds to. */
  readonly marked: number | null
  readonly unfolded: boolean
  /** Counts the times that the marked row is to be brought into sight. */
  readonly reveal: number
  /** One sentence about the last thing that was looked for; empty where there is nothing to say. */
  readonly note: string
  readonly open: () => Promise<void>
  readonly close: () => void
  readonly setFilter: (changed: Partial<ArchiveLogFilter>) => void
  /** Loads what is missing of these rows. */
  readonly need: (from: number, to: number) => void
  readonly rowOf: (row: number) => LogRow | undefined
  readonly hold: () => void
  readonly follow: () => void
  readonly mark: (row: number | null, unfolded: boolean) => void
  /** Marks the row nearest to a place in the whole log, under a filter that hides nothing. */
  readonly goTo: (place: LogPlace) => Promise<void>
  /** Marks the next warning or error after a row. */
  readonly seek: (direction: 'next' | 'previous', from: number) => Promise<void>
}

type ArchiveChannel = Extract<CallChannel, `archive.log${string}`>
type ValueOf<K extends ArchiveChannel> = OutputOf<K> extends Answer<infer T> ? T : never

const rows = new RowCache()
const underWay = new Set<string>()
let off: (() => void) | undefined
let typing: ReturnType<typeof setTimeout> | undefined
let retry: ReturnType<typeof setTimeout> | undefined
let latest: LogViewState | undefined
let taking = false
/** Rises with each opening, so that an answer for one before it is known. */
let opening = 0

export const useLogView = create<LogViewStore>()((set, get) => {
  const load = async (view: number, from: number, count: number): Promise<boolean> => {
    const answer: Answer<ValueOf<'archive.logPage'>> = await askArchive('archive.logPage', {
      view,
      from,
      count,
    })
    if (get().view?.view !== view) return false
    if (answer.ok) {
      rows.put(from, answer.value.rows)
      return true
    }
    // A view that is gone is followed by the news of the next one; anything else means that nobody answers.
    if (answer.error.code !== 'archive_refused') fail(answer.error)
    return false
  }

  const fail = (error: BridgeError): void => {
    set({ status: 'failed', error })
    clearTimeout(retry)
    retry = setTimeout(() => {
      if (get().status === 'failed') void get().open()
    }, RETRY_MS)
  }

  /** Takes the news; where the end is followed, together with the rows that stand there now. */
  const take = async (): Promise<void> => {
    if (taking) return
    taking = true
    try {
      for (let news = latest; news !== undefined; news = latest) {
        latest = undefined
        const before = get().view
        if (before === null || news.view < before.view) continue
        if (news.view !== before.view) {
          rows.clear()
          set({ view: news, marked: null, unfolded: false, version: get().version + 1 })
        }
        const end = news.first + news.total
        if (get().following && end !== before.first + before.total) {
          const from = Math.max(news.first, end - TAIL_ROWS)
          await load(news.view, from, end - from)
        }
        if (get().view?.view === news.view) set({ view: news, version: get().version + 1 })
      }
    } finally {
      taking = false
    }
  }

  const begin = async (filter: ArchiveLogFilter): Promise<boolean> => {
    opening += 1
    const mine = opening
    const answer: Answer<ValueOf<'archive.logOpen'>> = await askArchive('archive.logOpen', filter)
    if (mine !== opening) return false
    if (!answer.ok) {
      if (answer.error.code === 'bad_pattern') set({ filterError: answer.error.message })
      else fail(answer.error)
      return false
    }
    // Its first news may have come before the answer.
    const known = [latest, get().view].find((news) => news?.view === answer.value.view)
    const view = known ?? answer.value
    latest = undefined
    rows.clear()
    set({
      status: 'open',
      error: null,
      filterError: '',
      view,
      following: true,
      marked: null,
      unfolded: false,
      note: '',
      version: get().version + 1,
    })
    const from = Math.max(view.first, view.first + view.total - TAIL_ROWS)
    if (view.total > 0 && (await load(view.view, from, TAIL_ROWS))) set({ version: get().version + 1 })
    return true
  }

  const show = (row: number): void =>
    set((store) => ({
      marked: row,
      following: false,
      heldEnd: endOf(store),
      reveal: store.reveal + 1,
      note: '',
    }))

  return {
    status: 'closed',
    error: null,
    filter: EVERYTHING,
    filterError: '',
    view: null,
    version: 0,
    following: true,
    heldEnd: 0,
    marked: null,
    unfolded: false,
    reveal: 0,
    note: '',
    async open() {
      off ??= onMain('archive.log', (news) => {
        latest = news
        if (get().view !== null) void take()
      })
      if (get().status === 'closed') set({ status: 'opening' })
      await begin(get().filter)
    },
    close() {
      off?.()
      off = undefined
      opening += 1
      clearTimeout(typing)
      clearTimeout(retry)
      rows.clear()
      set({ status: 'closed', view: null, marked: null, unfolded: false })
      void askArchive('archive.logClose', {})
    },
    setFilter(changed) {
      const filter = { ...get().filter, ...changed }
      set({ filter })
      clearTimeout(typing)
      typing = setTimeout(() => void begin(filter), 'text' in changed ? TYPING_MS : 0)
    },
    need(from, to) {
      const view = get().view
      if (view === null) return
      const end = view.first + view.total
      for (const page of rows.missing(Math.max(from, view.first), Math.min(to, end))) {
        const name = `${view.view}:${page}`
        if (underWay.has(name)) continue
        underWay.add(name)
        const first = Math.max(page, view.first)
        void load(view.view, first, page + PAGE_ROWS - first)
          .then((came) => (came ? set({ version: get().version + 1 }) : undefined))
          .finally(() => underWay.delete(name))
      }
    },
    rowOf: (row) => rows.get(row),
    hold() {
      if (get().following) set({ following: false, heldEnd: endOf(get()) })
    },
    follow: () => set({ following: true }),
    mark: (row, unfolded) => {
      set({ marked: row, unfolded, note: '' })
      if (row !== null) get().hold()
    },
    async goTo(place) {
      if (JSON.stringify(get().filter) !== JSON.stringify(EVERYTHING) || get().view === null) {
        set({ filter: EVERYTHING })
        if (!(await begin(EVERYTHING))) return
      }
      const view = get().view
      if (view === null) return
      get().hold()
      const answer: Answer<ValueOf<'archive.logFind'>> = await askArchive('archive.logFind', {
        ...place,
        view: view.view,
      })
      if (!answer.ok) set({ note: answer.error.message })
      else if (answer.value.row === null) set({ note: 'That line is not in the log any more.' })
      else show(answer.value.row)
    },
    async seek(direction, from) {
      const view = get().view
      if (view === null) return
      const answer: Answer<ValueOf<'archive.logSeek'>> = await askArchive('archive.logSeek', {
        view: view.view,
        from,
        direction,
        level: 'error',
      })
      if (!answer.ok) set({ note: answer.error.message })
      else if (answer.value.row === null) {
        set({
          note:
            direction === 'next'
              ? 'There is no error after this line.'
              : 'There is no error before this line.',
        })
      } else show(answer.value.row)
    },
  }
})

const endOf = ({ view }: Pick<LogViewStore, 'view'>): number => (view === null ? 0 : view.first + view.total)
