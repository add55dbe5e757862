import { create } from 'zustand'
import { askArchive } from '../../ask-archive.ts'
import type { BridgeError } from '../../bridge.ts'
import {
  missingPage,
  noPages,
  outdated,
  PAGE,
  pagesOf,
  type SessionPages,
  withPage,
} from './session-pages.ts'

interface SessionStore {
  readonly list: SessionPages
  /** Why the last page could not be had; null when it could. */
  readonly error: BridgeError | null
  /** Has the pages of these rows read, one after the other. */
  readonly want: (first: number, last: number) => void
  /** Something has changed: reads what is looked at anew. */
  readonly refresh: () => void
}

let wanted: readonly number[] = [0]
let reading = false
/** How often something has changed. */
let changes = 0

export const useSessions = create<SessionStore>()((set, get) => {
  const readOn = async (): Promise<void> => {
    if (reading) return
    reading = true
    try {
      for (let page = next(); page !== undefined; page = next()) {
        const asked = changes
        // One page after the other on purpose: what is wanted may change in between.
        // oxlint-disable-next-line no-await-in-loop
        const answer = await askArchive('archive.sessions', { limit: PAGE, offset: page * PAGE })
        if (!answer.ok) {
          set({ error: answer.error })
          return
        }
        const list = withPage(get().list, page, answer.value)
        // Asked before the last change: it is shown, and asked for again.
        const isOld = asked !== changes
        set({ error: null, list: isOld ? { ...list, stale: new Set([...list.stale, page]) } : list })
      }
    } finally {
      reading = false
    }
  }
  const next = (): number | undefined => missingPage(get().list, wanted)
  return {
    list: noPages,
    error: null,
    want: (first, last) => {
      wanted = pagesOf(first, last)
      if (get().error === null) void readOn()
    },
    refresh: () => {
      changes += 1
      // A list that has become empty is filled from its beginning, wherever it was looked at.
      if (get().list.total === 0) wanted = [0]
      set({ list: outdated(get().list, wanted) })
      void readOn()
    },
  }
})
