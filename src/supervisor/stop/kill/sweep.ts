import { claimDescendants } from '../../processes/family.ts'
import { keyOf, type ProcessStamp, type ProcessTable } from '../../processes/process-info.ts'

/** What has to die. */
export interface Targets {
  /** Leaders of process groups that are certainly ours. */
  readonly groups: ReadonlySet<number>
  /** `NAME=prefix` in the environment of everything that descends from a gateway. */
  readonly cookie: string
  /** What was seen of them a moment ago. */
  readonly seen?: readonly ProcessStamp[]
}

interface Sweep {
  /** Alive and ours, of what was looked at. */
  readonly found: readonly ProcessStamp[]
  /** How many of them were not known before. */
  readonly fresh: number
  /** Some process came or went too quickly to be looked at, so that finding nothing proves little. */
  readonly churning: boolean
}

export interface Sweeper {
  /** All processes by group and descent alone: it reads nothing that could hang. Throws where it can not. */
  readonly lookAtTree: () => readonly ProcessStamp[]
  /** All processes, or only those that were not there at the last look. Throws where it can not. */
  readonly look: (at: 'all' | 'new') => Sweep
}

/**
 * Finds what is ours: by process group, by descent from what is ours, and by the cookie in the environment. What was
 * ours once stays so, because a process that lost its parent or is on its way out can not be told otherwise. `claim`
 * hears of each at the moment it is found. This process itself is never ours.
 */
export const createSweeper = (
  { groups, cookie, seen = [] }: Targets,
  table: ProcessTable,
  claim: (found: ProcessStamp) => void = () => undefined,
): Sweeper => {
  /** Groups that still have members: the number of one that is empty may become somebody else's. */
  const living = new Set(groups)
  const ours = new Set(seen.filter(isNotSelf).map(keyOf))
  /** Pid and start of what is none of ours by its environment. */
  const strangers = new Map<number, string>()
  let known: ReadonlySet<number> = new Set()
  let passedOver: ReadonlySet<number> = new Set()

  const add = (found: ProcessStamp): void => {
    ours.add(keyOf(found))
    claim(found)
  }
  const isOurs = (found: ProcessStamp): boolean => ours.has(keyOf(found))

  const forgetEmptyGroups = (alive: readonly ProcessStamp[]): void => {
    const groupsNow = new Set(alive.map(({ group }) => group))
    for (const group of living) if (!groupsNow.has(group)) living.delete(group)
  }

  const addDescendants = (alive: readonly ProcessStamp[]): void => {
    for (const found of claimDescendants(alive, isOurs)) add(found)
  }

  const lookAtTree = (): readonly ProcessStamp[] => {
    const alive: ProcessStamp[] = []
    table.scan(isSelf, (found) => {
      alive.push(found)
      if (living.has(found.group) && !isOurs(found)) add(found)
    })
    addDescendants(alive)
    return alive.filter(isOurs)
  }

  const look = (at: 'all' | 'new'): Sweep => {
    const before = ours.size
    const alive: ProcessStamp[] = []
    const unclear = new Set<number>()
    const unknown: ProcessStamp[] = []
    const ask = (asked: readonly ProcessStamp[]): void => {
      const carriers = table.carriers(
        asked.map(({ pid }) => pid),
        cookie,
      )
      for (const each of asked) {
        if (carriers.found.has(each.pid)) add(each)
        else if (carriers.unclear.has(each.pid)) unclear.add(each.pid)
        else strangers.set(each.pid, each.start)
      }
    }
    const skip = (pid: number): boolean => isSelf(pid) || (at === 'new' && known.has(pid))
    const { gone } = table.scan(skip, (found) => {
      alive.push(found)
      if (isOurs(found) || strangers.get(found.pid) === found.start) return
      if (living.has(found.group)) add(found)
      else if (found.hangs) unclear.add(found.pid)
      // At once, while it is still there: what forks without end is gone a moment later.
      else if (table.scanning === 'quick') ask([found])
      else unknown.push(found)
    })
    if (unknown.length > 0) ask(unknown)
    addDescendants(alive)
    if (at === 'all') forgetEmptyGroups(alive)
    const seenNow = [...alive.map(({ pid }) => pid), ...gone]
    known = new Set(at === 'all' ? seenNow : [...known, ...seenNow])
    const missed = new Set([...gone, ...unclear])
    const churning = [...missed].some((pid) => !passedOver.has(pid))
    passedOver = at === 'all' ? missed : new Set([...passedOver, ...missed])
    return { found: alive.filter(isOurs), fresh: ours.size - before, churning }
  }

  return { lookAtTree, look }
}

const isSelf = (pid: number): boolean => pid === process.pid
const isNotSelf = ({ pid }: ProcessStamp): boolean => !isSelf(pid)
