import { spawnSync } from 'node:child_process'

/** Sends a signal to a whole process group (its leader's pid); on Windows ends the tree. False: nobody there. */
export const signalGroup = (leader: number, signal: 'SIGTERM' | 'SIGKILL'): boolean => {
  // 0 and 1 as a group would mean our own group and every process there is.
  if (!Number.isInteger(leader) || leader <= 1) return false
  if (process.platform === 'win32') {
    return spawnSync('taskkill', ['/PID', String(leader), '/T', '/F'], { timeout: 2_000 }).status === 0
  }
  return send(-leader, signal)
}

/** Kills one process that a sweep found. */
export const killProcess = (pid: number): boolean => pid > 1 && send(pid, 'SIGKILL')

const send = (target: number, signal: 'SIGTERM' | 'SIGKILL'): boolean => {
  try {
    process.kill(target, signal)
    return true
  } catch {
    // ESRCH: it is gone already. EPERM: not ours; the verification afterwards names what is left.
    return false
  }
}
