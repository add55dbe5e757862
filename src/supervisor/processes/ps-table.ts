import { execFileSync } from 'node:child_process'
import type { ProcessInfo, ProcessTable } from './process-info.ts'

const MAX_COMMAND = 200
const COLUMNS = 'pid=,pgid=,stat=,lstart=,command='

const ps = (args: readonly string[]): string => {
  try {
    return execFileSync('ps', args, {
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 1_000,
      maxBuffer: 64 * 1024 * 1024,
    })
  } catch {
    // ps answers with a failure when the one process that was asked for does not exist.
    return ''
  }
}

/** Lines of `ps -o pid=,pgid=,stat=,lstart=,command=`; lstart is always five words. */
export const parsePs = (output: string): readonly ProcessInfo[] =>
  output.split('\n').flatMap((line) => {
    const found = /^ *(\d+) +(\d+) +(\S+) +(\S+ +\S+ +\S+ +\S+ +\S+) (.*)$/.exec(line)
    if (found === null) return []
    const [, pid = '', group = '', stat = '', start = '', command = ''] = found
    if (stat.startsWith('Z')) return []
    return [{ pid: Number(pid), group: Number(group), start, command: command.trim().slice(0, MAX_COMMAND) }]
  })

/** For macOS, which has no /proc; `-E` adds the environment of one's own processes to the command. */
export const psTable: ProcessTable = {
  read: (pid) => parsePs(ps(['-ww', '-o', COLUMNS, '-p', String(pid)]))[0],
  list: () => parsePs(ps(['-axww', '-o', COLUMNS])),
  carries: (pid, cookie) => ps(['-Eww', '-o', 'command=', '-p', String(pid)]).includes(` ${cookie}`),
}
