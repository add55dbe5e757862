// What the process table of Linux says about containers, for when Docker itself says nothing.
// Synchronous, so that STOP does not queue behind a disk that hangs.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { killProcess } from '../processes/kill.ts'

/** A process in a container, or the shim that holds one: what outlives a dead Docker Engine. */
interface Trace {
  readonly pid: number
  /** The container's id. */
  readonly container: string
}

const read = (pid: number | string, name: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    // Gone since it was listed, or hidden from us: there is nothing to see of it.
    return ''
  }
}

const listPids = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number)

/** The innermost container of each hierarchy's path: `…/docker/<id>`, `…/docker-<id>.scope`. */
const containersIn = (cgroup: string): readonly string[] =>
  cgroup.split('\n').flatMap((line) => [...line.matchAll(/\bdocker[/-]([0-9a-f]{64})\b/g)].at(-1)?.[1] ?? [])

/** containerd's shim for a container of Docker's namespace, `moby`. https://github.com/containerd/containerd */
const shimOf = (
  commandLine: string,
): { readonly container: string; readonly address: string } | undefined => {
  const words = commandLine.split('\0')
  const after = (flag: string): string | undefined => words[words.indexOf(flag) + 1]
  const container = words.includes('-id') ? after('-id') : undefined
  if (container === undefined || after('-namespace') !== 'moby') return undefined
  return { container, address: words.includes('-address') ? (after('-address') ?? '') : '' }
}

/** What `parentOf` says of a process that has ended and was only not collected yet, or is not there. */
const DEAD = -1

const parentOf = (stat: string): number => {
  const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return parent === undefined || state === 'Z' || state === 'X' ? DEAD : Number(parent)
}

/**
 * Which engine's containers are looked for: every one's, or under test only those of the engine whose folder this is,
 * because somebody else's containers live on the same machine.
 */
const engineFolder = (env: NodeJS.ProcessEnv): string | undefined =>
  env['CLAWDBOT_TEST'] === '1' && env['DOCKER_HOST']?.startsWith('unix:///')
    ? dirname(env['DOCKER_HOST'].slice('unix://'.length))
    : undefined

/**
 * The ids of Docker's containers that have a living process, whoever made them; undefined where that can not be seen
 * (macOS and Windows, where Docker runs in a machine of its own that ends with it).
 */
export const livingContainers = (env: NodeJS.ProcessEnv): readonly string[] | undefined => {
  if (process.platform !== 'linux') return undefined
  try {
    // Where others' processes are hidden, not seeing any says nothing.
    if (read(1, 'stat') === '') return undefined
    const pids = listPids()
    const folder = engineFolder(env)
    const parents = new Set(pids.map((pid) => parentOf(read(pid, 'stat'))))
    const ofShims = pids
      .flatMap((pid) => findShim(pid) ?? [])
      .filter(({ pid }) => parents.has(pid))
      .filter(({ address }) => folder === undefined || address.startsWith(`${folder}/`))
      .map(({ container }) => container)
    if (folder !== undefined) return [...new Set(ofShims)]
    // A shim can be killed too, and its container's processes live on. Where we are in a container ourselves, all
    // that is in it with us is no container of ours.
    const own = new Set(containersIn(read('self', 'cgroup')))
    const inside = pids.flatMap((pid) => containersIn(read(pid, 'cgroup')))
    return [...new Set([...ofShims, ...inside.filter((container) => !own.has(container))])]
  } catch {
    // Without /proc there is nothing to see, and nothing seen is no proof.
    return undefined
  }
}

const findShim = (pid: number): (Trace & { readonly address: string }) | undefined => {
  if (!read(pid, 'comm').startsWith('containerd-shim')) return undefined
  const shim = shimOf(read(pid, 'cmdline'))
  return shim && { pid, ...shim }
}

/** The processes of these containers, found by their control group, which nothing inside can leave. */
const processesOf = (containers: ReadonlySet<string>): readonly Trace[] =>
  listPids().flatMap((pid) => {
    if (parentOf(read(pid, 'stat')) === DEAD) return []
    const ids = [...read(pid, 'cgroup').matchAll(/[0-9a-f]{64}/g)].map(([id]) => id)
    const container = ids.findLast((id) => containers.has(id))
    return container === undefined ? [] : [{ pid, container }]
  })

/**
 * SIGKILL for every process of these containers, without Docker: where this user may. Returns the ids of those that
 * have processes still, or had some until now; an id that is not in it shows no process here, which is no proof that
 * it has none elsewhere.
 */
export const killWithoutEngine = (containers: ReadonlySet<string>): ReadonlySet<string> => {
  if (process.platform !== 'linux' || containers.size === 0) return new Set()
  try {
    const found = processesOf(containers)
    for (const { pid, container } of found) killIfStillIn(pid, container)
    return new Set(found.map(({ container }) => container))
  } catch {
    // No /proc: nothing can be found, and nothing is claimed.
    return new Set()
  }
}

/** Looked at once more just before, because a pid may have another owner by now. */
const killIfStillIn = (pid: number, container: string): void => {
  try {
    const cgroup = readFileSync(`/proc/${pid}/cgroup`, 'utf8')
    if (!cgroup.includes(container)) return
    killProcess(pid)
    thaw(cgroup, container)
  } catch {
    // It is gone.
  }
}

/** With control groups of version 1 a frozen process dies only when it is thawed; version 2 kills it frozen. */
const thaw = (cgroup: string, container: string): void => {
  const path = /^\d+:freezer:(\/.*)$/m.exec(cgroup)?.[1]
  if (path === undefined || !path.includes(container)) return
  try {
    writeFileSync(`/sys/fs/cgroup/freezer${path}/freezer.state`, 'THAWED')
  } catch {
    // Not mounted there, or not ours to write: what stays alive is named as a survivor.
  }
}
