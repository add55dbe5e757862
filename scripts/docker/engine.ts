// A Docker Engine for tests: the one that is here, or a private one for the time being.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { ClawdbotError } from '../../src/shared/domain/error.ts'
import { killWithoutEngine, livingContainers } from '../../src/supervisor/docker/container-processes.ts'
import { findEngine } from '../../src/supervisor/docker/engine-location.ts'
import { killProcess } from '../../src/supervisor/processes/kill.ts'
import { processTable } from '../../src/supervisor/processes/process-table.ts'
import { ensureDocker } from '../system/packages.ts'
import { diesWithParent } from '../system/run-command.ts'
import { ensureSandboxImage } from './sandbox-image.ts'
import { engineAt, ensureTestImage } from './test-image.ts'

const run = promisify(execFile)

/** How long (ms) an engine may take to begin, and to end by itself. Limits for a hang, no measures of speed. */
const BEGIN_WITHIN_MS = 30_000
const END_WITHIN_MS = 20_000
const LOOK_EVERY_MS = 50

export interface PrivateEngine {
  /** As in DOCKER_HOST. */
  readonly host: string
  /** The process id of dockerd. */
  readonly pid: number
  /** Kills what runs in it, ends it and removes its files. */
  readonly stop: () => Promise<void>
}

const answers = async (host: string): Promise<boolean> => {
  const answer = await engineAt(host).ask({ method: 'GET', path: '/_ping', within: 2_000 })
  return answer.kind === 'answer' && answer.status === 200 && answer.body === 'OK'
}

/** DOCKER_HOST of the engine that this environment leads to, if it answers. */
const presentEngine = async (): Promise<string | undefined> => {
  const location = findEngine(process.env)
  if (location.kind !== 'socket') return undefined
  const host = `${process.platform === 'win32' ? 'npipe' : 'unix'}://${location.path}`
  return (await answers(host)) ? host : undefined
}

const FOLDER_PREFIX = 'clawdbot-docker-'

type StorageDriver = 'overlay2' | 'vfs'

const spawnEngine = (folder: string, host: string, driver: StorageDriver): ChildProcess => {
  const options = {
    'config-file': join(folder, 'daemon.json'),
    'data-root': join(folder, 'data'),
    'exec-root': join(folder, 'exec'),
    pidfile: join(folder, 'dockerd.pid'),
    host,
    // Tests need no network, and the machine's packet filter is not ours to change.
    bridge: 'none',
    iptables: 'false',
    'storage-driver': driver,
  }
  const words = Object.entries(options).map(([name, value]) => `--${name}=${value}`)
  const [file, ...args] = diesWithParent('linux', 'dockerd', words)
  // Detached: a Ctrl-C in the terminal must reach the tests, not the engine they clean up with.
  return spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true })
}

/** What it said, where it did not come up. */
const begin = async (
  folder: string,
  host: string,
  driver: StorageDriver,
): Promise<{ readonly dockerd: ChildProcess } | { readonly complaints: string }> => {
  const dockerd = spawnEngine(folder, host, driver)
  let complaints = ''
  dockerd.stderr?.on('data', (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-4_000)))
  dockerd.once('error', (error) => (complaints += error.message))
  const deadline = performance.now() + BEGIN_WITHIN_MS
  while (isRunning(dockerd) && performance.now() < deadline) {
    if (await answers(host)) return { dockerd }
    await pause(LOOK_EVERY_MS)
  }
  await end(dockerd, folder, host)
  return { complaints }
}

const isRunning = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode === null && signalCode === null

/** Ends dockerd, and what a killed dockerd leaves behind: containers, their shims, containerd, mounts. */
const end = async (dockerd: ChildProcess, folder: string, host: string): Promise<void> => {
  dockerd.kill('SIGTERM')
  const deadline = performance.now() + END_WITHIN_MS
  while (isRunning(dockerd) && performance.now() < deadline) await pause(LOOK_EVERY_MS)
  dockerd.kill('SIGKILL')
  const env = { CLAWDBOT_TEST: '1', DOCKER_HOST: host }
  while ((livingContainers(env) ?? []).length > 0 && performance.now() < deadline) {
    killWithoutEngine(new Set(livingContainers(env)))
    await pause(LOOK_EVERY_MS)
  }
  for (const { pid, command } of processTable.list()) {
    if (command.includes(`${folder}/exec/`) && pid !== process.pid) killProcess(pid)
  }
  const mounts = (await readFile('/proc/self/mounts', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
  for (const mount of mounts.filter((path) => path.startsWith(`${folder}/`))) {
    // What is left mounted keeps the folder from being removed, which then says so.
    await run('umount', ['--lazy', mount]).catch(() => undefined)
  }
}

const killContainers = async (host: string): Promise<void> => {
  const engine = engineAt(host)
  const list = await engine.ask({ method: 'GET', path: '/containers/json', within: 5_000 })
  if (list.kind !== 'answer' || list.status !== 200) return
  const ids = [...list.body.matchAll(/"Id":"([0-9a-f]{64})"/g)].map(([, id]) => id)
  await Promise.all(
    ids.map((id) => engine.ask({ method: 'DELETE', path: `/containers/${id}?force=1`, within: 10_000 })),
  )
}

/** What an engine that was killed together with its tests has left, if that is an hour ago or more. */
const removeLeftovers = async (): Promise<void> => {
  const anHourAgo = Date.now() - 3_600_000
  const running = processTable.list().map(({ command }) => command)
  for (const name of await readdir(tmpdir())) {
    const folder = join(tmpdir(), name)
    if (!name.startsWith(FOLDER_PREFIX) || running.some((command) => command.includes(folder))) continue
    // A folder that is somebody else's or is gone meanwhile is left alone; this is for tidiness only.
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
    if (mtimeMs < anHourAgo) await rm(folder, { recursive: true, force: true }).catch(() => undefined)
  }
}

/**
 * Starts an engine of its own, with the test image; it ends with this process if it is not stopped before. Linux and
 * root only: throws `runtime_missing` with what to do elsewhere.
 */
export const startPrivateEngine = async (): Promise<PrivateEngine> => {
  await ensureDocker()
  await removeLeftovers()
  const folder = await mkdtemp(join(tmpdir(), FOLDER_PREFIX))
  const host = `unix://${join(folder, 'docker.sock')}`
  const removeFolder = (): Promise<void> =>
    rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  // Without a file of its own it would read the machine's.
  await writeFile(join(folder, 'daemon.json'), '{}')
  let complaints = ''
  for (const driver of ['overlay2', 'vfs'] as const) {
    const begun = await begin(folder, host, driver)
    if ('complaints' in begun) {
      complaints = begun.complaints
      continue
    }
    const { dockerd } = begun
    const stop = async (): Promise<void> => {
      // A test may have stopped it, and then it would hear nothing.
      dockerd.kill('SIGCONT')
      await killContainers(host)
      await end(dockerd, folder, host)
      await removeFolder()
    }
    try {
      await ensureTestImage(host)
    } catch (error) {
      await stop()
      throw error
    }
    return { host, pid: Number(await readFile(join(folder, 'dockerd.pid'), 'utf8')), stop }
  }
  await removeFolder()
  throw new ClawdbotError(
    'runtime_missing',
    'The Docker Engine for tests did not start.',
    complaints || 'It printed nothing.',
  )
}

/** Calls `use` with an environment whose DOCKER_HOST answers: the engine of this machine, or a private one for now. */
export const withDocker = async <T>(
  use: (env: NodeJS.ProcessEnv, started: 'here already' | 'for now') => Promise<T>,
): Promise<T> => {
  const present = await presentEngine()
  if (present !== undefined) {
    await ensureTestImage(present)
    await ensureSandboxImage(present, 'present')
    return use({ ...process.env, DOCKER_HOST: present }, 'here already')
  }
  const engine = await startPrivateEngine()
  try {
    await ensureSandboxImage(engine.host, 'private')
    return await use({ ...process.env, DOCKER_HOST: engine.host }, 'for now')
  } finally {
    await engine.stop()
  }
}
