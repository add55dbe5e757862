import type { StopResultView } from '../../shared/contracts/app-state.ts'
import { type ErrorView, toErrorView } from '../../shared/domain/error.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { isSameProcess } from '../processes/process-table.ts'
import { cookieOfStateDir } from '../processes/run-cookie.ts'
import { readRunFile } from '../run/run-file.ts'
import { killAll } from './kill-all.ts'
import { writeLatch } from './latch.ts'

/** A disk that does not answer may delay the kill by this much, and no more. */
const DISK_PATIENCE_MS = 1_000

export interface StopOptions {
  readonly paths: StatePaths
  /** `app` or `cli`. */
  readonly by: string
  readonly reason: string
  /** Process ids of group leaders that the caller itself launched and has not seen exit. */
  readonly children?: readonly number[]
  readonly now?: () => number
}

/**
 * STOP. The latch first, on disk; then SIGKILL for the gateway of this state directory and all that descends
 * from it, verified against the process table. It asks nobody's help: not the gateway's, not the app's. It
 * never throws: what it could not do is in the result.
 */
export const stopEverything = async (options: StopOptions): Promise<StopResultView> => {
  const { paths, by, reason, now = Date.now } = options
  const begin = performance.now()
  const latched = await inTime(writeLatch(paths, { at: now(), by, reason }))
  const latchMs = latched.kind === 'done' ? performance.now() - begin : null

  const untilKill = performance.now() - begin
  const recorded = options.children === undefined ? await recordedGateway(paths) : []
  const report = await killAll({
    groups: new Set([...(options.children ?? []), ...recorded]),
    cookie: cookieOfStateDir(paths.root),
  })
  return {
    latchMs: rounded(latchMs),
    deadMs: report.deadMs === null ? null : rounded(untilKill + report.deadMs),
    verifiedMs: rounded(performance.now() - begin) ?? 0,
    killed: report.killed,
    survivors: report.survivors.map(({ pid, command }) => ({ pid, command })),
    latchError: latched.kind === 'done' ? null : latched.error,
  }
}

/** The gateway that the supervising process wrote down, if that very process still runs. */
const recordedGateway = async (paths: StatePaths): Promise<readonly number[]> => {
  const read = await inTime(readRunFile(paths))
  const gateway = read.kind === 'done' ? read.value?.gateway : undefined
  return gateway && isSameProcess(gateway.pid, gateway.start) ? [gateway.pid] : []
}

type InTime<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'not'; readonly error: ErrorView }

const inTime = async <T>(work: Promise<T>): Promise<InTime<T>> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<InTime<T>>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'not', error: diskSilent }), DISK_PATIENCE_MS)
  })
  const done = work.then(
    (value): InTime<T> => ({ kind: 'done', value }),
    (error: unknown): InTime<T> => ({ kind: 'not', error: toErrorView(error) }),
  )
  try {
    return await Promise.race([done, late])
  } finally {
    clearTimeout(timer)
  }
}

const diskSilent: ErrorView = {
  code: 'latch_unwritable',
  message: `the disk of the state directory did not answer within ${DISK_PATIENCE_MS} ms`,
  hint: 'What runs was killed without it. Stop again when the disk answers, so that no start is possible.',
}

/** Tenths of a millisecond: what a screen can use. */
const rounded = <T extends number | null>(ms: T): number | T => (ms === null ? ms : Math.round(ms * 10) / 10)
