import { killProcess, signalGroup } from '../processes/kill.ts'
import type { ProcessInfo, ProcessTable } from '../processes/process-info.ts'
import { processTable } from '../processes/process-table.ts'

/** How long the table is read again and again until nothing is left. */
const VERIFY_FOR_MS = 1_000
const VERIFY_EVERY_MS = 4

/** What has to die. */
export interface Targets {
  /** Leaders of process groups that are certainly ours. */
  readonly groups: ReadonlySet<number>
  /** `NAME=prefix` in the environment of everything that descends from a gateway. */
  readonly cookie: string
}

export interface KillReport {
  /** Milliseconds until nothing was left, from the call; null if something is. */
  readonly deadMs: number | null
  readonly killed: number
  readonly survivors: readonly ProcessInfo[]
}

/**
 * SIGKILL to the groups at once, then to whatever else the process table shows as ours (a child that made its
 * own session left the group, not its environment), until the table shows nothing or a second has passed.
 */
export const killAll = async (targets: Targets, table: ProcessTable = processTable): Promise<KillReport> => {
  const begin = performance.now()
  const groups = new Set<number>()
  for (const group of targets.groups) if (signalGroup(group, 'SIGKILL')) groups.add(group)
  const seen = new Map<number, ProcessInfo>()
  for (;;) {
    const found = lookFor(targets, seen, table)
    for (const process of found ?? []) if (killProcess(process.pid)) seen.set(process.pid, process)
    const waited = performance.now() - begin
    const killed = new Set([...groups, ...seen.keys()]).size
    if (found?.length === 0) return { deadMs: waited, killed, survivors: [] }
    if (waited >= VERIFY_FOR_MS) return { deadMs: null, killed, survivors: found ?? [UNSEEN] }
    await new Promise((resolve) => setTimeout(resolve, VERIFY_EVERY_MS))
  }
}

/** Stands for whatever may live where nobody can look. */
const UNSEEN: ProcessInfo = {
  pid: 0,
  group: 0,
  start: '',
  command: 'unknown: the process table can not be read',
}

/** Undefined where the table can not be read: that is no proof that anything is dead. */
const lookFor = (
  targets: Targets,
  seen: ReadonlyMap<number, ProcessInfo>,
  table: ProcessTable,
): readonly ProcessInfo[] | undefined => {
  try {
    return findTargets(targets, seen, table)
  } catch {
    // The groups were killed all the same; what is said about the rest is that nobody knows.
    return undefined
  }
}

/**
 * Everything alive that is ours, and never this process itself. A process that is on its way out has lost its
 * environment before it is gone, so what was seen once is looked for until the table no longer has it.
 */
const findTargets = (
  { groups, cookie }: Targets,
  seen: ReadonlyMap<number, ProcessInfo>,
  table: ProcessTable,
): readonly ProcessInfo[] => {
  const listed = table.list().filter(({ pid }) => pid !== process.pid)
  if (listed.length > 0) {
    return listed.filter(
      ({ pid, group, start }) =>
        groups.has(group) || seen.get(pid)?.start === start || table.carries(pid, cookie),
    )
  }
  // A system without a table: at least the leaders are looked at.
  return [...groups].flatMap((pid) => table.read(pid) ?? [])
}
