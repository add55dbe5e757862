import type { StatePaths } from '../../shared/state/state-dir.ts'
import { isSameProcess, processTable } from '../processes/process-table.ts'
import { cookieOfStateDir } from '../processes/run-cookie.ts'
import { type KillReport, killAll } from '../stop/kill-all.ts'
import type { RunFile } from './run-file.ts'

/**
 * Kills what an earlier run left: its gateway, known by pid, start time and run id, and everything whose
 * environment names this state directory. To be called by the one supervisor before its first launch, when
 * nothing of that kind can be anybody else's. A pid that meanwhile belongs to another process is spared.
 */
export const killOrphans = (paths: StatePaths, previous: RunFile | undefined): Promise<KillReport> => {
  const cookie = cookieOfStateDir(paths.root)
  const gateway = previous?.gateway
  const recorded = gateway != null && isOurs(gateway, cookie) ? [gateway.pid] : []
  return killAll({ groups: new Set(recorded), cookie })
}

const isOurs = (gateway: { readonly pid: number; readonly start: string }, cookie: string): boolean => {
  // Windows tells neither a start time nor an environment: a bare pid proves nothing, and nothing is killed.
  if (gateway.start === '' || !isSameProcess(gateway.pid, gateway.start)) return false
  return processTable.carries(gateway.pid, cookie)
}
