import type { TurnProgress } from '../../shared/contracts/bridge.ts'
import type { FromGateway, ToGateway } from '../../shared/contracts/gateway.ts'

/** The one session whose turns are watched, over every gateway that runs meanwhile. */
export interface TurnWatch {
  readonly watch: (session: string | null) => void
  /** @returns ends it. */
  readonly subscribe: (listener: (progress: TurnProgress) => void) => () => void
  /** A gateway is ready: it is told what is watched. */
  ready(): void
  heard(progress: Extract<FromGateway, { readonly type: 'progress' }>): void
  /** The gateway is gone, and its turn with it. */
  gone(): void
}

/** @param send false: there is no gateway, or it takes nothing. */
export const createTurnWatch = (send: (message: ToGateway) => boolean): TurnWatch => {
  const listeners = new Set<(progress: TurnProgress) => void>()
  let watched: string | null = null
  let isUnderWay = false

  const tell = (progress: TurnProgress): void => {
    isUnderWay = progress.state !== 'over'
    for (const listener of listeners) listener(progress)
  }
  return {
    watch: (session) => {
      if (session === watched) return
      watched = session
      isUnderWay = false
      send({ type: 'watch', session })
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    ready: () => {
      if (watched !== null) send({ type: 'watch', session: watched })
    },
    heard: ({ session, event, state, text, cut, tool }) => {
      // Of the one before, still on its way; or of a gateway that tells what nobody asked for.
      if (session === watched) tell({ session, event, state, text, cut, tool })
    },
    gone: () => {
      if (watched !== null && isUnderWay)
        tell({ session: watched, event: '', state: 'over', text: '', cut: 0, tool: '' })
    },
  }
}
