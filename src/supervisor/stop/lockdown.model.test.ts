// STOP as a model: the real lifecycle, runner, lockdown, latch and resume over a real disk, with processes that are
// only numbers, under arbitrary interleavings of everything that an owner, a crash or a vandal may do.
import { AsyncLocalStorage } from 'node:async_hooks'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import * as fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { StartMessage } from '../../shared/contracts/gateway.ts'
import { resolveStatePaths, type StatePaths } from '../../shared/state/state-dir.ts'
import type { Audit } from '../audit/audit.ts'
import { createGatewayRunner, type GatewayRunner } from '../children/gateway-runner.ts'
import type { GatewayChild, GatewayLaunch } from '../children/launch-gateway.ts'
import { lockedDown } from '../children/launch-plan.ts'
import type { KillReport } from './kill-all.ts'
import { isLatched, readLatch, readWitnesses } from './latch.ts'
import { createLockdown, type Lockdown } from './lockdown.ts'
import { resumeLatch } from './resume-latch.ts'
import type { ContainersReport } from './stop-containers.ts'
import { stopEverything } from './stop-everything.ts'

/** What the mocked edges of the product reach: the world of the run that is under way. */
const edge: { world: World | undefined } = { world: undefined }
const theWorld = (): World => {
  if (edge.world === undefined) throw new Error('no run is under way')
  return edge.world
}

vi.mock('../children/launch-gateway.ts', () => ({
  launchGateway: (launch: GatewayLaunch): GatewayChild => theWorld().launch(launch),
}))
vi.mock('./kill-all.ts', () => ({ killAll: (): Promise<KillReport> => theWorld().killAll() }))
vi.mock('./stop-containers.ts', () => ({
  stopContainers: async (): Promise<ContainersReport> => {
    await theWorld().pause()
    return {
      before: [],
      frozenMs: null,
      deadMs: null,
      found: 0,
      frozen: 0,
      dead: 0,
      survivors: [],
      error: null,
    }
  },
}))
vi.mock('./record-stop.ts', () => ({
  recordStop: () =>
    theWorld()
      .pause()
      .then(() => null),
}))
vi.mock('./survivors.ts', () => ({
  findSurvivors: () => theWorld().survivors(),
  refuseSurvivors: ({ survivors }: { readonly survivors: readonly unknown[] }) => {
    if (survivors.length > 0) throw new Error('something lives')
  },
}))

/** A stop or a resume, by the order in which things happened. */
interface Act {
  readonly begun: number
  ended: number
  /** A stop: the latch was kept. A resume: it went through. `open` while it is under way. */
  outcome: 'open' | 'done' | 'failed'
  /** Was there a latch when it began? A resume of nothing changes nothing. */
  readonly latched: boolean
  /** A resume: when the owner had seen what it is to end; it can end no stop that began later. */
  decided: number | undefined
}

/** Which resume it is that looks for survivors now. */
const current = new AsyncLocalStorage<Act>()

class World {
  readonly paths: StatePaths
  readonly folder: string
  readonly stops: Act[] = []
  readonly resumes: Act[] = []
  readonly living = new Map<number, GatewayLaunch>()
  readonly wrong: string[] = []
  readonly #pauses: Iterator<number>
  #clock = 0
  #pid = 100
  #starts: number[] = []
  runner!: GatewayRunner
  lockdown!: Lockdown
  /** A supervisor that was replaced does nothing any more. */
  generation = 0
  diskWasGone = false

  constructor(pauses: Iterator<number>) {
    this.#pauses = pauses
    this.folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'clawdbot-model-'))
    this.paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: join(this.folder, 'state') }, '/')
  }

  tick(): number {
    this.#clock += 1
    return this.#clock
  }

  async pause(): Promise<void> {
    const turns: number = this.#pauses.next().value ?? 0
    for (let at = 0; at < turns; at += 1) await turn()
  }

  /** A stop that is over, kept its latch, and that no resume can have ended. */
  holds(): boolean {
    return this.stops.some(
      (stop) =>
        stop.outcome === 'done' &&
        this.resumes.every(
          ({ outcome, decided }) => outcome === 'failed' || (decided !== undefined && decided < stop.begun),
        ),
    )
  }

  ownerStarted(): void {
    this.#starts.push(this.tick())
  }

  launch(launch: GatewayLaunch): GatewayChild {
    if (this.holds()) this.wrong.push('launched while a stop holds')
    const resume = this.resumes.findLast(({ outcome, latched }) => outcome === 'done' && latched)
    if (resume !== undefined && !this.#starts.some((at) => at > resume.begun))
      this.wrong.push('started by itself after a resume')
    const pid = this.#pid++
    this.living.set(pid, launch)
    void this.readyLater(pid)
    return {
      pid,
      start: String(pid),
      send: () => this.living.has(pid),
      signal: () => void this.pause().then(() => this.end(pid)),
    }
  }

  async readyLater(pid: number): Promise<void> {
    await this.pause()
    const launch = this.living.get(pid)
    launch?.onMessage({ type: 'ready', runId: launch.runId })
  }

  endAll(): void {
    for (const pid of Array.from(this.living.keys())) this.end(pid)
  }

  end(pid: number): void {
    const launch = this.living.get(pid)
    this.living.delete(pid)
    launch?.onExit({ how: 'was ended', lastOutput: [] })
  }

  async killAll(): Promise<KillReport> {
    const killed = [...this.living.keys()]
    if (killed.length > 0 && !isLatched(this.paths) && !this.diskWasGone)
      this.wrong.push('killed before the latch')
    await this.pause()
    for (const pid of killed) this.end(pid)
    for (;;) {
      const left = [...this.living.keys()]
      if (left.length === 0) return { deadMs: 0, killed: killed.length, survivors: [], escaped: [] }
      for (const pid of left) this.end(pid)
    }
  }

  async survivors(): Promise<{ readonly survivors: readonly number[]; readonly error: null }> {
    const resume = current.getStore()
    if (resume !== undefined) resume.decided = this.tick()
    await this.pause()
    return { survivors: [...this.living.keys()], error: null }
  }

  diskIsGone(): boolean {
    return existsSync(`${this.folder}/away`)
  }
}

const start: StartMessage = {
  type: 'start',
  runId: 'run',
  stateDir: '/',
  logFile: '/log',
  logLevel: 'info',
  model: { name: 'offline/obedient', timeoutSeconds: 1 },
  telegram: null,
  simulator: true,
  people: { revision: 1, providers: [] },
  givenUpBefore: 0,
  secrets: [],
  grants: [],
}

const refuse = (): never => {
  throw new Error('not in this model')
}

const audit = (world: World): Audit => {
  return {
    perform: async (_, work) => {
      await world.pause()
      return work()
    },
    intend: refuse,
    conclude: refuse,
    note: refuse,
    record: refuse,
    view: refuse,
    verify: refuse,
    flush: refuse,
    close: refuse,
  }
}

/** A supervisor on what the disk says, as after a start of the app. */
const supervise = async (world: World): Promise<void> => {
  const latch = await readLatch(world.paths)
  const generation = (world.generation += 1)
  world.runner?.close()
  world.endAll()
  const check = (): void => {
    if (generation !== world.generation || isLatched(world.paths)) throw lockedDown(world.paths)
  }
  const runner = createGatewayRunner({
    now: Date.now,
    random: () => 0,
    latched: latch.kind === 'locked',
    plan: async () => {
      check()
      await world.pause()
      const launch = {
        node: '',
        main: '',
        grants: [],
        cwd: '/',
        runId: 'run',
        env: {},
        redact: (text: string) => text,
      }
      return { ...launch, check, start: () => start }
    },
    onChange: () => undefined,
    onOutput: () => undefined,
    onMessage: () => undefined,
    onGone: () => undefined,
  })
  world.runner = runner
  world.lockdown = createLockdown({
    paths: world.paths,
    env: {},
    now: Date.now,
    runner,
    latch,
    audit: audit(world),
    knownContainers: () => [],
    logFile: () => '/log',
    redact: () => (text) => text,
    resultOf: () => Promise.resolve(null),
    onChange: () => undefined,
    onError: () => undefined,
  })
}

const stopBy = async (
  world: World,
  stop: () => Promise<{ readonly latchMs: number | null; readonly latchError: unknown }>,
) => {
  const act: Act = {
    begun: world.tick(),
    ended: 0,
    outcome: 'open',
    latched: isLatched(world.paths),
    decided: undefined,
  }
  world.stops.push(act)
  const { latchMs, latchError } = await stop()
  act.ended = world.tick()
  act.outcome = latchMs !== null && latchError === null ? 'done' : 'failed'
  if (world.holds() && world.living.size > 0) world.wrong.push('something lives after a stop')
}

const resumeBy = async (world: World, resume: () => Promise<void>): Promise<void> => {
  const act: Act = {
    begun: world.tick(),
    ended: 0,
    outcome: 'open',
    latched: isLatched(world.paths),
    decided: undefined,
  }
  world.resumes.push(act)
  try {
    await current.run(act, resume)
    act.outcome = 'done'
  } catch {
    // Refused: the lockdown holds, which is what is checked. Where the disk went away meanwhile, nobody can say.
    act.outcome = world.diskWasGone ? 'done' : 'failed'
  }
  act.ended = world.tick()
}

const onDisk = (world: World, change: () => void): Promise<void> => {
  if (!world.diskIsGone()) change()
  return Promise.resolve()
}

/** Everything that may happen. */
const COMMANDS: Readonly<Record<string, (world: World) => Promise<void>>> = {
  start: (world) => {
    world.ownerStarted()
    world.runner.dispatch({ type: 'start' })
    return Promise.resolve()
  },
  crash: async (world) => {
    world.endAll()
  },
  stopInTheApp: (world) => stopBy(world, () => world.lockdown.stop('app', 'a test')),
  stopByTheCli: (world) =>
    stopBy(world, () => stopEverything({ paths: world.paths, by: 'cli', reason: 'a test', env: {} })),
  resumeInTheApp: (world) => resumeBy(world, () => world.lockdown.resume('the owner', 'a test')),
  resumeByTheCli: (world) =>
    resumeBy(world, async () => {
      const known = await readWitnesses(world.paths)
      if ((await world.survivors()).survivors.length > 0) throw new Error('something lives')
      await resumeLatch(world.paths, { at: Date.now(), by: 'cli', reason: 'a test' }, known)
    }),
  follow: (world) => world.lockdown.follow().catch(() => undefined),
  restartTheSupervisor: (world) => supervise(world),
  breakTheConfig: async ({ runner }) =>
    runner.dispatch({ type: 'config-broken', error: { code: 'config_invalid', message: '', hint: '' } }),
  mendTheConfig: async ({ runner }) => runner.dispatch({ type: 'config-mended' }),
  deleteTheLatch: (world) =>
    onDisk(world, () => {
      if (existsSync(world.paths.lockdowns)) rmSync(world.paths.lockdown, { force: true })
    }),
  corruptTheLatch: (world) =>
    onDisk(world, () => {
      if (existsSync(world.paths.lockdown)) writeFileSync(world.paths.lockdown, '{"version":')
    }),
  deleteTheJournal: (world) =>
    onDisk(world, () => {
      if (existsSync(world.paths.lockdown)) rmSync(world.paths.lockdowns, { force: true })
    }),
  tearTheJournal: (world) =>
    onDisk(world, () => {
      if (existsSync(world.paths.lockdown) && existsSync(world.paths.lockdowns))
        truncateSync(world.paths.lockdowns, 20)
    }),
  takeTheDiskAway: (world) =>
    onDisk(world, () => {
      world.diskWasGone = true
      renameSync(world.paths.root, `${world.folder}/away`)
      writeFileSync(world.paths.root, '')
    }),
  giveTheDiskBack: (world) => {
    giveBack(world)
    return Promise.resolve()
  },
}

const giveBack = (world: World): void => {
  if (!world.diskIsGone()) return
  rmSync(world.paths.root)
  renameSync(`${world.folder}/away`, world.paths.root)
}

const command = fc.record({
  name: fc.constantFrom(...Object.keys(COMMANDS)),
  /** Does the next one wait for it? */
  wait: fc.constantFrom('until it is over', 'a moment', 'not at all'),
})

describe('supervisor and STOP, whatever happens in whatever order', () => {
  it('launch nothing while a stop holds, leave nothing alive, and open by a resume alone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(command, { maxLength: 14 }),
        fc.infiniteStream(fc.nat(6)),
        async (commands, pauses) => {
          const world = new World(pauses)
          edge.world = world
          try {
            mkdirSync(world.paths.root)
            await supervise(world)
            const running: Promise<void>[] = []
            for (const { name, wait } of commands) {
              const work = COMMANDS[name]?.(world) ?? Promise.resolve()
              running.push(work)
              if (wait === 'until it is over') await work
              if (wait === 'a moment') await world.pause()
            }
            await Promise.all(running)
            giveBack(world)
            await world.lockdown.follow()
            const open = (await readLatch(world.paths)).kind === 'open'
            if (world.holds() && open) world.wrong.push('opened by something else than a resume')
            if (world.holds() && world.runner.view().state.phase !== 'locked') world.wrong.push('not locked')
            if (world.holds() && world.living.size > 0) world.wrong.push('something lives in the end')
            expect(world.wrong).toEqual([])
            // And out of every state a resume leads, after a stop that goes through.
            await world.lockdown.stop('app', 'in the end')
            await world.lockdown.resume('the owner', 'in the end')
            expect(isLatched(world.paths)).toBe(false)
            expect(world.runner.view().state.phase).not.toBe('locked')
          } finally {
            world.runner.close()
            edge.world = undefined
            rmSync(world.folder, { recursive: true, force: true })
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})
