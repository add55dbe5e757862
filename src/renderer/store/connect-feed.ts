import { callMain, onMain, toBridgeError } from '../bridge.ts'
import { useApp } from './app-store.ts'

/** After a failed or insufficient answer the whole is asked for again, not sooner than this. Milliseconds. */
const RETRY_MS = 2000

let fetching = false
let retry: ReturnType<typeof setTimeout> | undefined

/** Asks main for the whole state, once at a time. Tries again by itself as long as it fails. */
export const fetchState = async (): Promise<void> => {
  if (fetching) return
  fetching = true
  clearTimeout(retry)
  const { dispatch } = useApp.getState()
  try {
    dispatch({ type: 'snapshot', snapshot: await callMain('state.get', undefined) })
  } catch (thrown) {
    dispatch({ type: 'failed', error: toBridgeError(thrown), at: Date.now() })
  } finally {
    fetching = false
  }
  if (useApp.getState().feed.status !== 'live') retry = setTimeout(() => void fetchState(), RETRY_MS)
}

/** Connects the store to main: listens first, then asks, so that no change falls in between. */
export const connectFeed = (): (() => void) => {
  const off = onMain('state.patch', (patch) => {
    useApp.getState().dispatch({ type: 'patch', patch })
    if (useApp.getState().feed.status === 'behind') void fetchState()
  })
  void fetchState()
  return () => {
    off()
    clearTimeout(retry)
  }
}
