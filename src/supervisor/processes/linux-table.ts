import { readdirSync, readFileSync } from 'node:fs'
import type { ProcessInfo, ProcessTable } from './process-info.ts'

const MAX_COMMAND = 200

const readProc = (pid: number | string, name: string): string | undefined => {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    // Gone since it was listed, or another user's: either way nothing of ours.
    return undefined
  }
}

/** Start times count from boot, so two boots could give the same one: the boot's own id tells them apart. */
const bootId = (): string => readProc('sys/kernel/random', 'boot_id')?.trim() ?? 'unknown'
let boot: string | undefined

const read = (pid: number): ProcessInfo | undefined => {
  const stat = readProc(pid, 'stat')
  if (stat === undefined) return undefined
  // The second field is the program's name in parentheses, and may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, , group] = fields
  const ticks = fields[19]
  if (state === undefined || group === undefined || ticks === undefined) return undefined
  if (state === 'Z' || state === 'X') return undefined
  boot ??= bootId()
  return { pid, group: Number(group), start: `${boot}:${ticks}`, command: commandOf(pid, stat) }
}

const commandOf = (pid: number, stat: string): string => {
  const line = readProc(pid, 'cmdline')?.replaceAll('\0', ' ').trim()
  const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
  return (line === undefined || line === '' ? name : line).slice(0, MAX_COMMAND)
}

const list = (): readonly ProcessInfo[] =>
  readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .flatMap((name) => read(Number(name)) ?? [])

const carries = (pid: number, cookie: string): boolean =>
  readProc(pid, 'environ')
    ?.split('\0')
    .some((entry) => entry.startsWith(cookie)) ?? false

export const linuxTable: ProcessTable = { read, list, carries }
