import type { LockdownView, StopResultView } from '../../shared/contracts/app-state.ts'
import { voidAll } from '../../shared/state/pairing-store.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import type { GatewayRunner } from '../children/gateway-runner.ts'
import { cookieOfStateDir } from '../processes/run-cookie.ts'
import { killAll } from './kill-all.ts'
import { type LatchState, readLatch, resumeLatch, writeLatch } from './latch.ts'
import { stopEverything } from './stop-everything.ts'

export interface LockdownOptions {
  readonly paths: StatePaths
  readonly now: () => number
  readonly runner: GatewayRunner
  /** How it began: what was on disk when the supervisor started. */
  readonly latch: LatchState
  readonly onChange: (view: LockdownView | null) => void
  readonly onError: (error: unknown) => void
}

export interface Lockdown {
  readonly stop: (by: string, reason: string) => Promise<StopResultView>
  readonly resume: (by: string, reason: string) => Promise<void>
  /** Brings the supervisor in line with the latch on disk, which the cli may have set or removed. */
  readonly follow: () => Promise<void>
}

/** The lockdown as this supervisor holds it: in memory at once, on disk by the latch. */
export const createLockdown = (options: LockdownOptions): Lockdown => {
  const { paths, now, runner, onChange, onError } = options
  let view: LockdownView | null = null
  /** False while only the memory holds it: the disk refused, or has not answered yet. */
  let onDisk = options.latch.kind === 'locked'
  /** Rises with every act of this process, so that what was read from the disk before it is not believed. */
  let acts = 0

  const show = (next: LockdownView | null): void => {
    view = next
    onChange(view)
  }
  if (options.latch.kind === 'locked') {
    const { at, by, reason } = options.latch
    show({ at, by, reason, result: null })
  }

  const stop = async (by: string, reason: string): Promise<StopResultView> => {
    acts += 1
    runner.dispatch({ type: 'lockdown' })
    const first = view ?? { at: now(), by, reason, result: null }
    show({ ...first, result: null })
    const result = await stopEverything({ paths, by, reason, children: runner.groups(), now })
    acts += 1
    onDisk = result.latchMs !== null
    show({ ...first, result })
    // Codes from before the stop are worth nothing after it; a busy store must not hold up the result.
    void voidAll(paths).catch(onError)
    return result
  }

  const resume = async (by: string, reason: string): Promise<void> => {
    await voidAll(paths).catch(onError)
    acts += 1
    await resumeLatch(paths, { at: now(), by, reason })
    acts += 1
    onDisk = false
    runner.dispatch({ type: 'resume' })
    show(null)
  }

  const follow = async (): Promise<void> => {
    const before = acts
    const latch = await readLatch(paths)
    if (acts !== before) return
    const locked = runner.view().state.phase === 'locked'
    if (latch.kind === 'locked') {
      onDisk = true
      if (locked) return
      const { at, by, reason } = latch
      runner.dispatch({ type: 'lockdown' })
      show({ at, by, reason, result: null })
      await killAll({ groups: new Set(runner.groups()), cookie: cookieOfStateDir(paths.root) })
    } else if (locked && onDisk) {
      // Resumed by the cli, which kept the record.
      onDisk = false
      runner.dispatch({ type: 'resume' })
      show(null)
    } else if (locked && view !== null) {
      const { at, by, reason } = view
      await writeLatch(paths, { at, by, reason })
      onDisk = true
    }
  }

  return { stop, resume, follow }
}
