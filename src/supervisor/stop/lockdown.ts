import { randomUUID } from 'node:crypto'
import type { LockdownView, StopResultView } from '../../shared/contracts/stop-views.ts'
import { voidAll } from '../../shared/state/pairing-store.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import type { Audit } from '../audit/audit.ts'
import type { GatewayRunner } from '../children/gateway-runner.ts'
import type { OurContainer } from '../docker/our-containers.ts'
import { cookieOfStateDir } from '../processes/run-cookie.ts'
import { stopContainers } from './containers/stop-containers.ts'
import { killAll } from './kill/kill-all.ts'
import { isEnded, type LatchState, type Lock, readWitnesses } from './latch/latch.ts'
import { resumeLatch, stoppedAgain } from './latch/resume-latch.ts'
import { restoreLatchFile, writeLatch } from './latch/write-latch.ts'
import { stopEverything } from './stop-everything.ts'
import { findSurvivors, refuseSurvivors, type Unknowns } from './survivors.ts'
import { createTimeLine } from './time-line.ts'

export interface LockdownOptions {
  readonly paths: StatePaths
  /** Where Docker is, and which label is looked for. */
  readonly env: NodeJS.ProcessEnv
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly runner: Pick<GatewayRunner, 'view' | 'dispatch' | 'groups'>
  /** How it began: what was on disk when the supervisor started. */
  readonly latch: LatchState
  readonly audit: Audit
  /** Containers that were seen lately, so that STOP need not wait for a list. */
  readonly knownContainers: () => readonly OurContainer[]
  /** Where the log is now. */
  readonly logFile: () => string
  /** What takes secrets out of a text now. */
  readonly redact: () => (text: string) => string
  /** How a stop went that another process did, or this one before it was started again; null: nobody knows. */
  readonly resultOf: (incident: string) => Promise<StopResultView | null>
  readonly onChange: (view: LockdownView | null) => void
  readonly onError: (error: unknown) => void
}

export interface Lockdown {
  /** STOP. Never throws. */
  readonly stop: (by: string, reason: string) => Promise<StopResultView>
  /**
   * Ends the lockdown and starts nothing. It is in the audit before it happens.
   * Errors: `locked_down` where something lives or can not be looked for, `audit_unwritable`, `audit_broken`,
   * `latch_unwritable`: then the lockdown holds.
   */
  readonly resume: (by: string, reason: string, unknowns?: Unknowns) => Promise<void>
  /** Brings the supervisor in line with the latch on disk, which the cli may have set or ended. */
  readonly follow: () => Promise<void>
}

/** The latch was found on disk while something ran: whoever set it may not have killed it. Never throws. */
const killAgain = async ({ paths, env, runner }: LockdownOptions): Promise<void> => {
  const { elapsed } = createTimeLine()
  await Promise.all([
    killAll({ groups: new Set(runner.groups()), cookie: cookieOfStateDir(paths.root) }),
    stopContainers({ env, elapsed, step: () => undefined }),
  ])
}

/** The lockdown as this supervisor holds it: in memory at once, on disk by the latch. */
export const createLockdown = (options: LockdownOptions): Lockdown => {
  const { paths, env, now, runner, audit, onChange, onError } = options
  let view: LockdownView | null = null
  /** False while only the memory holds it: the disk refused, or has not answered yet. */
  let onDisk = options.latch.kind === 'locked'
  /** Rises with every act of this process, so that what was read from the disk before it is not believed. */
  let acts = 0
  /** Stops that are under way: what they will have shown in the end is not known yet. */
  let stopping = 0

  const show = (next: LockdownView | null): void => {
    view = next
    onChange(view)
  }

  /** A lockdown that this process has not made itself, with what is known of how it went. */
  const showFound = (lock: Lock): void => {
    const { at, by, reason, incident } = lock
    show({ at, by, reason, incident, result: null })
    void showResultOf(incident).catch(onError)
  }

  const showResultOf = async (incident: string): Promise<void> => {
    if (incident === '') return
    const result = await options.resultOf(incident)
    if (result !== null && view?.incident === incident && view.result === null && stopping === 0) {
      show({ ...view, result })
    }
  }

  if (options.latch.kind === 'locked') showFound(options.latch)

  const stop = async (by: string, reason: string): Promise<StopResultView> => {
    acts += 1
    stopping += 1
    runner.dispatch({ type: 'lockdown' })
    const first = view ?? { at: now(), by, reason, incident: '', result: null }
    show({ ...first, result: null })
    const { incident, ...result } = await stopEverything({
      paths,
      by,
      reason,
      env,
      children: runner.groups(),
      knownContainers: options.knownContainers(),
      now,
      logFile: options.logFile(),
      redact: options.redact(),
      audit,
    })
    acts += 1
    stopping -= 1
    if (result.latchMs !== null) onDisk = true
    show({ ...first, incident, result })
    // Codes from before the stop are worth nothing after it; a busy store must not hold up the result.
    void voidAll(paths).catch(onError)
    return result
  }

  const resume = async (by: string, reason: string, unknowns: Unknowns = 'refuse'): Promise<void> => {
    const before = acts
    // A stop of this process that came meanwhile, or is not even on disk yet, is none that the owner knew of.
    const refuseStopped = (): void => {
      if (acts !== before || stopping > 0) throw stoppedAgain()
    }
    const known = await readWitnesses(paths)
    const found = await findSurvivors({ paths, env, children: runner.groups() })
    refuseSurvivors(found, unknowns)
    const detail = { incident: view?.incident ?? '', by, reason, unknowns: found.error?.code ?? null }
    await audit.perform(
      { act: 'lockdown.resume', actor: by === 'cli' ? 'cli' : 'owner', detail },
      async () => {
        await voidAll(paths).catch(onError)
        refuseStopped()
        await resumeLatch(paths, { at: now(), by, reason }, known)
        refuseStopped()
        acts += 1
        onDisk = false
        runner.dispatch({ type: 'resume' })
        show(null)
      },
    )
  }

  const follow = async (): Promise<void> => {
    const before = acts
    const { latch, file, last } = await readWitnesses(paths)
    if (acts !== before) return
    const locked = runner.view().state.phase === 'locked'
    if (latch.kind === 'locked') {
      onDisk = true
      if (!locked) {
        runner.dispatch({ type: 'lockdown' })
        showFound(latch)
        await killAgain(options)
      } else await showResultOf(latch.incident)
      // The gateway looks at the file alone.
      if (file === 'absent' && acts === before) await restoreLatchFile(paths, latch)
    } else if (locked && onDisk && view !== null && stopping === 0 && isEnded(view, last)) {
      // Resumed by the cli, which kept the record. Not while a stop is on its way to the disk: that one is not ended.
      onDisk = false
      runner.dispatch({ type: 'resume' })
      show(null)
    } else if (locked && view !== null) {
      // The disk refused until now, or something took both records away: no resume did.
      const { at, by, reason } = view
      await writeLatch(paths, { at, by, reason, id: randomUUID() })
      onDisk = true
    }
  }

  return { stop, resume, follow }
}
