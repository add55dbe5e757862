import { spawnSync } from 'node:child_process'

type GroupSignal = 'SIGTERM' | 'SIGKILL' | 'SIGSTOP'

/** Sends a signal to a whole process group (its leader's pid); on Windows ends the tree. False: nobody there. */
export const signalGroup = (leader: number, signal: GroupSignal): boolean => {
  // 0 and 1 as a group would mean our own group and every process there is.
  if (!Number.isInteger(leader) || leader <= 1) return false
  if (process.platform === 'win32') {
    if (signal === 'SIGSTOP') return false
    return spawnSync('taskkill', ['/PID', String(leader), '/T', '/F'], { timeout: 2_000 }).status === 0
  }
  return send(-leader, signal)
}

/** Stops one process from making others, until it is killed. Windows can not do that. */
export const freezeProcess = (pid: number): boolean =>
  pid > 1 && process.platform !== 'win32' && send(pid, 'SIGSTOP')

/** Kills one process that a sweep found. */
export const killProcess = (pid: number): boolean => pid > 1 && send(pid, 'SIGKILL')

const send = (target: number, signal: GroupSignal): boolean => {
  try {
    process.kill(target, signal)
    return true
  } catch {
    // ESRCH: it is gone already. EPERM: not ours; the verification afterwards names what is left.
    return false
  }
}
