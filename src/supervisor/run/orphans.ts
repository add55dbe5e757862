import type { StatePaths } from '../../shared/state/state-dir.ts'
import { isSameProcess, processTable } from '../processes/process-table.ts'
import { cookieOfStateDir } from '../processes/run-cookie.ts'
import { type KillReport, killAll } from '../stop/kill/kill-all.ts'
import type { RunFile } from './run-file.ts'

/** A process that was killed needs the processor once more to die, which on a busy machine may take a while. */
const PATIENCE_MS = 10_000

/**
 * Kills what an earlier run left: its gateway, known by pid, start time and run id, and everything whose
 * environment names this state directory. To be called by the one supervisor before its first launch, when
 * nothing of that kind can be anybody else's. A pid that meanwhile belongs to another process is spared.
 * What lives, or can not be looked for, is given some time before it is reported.
 */
export const killOrphans = async (
  paths: StatePaths,
  previous: RunFile | undefined,
  { patienceMs = PATIENCE_MS, kill = killAll } = {},
): Promise<KillReport> => {
  const cookie = cookieOfStateDir(paths.root)
  const gateway = previous?.gateway
  const begin = performance.now()
  let killed = 0
  for (;;) {
    const recorded = gateway != null && isOurs(gateway, cookie) ? [gateway.pid] : []
    const report = await kill({ groups: new Set(recorded), cookie })
    killed = Math.max(killed, report.killed)
    if (report.survivors.length === 0 || performance.now() - begin >= patienceMs) return { ...report, killed }
  }
}

const isOurs = (gateway: { readonly pid: number; readonly start: string }, cookie: string): boolean => {
  // Windows tells neither a start time nor an environment: a bare pid proves nothing, and nothing is killed.
  try {
    if (gateway.start === '' || !isSameProcess(gateway.pid, gateway.start)) return false
    return processTable.carries(gateway.pid, cookie)
  } catch {
    // Nobody can look: then the sweep can not either, and says so.
    return false
  }
}
