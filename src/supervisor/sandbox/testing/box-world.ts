// Test support: sandboxes on the tests' real engine, with the real helper, a state directory and a label of their own.
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { SandboxesView } from '../../../shared/contracts/hands-views.ts'
import type { AuditEntry } from '../../../shared/domain/audit.ts'
import { parseSessionKey, type SessionKey } from '../../../shared/domain/session.ts'
import { DEFAULT_LIMITS } from '../../../shared/state/config/limits.ts'
import type { BoxConfig, SandboxConfig } from '../../../shared/state/config/schema.ts'
import { resolveStatePaths, type StatePaths } from '../../../shared/state/state-dir.ts'
import { createEngineClient, type EngineClient } from '../../docker/engine-client.ts'
import { listOurs, type OurContainer, sandboxLabel } from '../../docker/our-containers.ts'
import { dockerEnv } from '../../testing/docker-env.ts'
import type { BoxSettings, BoxWanted } from '../plan-box.ts'
import { createSandboxes, type Sandboxes, type SandboxesOptions } from '../sandboxes.ts'

export const PROJECT = resolve(import.meta.dirname, '../../../..')
const SANDBOX_IMAGE = 'clawdbot-sandbox:bookworm-slim'

const testBox = (more: Partial<BoxConfig> = {}): BoxConfig => ({
  image: SANDBOX_IMAGE,
  containerPrefix: 'clawdbot-sbx-',
  readOnlyRoot: true,
  tmpfs: ['/tmp', '/var/tmp', '/run'],
  network: 'none',
  user: undefined,
  env: { LANG: 'C.UTF-8' },
  setupCommand: undefined,
  ...DEFAULT_LIMITS,
  memorySwap: DEFAULT_LIMITS.memory,
  seccompProfile: undefined,
  apparmorProfile: undefined,
  dns: [],
  extraHosts: [],
  binds: [],
  ...more,
})

export const testSandbox = (
  workspaceRoot: string,
  more: Partial<SandboxConfig> = {},
  box: Partial<BoxConfig> = {},
): SandboxConfig => ({
  mode: 'non-main',
  scope: 'session',
  workspaceAccess: 'none',
  workspaceRoot,
  docker: testBox(box),
  tools: { allow: [], deny: [] },
  prune: { idleHours: 24, maxAgeDays: 7 },
  ahead: 2,
  risks: [],
  ...more,
})

export const sessionOf = (text: string): SessionKey => {
  const session = parseSessionKey(text)
  if (session === undefined) throw new Error(`not a session: ${text}`)
  return session
}

/** What somebody who is a friend asks for. */
export const friendsBox = (number = 1): BoxWanted => ({
  session: sessionOf(`telegram:dm:${number}`),
  trust: 'friend',
  network: false,
})

export interface BoxWorld {
  readonly root: string
  readonly paths: StatePaths
  readonly env: NodeJS.ProcessEnv
  readonly engine: EngineClient
  readonly notes: AuditEntry[]
  readonly views: Pick<SandboxesView, 'containers' | 'checkedAt' | 'risks'>[]
  readonly settings: (more?: Partial<SandboxConfig>, box?: Partial<BoxConfig>) => BoxSettings
  /** With the settings above in force, unless they are given. */
  readonly sandboxes: (more?: Partial<SandboxesOptions>, settings?: BoxSettings) => Sandboxes
  readonly containers: () => Promise<readonly OurContainer[]>
  /** Of each of them, as Docker says it. */
  readonly states: () => Promise<readonly string[]>
  /** POST; its status. */
  readonly post: (path: string, body?: object) => Promise<number>
  readonly remove: () => Promise<void>
}

export const createBoxWorld = (): BoxWorld => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'clawdbot-boxes-')))
  const paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: join(root, 'state') }, root)
  mkdirSync(paths.root, { mode: 0o700 })
  const env = dockerEnv()
  const engine = createEngineClient(env, { signal: new AbortController().signal, holds: 'process' })
  const started: Sandboxes[] = []
  const notes: AuditEntry[] = []
  const views: BoxWorld['views'] = []

  const settings: BoxWorld['settings'] = (more, box) => ({
    sandbox: testSandbox(paths.sandboxes, more, box),
    workspace: paths.workspace,
    readOnly: false,
    hostAccess: false,
  })
  const containers = async (): Promise<readonly OurContainer[]> => {
    const list = await listOurs(engine, sandboxLabel(env), 60_000)
    if (list.kind !== 'list') throw new Error(`Docker ${list.why}`)
    return list.containers
  }
  return {
    root,
    paths,
    env,
    engine,
    notes,
    views,
    settings,
    containers,
    states: async () => (await containers()).map(({ state }) => state),
    sandboxes: (more, given = settings()) => {
      const sandboxes = createSandboxes({
        paths,
        appRoot: PROJECT,
        env,
        now: Date.now,
        isLocked: () => false,
        note: (entry) => notes.push(entry),
        onChange: (view) => views.push(view),
        onError: (error) => {
          throw error
        },
        ...more,
      })
      sandboxes.adopt(given)
      started.push(sandboxes)
      return sandboxes
    },
    post: async (path, body) => {
      const request = { method: 'POST', path, within: 60_000 } as const
      const answer = await engine.ask(
        body === undefined ? request : { ...request, body: JSON.stringify(body) },
      )
      return answer.kind === 'answer' ? answer.status : 0
    },
    remove: async () => {
      await Promise.all(started.map((sandboxes) => sandboxes.close()))
      const left = await containers()
      await Promise.all(
        left.map(({ id }) =>
          engine.ask({ method: 'DELETE', path: `/containers/${id}?force=1`, within: 60_000 }),
        ),
      )
      rmSync(root, { recursive: true, force: true })
    },
  }
}
