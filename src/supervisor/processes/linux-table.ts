import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { isErrno } from '../../shared/domain/errno.ts'
import { familyOf } from './family.ts'
import type { Carriers, ProcessInfo, ProcessStamp, ProcessTable } from './process-info.ts'

const MAX_COMMAND = 200

/** Undefined: gone since it was listed, or another user's: either way there is nothing to see. */
const readProc = (pid: number | string, name: string): string | undefined => {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) return undefined
    // No file can be opened, for one: that says nothing about the process, which may well live.
    throw error
  }
}

/** Start times count from boot, so two boots could give the same one: the boot's own id tells them apart. */
const bootId = (): string => readProc('sys/kernel/random', 'boot_id')?.trim() ?? 'unknown'
let boot: string | undefined

interface Stat extends ProcessStamp {
  /** The program's file name, at most 15 characters. */
  readonly name: string
}

/** One line of /proc/<pid>/stat; undefined for what is dead. */
export const parseStat = (pid: number, stat: string, bootedAs: string): Stat | undefined => {
  // The second field is the program's name in parentheses, and may hold spaces and parentheses itself.
  const end = stat.lastIndexOf(')')
  const fields = stat.slice(end + 2).split(' ')
  const [state, parent, group] = fields
  const ticks = fields[19]
  if (state === undefined || parent === undefined || group === undefined || ticks === undefined)
    return undefined
  if (state === 'Z' || state === 'X') return undefined
  const name = stat.slice(stat.indexOf('(') + 1, end)
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    start: `${bootedAs}:${ticks}`,
    hangs: state === 'D',
    name,
  }
}

const statOf = (pid: number): Stat | undefined => {
  const stat = readProc(pid, 'stat')
  if (stat === undefined) return undefined
  boot ??= bootId()
  return parseStat(pid, stat, boot)
}

const toStamp = ({ pid, parent, group, start, hangs }: Stat): ProcessStamp => ({
  pid,
  parent,
  group,
  start,
  hangs,
})

const stamp = (pid: number): ProcessStamp | undefined => {
  const stat = statOf(pid)
  return stat && toStamp(stat)
}

const pids = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number)

const scan: ProcessTable['scan'] = (skip, visit) => {
  const gone: number[] = []
  for (const pid of pids().toReversed()) {
    if (skip(pid)) continue
    const found = statOf(pid)
    if (found === undefined) gone.push(pid)
    else visit(found)
  }
  return { gone }
}

const read = (pid: number): ProcessInfo | undefined => {
  const stat = statOf(pid)
  return stat && named(stat, commandOf(pid, readProc(pid, 'cmdline'), stat.name))
}

const named = (stat: Stat, command: string): ProcessInfo => ({ ...toStamp(stat), command })

const commandOf = (pid: number, commandLine: string | undefined, name: string): string => {
  const line = commandLine?.replaceAll('\0', ' ').trim() ?? ''
  return (line === '' ? name || `process ${String(pid)}` : line).slice(0, MAX_COMMAND)
}

/** Reading the command of a process that hangs in the kernel may hang as well: then its short name has to do. */
const COMMAND_WITHIN_MS = 30

const family = async (groups: ReadonlySet<number>): Promise<readonly ProcessInfo[]> => {
  const late = sleep(COMMAND_WITHIN_MS, undefined, { ref: false })
  const stats = familyOf(
    pids().flatMap((pid) => statOf(pid) ?? []),
    groups,
  )
  return Promise.all(
    stats.map(async (stat) => {
      const reading = readFile(`/proc/${String(stat.pid)}/cmdline`, 'utf8').catch(() => undefined)
      const { pid, name } = stat
      return named(stat, commandOf(pid, (await Promise.race([reading, late])) ?? '', name))
    }),
  )
}

const list = (): readonly ProcessInfo[] => pids().flatMap((pid) => read(pid) ?? [])

const carries = (pid: number, cookie: string): boolean =>
  readProc(pid, 'environ')
    ?.split('\0')
    .some((entry) => entry.startsWith(cookie)) ?? false

const carriers = (among: readonly number[], cookie: string): Carriers => {
  const found = new Set<number>()
  const unclear = new Set<number>()
  for (const pid of among) {
    const environment = readProc(pid, 'environ')
    // Empty: it is just becoming another program, or it is a thread of the kernel.
    if (environment === undefined || environment === '') unclear.add(pid)
    else if (environment.split('\0').some((entry) => entry.startsWith(cookie))) found.add(pid)
  }
  return { found, unclear }
}

export const linuxTable: ProcessTable = {
  scanning: 'quick',
  stamp,
  scan,
  family,
  read,
  list,
  carries,
  carriers,
}
