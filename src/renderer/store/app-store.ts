import { create } from 'zustand'
import type { AppState } from '../../shared/contracts/app-state.ts'
import { emptyFeed, type Feed, type FeedEvent, stepFeed } from './feed.ts'

interface AppStore {
  readonly feed: Feed
  /** What lies over the screen now; single keys do nothing below it. */
  readonly overlay: 'palette' | 'sheet' | 'resume' | 'bundle' | 'inspect' | null
  readonly dispatch: (event: FeedEvent) => void
  readonly show: (overlay: AppStore['overlay']) => void
}

export const useApp = create<AppStore>()((set) => ({
  feed: emptyFeed,
  overlay: null,
  dispatch: (event) => set((store) => ({ feed: stepFeed(store.feed, event) })),
  show: (overlay) => set({ overlay }),
}))

/** One slice of the state, for a screen: screens are drawn only once there is a state. */
export const useSlice = <K extends keyof AppState>(key: K): AppState[K] =>
  useApp(({ feed }) => {
    if (feed.state === null) throw new Error('a screen was drawn before there was a state')
    return feed.state[key]
  })

/** Whether what the screen shows is what main has, so that the owner may act on it. */
export const useIsLive = (): boolean =>
  useApp(({ feed }) => feed.status === 'live' || feed.status === 'behind')

export const useIsLocked = (): boolean =>
  useApp(({ feed }) => feed.state?.lockdown != null || feed.state?.gateway.phase === 'locked')
