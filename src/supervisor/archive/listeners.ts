import type { ArchiveEvent, ArchivePayload } from '../../shared/contracts/archive.ts'
import type { HeardEvent } from './read-line.ts'

type Listener<K extends ArchiveEvent> = (payload: ArchivePayload<K>) => void

/** Who wants to hear which event. One that throws does not keep the others from hearing. */
export interface Listeners {
  /** Returns what ends it. */
  readonly on: <K extends ArchiveEvent>(event: K, listener: Listener<K>) => () => void
  readonly tell: (event: HeardEvent) => void
}

export const createListeners = (onError: (error: unknown) => void): Listeners => {
  const heard: { readonly [K in ArchiveEvent]: Set<Listener<K>> } = {
    status: new Set(),
    grown: new Set(),
    log: new Set(),
  }

  const each = <K extends ArchiveEvent>(
    listeners: ReadonlySet<Listener<K>>,
    payload: ArchivePayload<K>,
  ): void => {
    for (const listener of listeners) {
      try {
        listener(payload)
      } catch (error) {
        onError(error)
      }
    }
  }

  return {
    on: (event, listener) => {
      // The same listener twice is two.
      const own: typeof listener = (payload) => listener(payload)
      heard[event].add(own)
      return () => heard[event].delete(own)
    },
    tell(event) {
      switch (event.name) {
        case 'status':
          return each(heard.status, event.payload)
        case 'grown':
          return each(heard.grown, event.payload)
        case 'log':
          return each(heard.log, event.payload)
      }
    },
  }
}
