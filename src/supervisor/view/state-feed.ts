import type { AppState, StatePatch } from '../../shared/contracts/app-state.ts'
import type { Snapshot } from '../../shared/contracts/bridge.ts'

export interface StateFeed {
  /** The newest state, also what is not sent yet. */
  readonly state: () => AppState
  readonly update: (change: Partial<AppState>) => void
  /** The same for slices that have changed for certain: a flood of the gateway's must not cost comparisons. */
  readonly put: (change: Partial<AppState>) => void
  readonly snapshot: () => Snapshot
  readonly subscribe: (listener: (patch: StatePatch) => void) => () => void
}

/** Holds the state of the screens. Changes within one turn of the event loop go out as one numbered patch. */
export const createStateFeed = (initial: AppState): StateFeed => {
  let state = initial
  let sequence = 0
  let pending: Partial<AppState> = {}
  let scheduled = false
  const listeners = new Set<(patch: StatePatch) => void>()

  const flush = (): void => {
    scheduled = false
    if (Object.keys(pending).length === 0) return
    const changed = pending
    pending = {}
    sequence += 1
    for (const listener of listeners) listener({ sequence, changed })
  }

  const put = (changed: Partial<AppState>): void => {
    if (Object.keys(changed).length === 0) return
    state = { ...state, ...changed }
    pending = { ...pending, ...changed }
    if (!scheduled) setImmediate(flush)
    scheduled = true
  }

  return {
    state: () => state,
    put,
    update(change) {
      const before: Readonly<Record<string, unknown>> = { ...state }
      // A slice that says the same as before is no change: files are read again far more often than they differ.
      put(
        Object.fromEntries(
          Object.entries(change).filter(
            ([key, value]) => JSON.stringify(before[key]) !== JSON.stringify(value),
          ),
        ),
      )
    },
    snapshot: () => {
      flush()
      return { sequence, state }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
