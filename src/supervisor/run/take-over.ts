import { setTimeout as sleep } from 'node:timers/promises'
import { ClawdbotError } from '../../shared/domain/error.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { isSupervised, readRunFile } from './run-file.ts'

/** Longer than a supervisor gives its gateway for a gentle end. */
const PATIENCE_MS = 15_000
const LOOK_EVERY_MS = 25

/** What was taken over, and which version of Clawdbot it was. */
export interface TakenOver {
  readonly pid: number
  readonly program: string
}

/**
 * Ends the gateway that an app left running without a window when it was quit, of whatever version, and waits until
 * its process is gone. What the owner started by hand is left alone. Undefined: there was none of that kind.
 * Errors: `already_running` where it does not end, `store_unreadable`.
 */
export const takeOverKept = async (
  paths: StatePaths,
  patienceMs: number = PATIENCE_MS,
): Promise<TakenOver | undefined> => {
  const run = await readRunFile(paths)
  if (run === undefined || run.supervisor.kind !== 'kept' || !isSupervised(run)) return undefined
  const { pid, program } = run.supervisor
  // Its own supervisor stops the gateway, gently first; only it knows how.
  askToEnd(pid)
  const begin = performance.now()
  while (isSupervised(run)) {
    if (performance.now() - begin >= patienceMs) throw doesNotEnd(pid)
    await sleep(LOOK_EVERY_MS)
  }
  return { pid, program }
}

const askToEnd = (pid: number): void => {
  try {
    process.kill(pid, 'SIGTERM')
  } catch {
    // Gone since it was looked at, or somebody else's: the wait that follows finds out which.
  }
}

const doesNotEnd = (pid: number): ClawdbotError =>
  new ClawdbotError(
    'already_running',
    `the gateway that was left running, process ${pid}, was asked to end and does not`,
    'End that process by hand, then start Clawdbot again. Two gateways would answer everything twice.',
  )
