import { create } from 'zustand'
import type { LogLine } from '../../../../shared/contracts/app-state.ts'
import { type BridgeError, callMain, onMain, toBridgeError } from '../../../bridge.ts'
import { compileFilter, type LogFilter, type Matcher, showAll } from '../log-filter.ts'
import { addLines, emptyBuffer, type LogBuffer, refilter } from './log-buffer.ts'

interface LogStore {
  readonly status: 'idle' | 'loading' | 'live' | 'failed'
  readonly error: BridgeError | null
  readonly file: string
  readonly buffer: LogBuffer
  readonly filter: LogFilter
  readonly setFilter: (changed: Partial<LogFilter>) => void
  /** Follows the log, from the first time this screen is shown until the window closes. */
  readonly follow: () => Promise<void>
}

/** Lines are drawn at most this often, so that 20,000 a second cost no more than 20. Milliseconds. */
const DRAW_EVERY_MS = 100
let matches: Matcher = () => true
let pending: LogLine[] = []
let pendingDropped = 0
let timer: ReturnType<typeof setTimeout> | undefined
let off: (() => void) | undefined

export const useLogs = create<LogStore>()((set, get) => {
  const flush = (): void => {
    timer = undefined
    const [lines, dropped] = [pending, pendingDropped]
    pending = []
    pendingDropped = 0
    set(({ buffer }) => ({ buffer: addLines(buffer, lines, dropped, matches) }))
  }
  const receive = (lines: readonly LogLine[], dropped: number): void => {
    for (const line of lines) pending.push(line)
    pendingDropped += dropped
    timer ??= setTimeout(flush, DRAW_EVERY_MS)
  }
  return {
    status: 'idle',
    error: null,
    file: '',
    buffer: emptyBuffer,
    filter: showAll,
    setFilter: (changed) => {
      const filter = { ...get().filter, ...changed }
      matches = compileFilter(filter)
      set(({ buffer }) => ({ filter, buffer: refilter(buffer, matches) }))
    },
    follow: async () => {
      const { status } = get()
      if (status === 'loading' || status === 'live') return
      set({ status: 'loading', error: null })
      // What arrives before the first lines do waits in `pending`, behind them.
      off ??= onMain('logs.lines', ({ lines, dropped }) => receive(lines, dropped))
      try {
        const { file, lines } = await callMain('logs.follow', undefined)
        pending = [...lines, ...pending]
        flush()
        set({ status: 'live', file })
      } catch (thrown) {
        set({ status: 'failed', error: toBridgeError(thrown) })
      }
    },
  }
})
