import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import { familyOf } from './family.ts'
import type { ProcessInfo, ProcessTable } from './process-info.ts'
import { visiting } from './visiting.ts'

const MAX_COMMAND = 200
const COLUMNS = 'pid=,ppid=,pgid=,stat=,lstart=,command='

const OPTIONS = {
  encoding: 'utf8',
  env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
  timeout: 1_000,
  maxBuffer: 64 * 1024 * 1024,
} as const

const ps = (args: readonly string[]): string | undefined => {
  try {
    return execFileSync('ps', args, {
      ...OPTIONS,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch {
    // ps answers with a failure when the one process that was asked for does not exist.
    return undefined
  }
}

/** Lines of `ps -o pid=,ppid=,pgid=,stat=,lstart=,command=`; lstart is always five words. */
export const parsePs = (output: string): readonly ProcessInfo[] =>
  output.split('\n').flatMap((line) => {
    const found = /^ *(\d+) +(\d+) +(\d+) +(\S+) +(\S+ +\S+ +\S+ +\S+ +\S+) (.*)$/.exec(line)
    if (found === null) return []
    const [, pid = '', parent = '', group = '', stat = '', start = '', command = ''] = found
    if (stat.startsWith('Z')) return []
    return [
      {
        pid: Number(pid),
        parent: Number(parent),
        group: Number(group),
        start,
        hangs: false,
        command: command.trim().slice(0, MAX_COMMAND),
      },
    ]
  })

/** The pids of those lines of `ps -o pid=,command=` with the environment that name the cookie. */
export const parseCarriers = (output: string, cookie: string): ReadonlySet<number> =>
  new Set(
    output.split('\n').flatMap((line) => {
      const pid = /^ *(\d+) /.exec(line)?.[1]
      return pid !== undefined && line.includes(` ${cookie}`) ? [Number(pid)] : []
    }),
  )

const read = (pid: number): ProcessInfo | undefined =>
  parsePs(ps(['-ww', '-o', COLUMNS, '-p', String(pid)]) ?? '')[0]

const list = (): readonly ProcessInfo[] => {
  const output = ps(['-axww', '-o', COLUMNS])
  if (output === undefined) throw new Error('ps did not answer')
  return parsePs(output)
}

const run = promisify(execFile)

/** For macOS, which has no /proc; `-E` adds the environment of one's own processes to the command. */
export const psTable: ProcessTable = {
  scanning: 'slow',
  stamp: read,
  scan: visiting(list),
  family: async (groups) =>
    familyOf(parsePs((await run('ps', ['-axww', '-o', COLUMNS], OPTIONS)).stdout), groups),
  read,
  list,
  carries: (pid, cookie) =>
    ps(['-Eww', '-o', 'command=', '-p', String(pid)])?.includes(` ${cookie}`) ?? false,
  // One call for all of them: one for each would take seconds.
  carriers: (pids, cookie) => {
    const output = ps(['-axEww', '-o', 'pid=,command='])
    if (output === undefined) return { found: new Set(), unclear: new Set(pids) }
    const all = parseCarriers(output, cookie)
    return { found: new Set(pids.filter((pid) => all.has(pid))), unclear: new Set() }
  },
}
