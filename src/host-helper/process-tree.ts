import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

interface Running {
  readonly pid: number
  readonly parent: number
  /** Dead, and not yet taken out of the table. */
  readonly zombie: boolean
}

/** Milliseconds between two looks at what is being killed. */
const LOOK_MS = 5
/** Whoever forks faster than we freeze is looked at again after the kill. */
const FREEZE_ROUNDS = 20

export interface EndTree {
  /** Whose descendants end. It is not ended itself. */
  readonly of: number
  /** These, and what descends from them, live on. */
  readonly spare?: ReadonlySet<number>
  /** Milliseconds. */
  readonly withinMs: number
  /** Called with dead children of `of`, which nobody else will take away. */
  readonly reap: (pid: number) => void
}

/**
 * Ends everything that descends from a process, whatever group or session it has gone to and whatever signals it ignores:
 * first stopped, so that nothing forks out of the way, then killed, until nothing is found. False: something is left.
 * It is complete where `of` is a subreaper (Linux), because then nothing can leave the tree alive.
 */
export const endTree = async ({ of, spare = new Set(), withinMs, reap }: EndTree): Promise<boolean> => {
  const until = performance.now() + withinMs
  for (;;) {
    const frozen = new Set<number>()
    let found = livingDescendants(of, spare)
    if (found.length === 0) {
      reapDead(of, spare, reap)
      return true
    }
    for (let round = 0; round < FREEZE_ROUNDS && found.some((pid) => !frozen.has(pid)); round += 1) {
      for (const pid of found) {
        signal(pid, 'SIGSTOP')
        frozen.add(pid)
      }
      found = livingDescendants(of, spare)
    }
    for (const pid of found) signal(pid, 'SIGKILL')
    if (performance.now() > until) return livingDescendants(of, spare).length === 0
    await sleep(LOOK_MS)
  }
}

/** Takes away the dead children that are not spared. */
export const reapDead = (of: number, spare: ReadonlySet<number>, reap: (pid: number) => void): void => {
  for (const { pid, parent, zombie } of running()) if (zombie && parent === of && !spare.has(pid)) reap(pid)
}

const livingDescendants = (of: number, spare: ReadonlySet<number>): readonly number[] => {
  const children = new Map<number, Running[]>()
  for (const each of running()) {
    const siblings = children.get(each.parent)
    if (siblings === undefined) children.set(each.parent, [each])
    else siblings.push(each)
  }
  const found: number[] = []
  const queue = [of]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const { pid, zombie } of children.get(next) ?? []) {
      if (spare.has(pid)) continue
      // A zombie has no children any more, but its number may have been listed before it died.
      queue.push(pid)
      if (!zombie) found.push(pid)
    }
  }
  return found
}

const running = (): readonly Running[] => (process.platform === 'linux' ? fromProc() : fromPs())

const fromProc = (): readonly Running[] =>
  readdirSync('/proc').flatMap((name) => {
    const pid = Number(name)
    if (!Number.isInteger(pid)) return []
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1')
      // The second field is the program's name in parentheses, and may hold anything.
      const [state = '', parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return [{ pid, parent: Number(parent), zombie: state === 'Z' || state === 'X' }]
    } catch {
      // It has ended since it was listed.
      return []
    }
  })

const fromPs = (): readonly Running[] =>
  execFileSync('/bin/ps', ['-axo', 'pid=,ppid=,stat='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [pid = '', parent = '', state = ''] = line.trim().split(/\s+/)
      // `ps` is a child of ours while it looks.
      return pid === '' || state === ''
        ? []
        : [{ pid: Number(pid), parent: Number(parent), zombie: state.startsWith('Z') }]
    })

const signal = (pid: number, name: 'SIGSTOP' | 'SIGKILL'): void => {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended, or it may not be killed by us (a program with its owner's rights): the next look tells which.
  }
}
