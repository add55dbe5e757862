// Test support: a state directory, an app folder with the fake gateway, and supervisors on them.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { AppState } from '../../shared/contracts/app-state.ts'
import { resolveStatePaths, type StatePaths } from '../../shared/state/state-dir.ts'
import { createSupervisor, type Supervisor, type SupervisorOptions } from '../supervisor.ts'
import { dockerEnv } from './docker-env.ts'
import { fakeGateway } from './fake-gateway.ts'

export interface TestHome {
  readonly root: string
  readonly paths: StatePaths
  readonly appRoot: string
  readonly logFile: string
  readonly config: (config: object) => void
  /** `fake`: how the gateway misbehaves, see fake-gateway.ts. */
  readonly supervisor: (fake?: string, more?: Partial<SupervisorOptions>) => Promise<Supervisor>
  /** Ends all supervisors and removes everything. */
  readonly remove: () => Promise<void>
}

const PROJECT = resolve(import.meta.dirname, '../../..')

export const createTestHome = (): TestHome => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'clawdbot-supervisor-')))
  const appRoot = join(root, 'app')
  mkdirSync(join(appRoot, 'out/gateway'), { recursive: true })
  writeFileSync(join(appRoot, 'package.json'), '{"type":"module"}')
  writeFileSync(join(appRoot, 'out/gateway/main.js'), fakeGateway())
  symlinkSync(join(PROJECT, 'node_modules'), join(appRoot, 'node_modules'))
  const paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: join(root, 'state') }, root)
  mkdirSync(paths.root, { mode: 0o700 })
  const logFile = join(root, 'log/clawdbot.log')
  const config = (more: object): void =>
    writeFileSync(paths.config, JSON.stringify({ logging: { file: logFile }, ...more }))
  config({})
  const supervisors: Supervisor[] = []
  return {
    root,
    paths,
    appRoot,
    logFile,
    config,
    async supervisor(fake = '', more = {}) {
      const env = { ...dockerEnv(), CLAWDBOT_TEST_FAKE: fake }
      const supervisor = await createSupervisor({ paths, appRoot, env, home: root, ...more })
      supervisors.push(supervisor)
      return supervisor
    },
    async remove() {
      await Promise.all(supervisors.map((supervisor) => supervisor.close()))
      rmSync(root, { recursive: true, force: true })
    },
  }
}

/** For `expect.poll`: soon, on a busy machine. */
export const SOON = { timeout: 30_000 }

/** Resolves with the state as soon as it is as wanted. */
export const stateWhere = (supervisor: Supervisor, wanted: (state: AppState) => boolean): Promise<AppState> =>
  new Promise((done) => {
    const look = (): void => {
      const { state } = supervisor.snapshot()
      if (!wanted(state)) return
      stop()
      done(state)
    }
    const stop = supervisor.subscribe(look)
    look()
  })

export const inPhase = (supervisor: Supervisor, phase: AppState['gateway']['phase']): Promise<AppState> =>
  stateWhere(supervisor, ({ gateway }) => gateway.phase === phase)

export const startRunning = async (supervisor: Supervisor): Promise<AppState> => {
  await supervisor.start()
  return inPhase(supervisor, 'running')
}

/** Has the fake gateway do something, and resolves with what it says happened. */
export const order = async (supervisor: Supervisor, words: string): Promise<string> => {
  const before = supervisor.snapshot().state.simulator.length
  await supervisor.simulate('owner', 'Owner', words)
  const isAnswer = (said: AppState['simulator'][number]): boolean =>
    said.from === 'agent' && said.id === words
  const { simulator } = await stateWhere(supervisor, (state) => state.simulator.slice(before).some(isAnswer))
  return simulator.slice(before).find(isAnswer)?.text ?? ''
}
