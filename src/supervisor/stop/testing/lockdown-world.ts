// Test support: the world of a model of STOP. The real lifecycle, runner, lockdown and latch over a real disk; processes
// are only numbers.
import { AsyncLocalStorage } from 'node:async_hooks'
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { StartMessage } from '../../../shared/contracts/gateway-told.ts'
import { resolveStatePaths, type StatePaths } from '../../../shared/state/state-dir.ts'
import type { Audit } from '../../audit/audit.ts'
import { createGatewayRunner, type GatewayRunner } from '../../children/gateway-runner.ts'
import type { GatewayChild, GatewayLaunch } from '../../children/launch-gateway.ts'
import { lockedDown } from '../../children/launch-plan.ts'
import { CLOSED_RULES, toldRules } from '../../hands/rules.ts'
import type { KillReport } from '../kill/kill-all.ts'
import { isLatched, readLatch } from '../latch/latch.ts'
import { createLockdown, type Lockdown } from '../lockdown.ts'

/** What the mocked edges of the product reach: the world of the run that is under way. */
export const edge: { world: World | undefined } = { world: undefined }
export const theWorld = (): World => {
  if (edge.world === undefined) throw new Error('no run is under way')
  return edge.world
}

/** A stop or a resume, by the order in which things happened. */
export interface Act {
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
export const current = new AsyncLocalStorage<Act>()

export class World {
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
  whatsapp: null,
  simulator: true,
  people: { revision: 1, providers: [], rules: toldRules(CLOSED_RULES) },
  host: null,
  epoch: 'first',
  resumedAt: 0,
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
export const supervise = async (world: World): Promise<void> => {
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
    onBoxChannel: () => undefined,
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
