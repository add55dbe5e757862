import { setTimeout as sleep, setImmediate as soon } from 'node:timers/promises'
import { freezeProcess, killProcess, signalGroup } from '../../processes/kill.ts'
import {
  keyOf,
  type ProcessInfo,
  type ProcessStamp,
  type ProcessTable,
} from '../../processes/process-info.ts'
import { processTable } from '../../processes/process-table.ts'
import { createSweeper, type Sweeper, type Targets } from './sweep.ts'

/** How long the table is read again and again without anything getting better. */
const VERIFY_FOR_MS = 1_000
/** The same while something still gets better, as with a program that forks without end. */
const VERIFY_AT_MOST_MS = 3_000
/** And how long after the last kill. */
const LAST_LOOKS_MS = 500
const VERIFY_EVERY_MS = 4
/** Where processes come and go too quickly to be looked at, the newest are hunted for so long at a time, … */
const HUNT_FOR_MS = 40
/** … and nothing has to be found so many times. */
const QUIET_LOOKS = 5
/** Where each look takes long, because the machine is busy, no time is up before so many looks without anything better. */
const LOOKS_AT_LEAST = 5
/** For the record a few hundred of a fork bomb are enough, and each costs a look. */
const MAX_NAMED = 500

export interface KillReport {
  /**
   * Milliseconds until nothing was left, from the call: at the first look that found nothing, borne out by those after
   * it. Null if something is left.
   */
  readonly deadMs: number | null
  readonly killed: number
  readonly survivors: readonly ProcessInfo[]
  /** What was found outside of the groups, as it was before it was killed. */
  readonly escaped: readonly ProcessInfo[]
}

/**
 * SIGKILL to the groups at once, then to whatever else the process table shows as ours (a child that made its
 * own session left the group, not its environment nor its ancestors), until the table shows nothing or the time is
 * up. What escaped is frozen first, all of it, and killed then: killing one by one would leave the others of a
 * program that forks without end the room to go on. Never throws.
 */
export const killAll = async (targets: Targets, table: ProcessTable = processTable): Promise<KillReport> => {
  const begin = performance.now()
  const elapsed = (): number => performance.now() - begin
  const own = ownGroup(table)
  const groups = [...targets.groups].filter((group) => group !== own)
  const frozen = new Map<string, ProcessStamp>()
  const sweeper = createSweeper(targets, table, (found) => {
    if (groups.includes(found.group)) return
    frozen.set(keyOf(found), found)
    freezeProcess(found.pid)
  })
  // Before its parents die: an orphan's descent can not be seen any more.
  for (const group of groups) signalGroup(group, 'SIGSTOP')
  const seen = table.scanning === 'quick' ? (attempt(sweeper.lookAtTree) ?? []) : []
  const signalled = new Set(groups.filter((group) => signalGroup(group, 'SIGKILL')))
  const killed = new Set([
    ...signalled,
    ...seen.filter(({ group }) => signalled.has(group)).map(({ pid }) => pid),
  ])
  const escaped = new Map<string, ProcessInfo>()
  const kill = (found: readonly ProcessStamp[]): void => {
    for (const each of found) {
      const key = keyOf(each)
      if (frozen.has(key) && !escaped.has(key) && escaped.size < MAX_NAMED)
        escaped.set(key, named(each, table))
      if (killProcess(each.pid)) killed.add(each.pid)
    }
  }
  const report = (deadMs: number | null, survivors: readonly ProcessInfo[]): KillReport => ({
    deadMs,
    killed: killed.size,
    survivors,
    escaped: [...escaped.values()],
  })

  let quiet = 0
  let emptyAt = 0
  let better = { at: 0, left: Number.POSITIVE_INFINITY, looks: 0 }
  let lateSince: number | null = null
  for (let looks = 1; ; looks += 1) {
    await hunt(sweeper)
    const sweep = attempt(() => sweeper.look('all'))
    const found = sweep?.found ?? []
    quiet = sweep !== undefined && found.length === 0 ? quiet + 1 : 0
    if (quiet === 1) emptyAt = elapsed()
    if (quiet > 0 && (sweep?.churning === false || quiet >= QUIET_LOOKS)) return report(emptyAt, [])
    const grows = (sweep?.fresh ?? 0) > 0
    if (grows || found.length < better.left) better = { at: elapsed(), left: found.length, looks: 0 }
    else better.looks += 1
    const stuck = better.looks >= LOOKS_AT_LEAST && elapsed() - better.at >= VERIFY_FOR_MS
    if (looks >= LOOKS_AT_LEAST && elapsed() >= VERIFY_AT_MOST_MS) lateSince ??= elapsed()
    const over = stuck || lateSince !== null
    // While it grows it is only frozen: a process that dies makes room for another.
    if (!grows || over) kill(found)
    const last = lateSince !== null && elapsed() - lateSince >= LAST_LOOKS_MS
    // What is quiet is looked at as often as it takes, which is a few times more: time alone proves neither.
    if (quiet === 0 && (last || (over && !grows))) {
      const survivors = found.map((each) => named(each, table))
      return report(null, survivors.length === 0 ? [UNSEEN] : survivors)
    }
    if (!grows) await sleep(VERIFY_EVERY_MS)
  }
}

/** Looks at what is new again and again, for a moment, until nothing new is ours or too quick to be looked at. */
const hunt = async (sweeper: Sweeper): Promise<void> => {
  const begin = performance.now()
  for (;;) {
    const sweep = attempt(() => sweeper.look('new'))
    if (sweep === undefined || (sweep.fresh === 0 && !sweep.churning)) return
    await soon()
    if (performance.now() - begin >= HUNT_FOR_MS) return
  }
}

/** A group that this process is in is not signalled as a whole: then nobody would be left to look. */
const ownGroup = (table: ProcessTable): number | undefined =>
  process.platform === 'win32' ? undefined : attempt(() => table.stamp(process.pid))?.group

const named = (stamp: ProcessStamp, table: ProcessTable): ProcessInfo =>
  attempt(() => table.read(stamp.pid)) ?? { ...stamp, command: `process ${String(stamp.pid)}` }

/** Stands for whatever may live where nobody can look. */
export const UNSEEN: ProcessInfo = {
  pid: 0,
  parent: 0,
  group: 0,
  hangs: false,
  start: '',
  command: 'unknown: the process table can not be read',
}

/** Undefined where the table can not be read: that is no proof that anything is dead. */
const attempt = <T>(look: () => T): T | undefined => {
  try {
    return look()
  } catch {
    // The groups are killed all the same; what is said about the rest is that nobody knows.
    return undefined
  }
}
