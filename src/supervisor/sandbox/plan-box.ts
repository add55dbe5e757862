// Everything that has to be known before a sandbox can be asked for: folders, owner, profile, helper, engine.
import { createHash, randomBytes } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { ClawdbotError } from '../../shared/domain/error.ts'
import type { Trust } from '../../shared/domain/people.ts'
import type { SessionKey } from '../../shared/domain/session.ts'
import { readBounded } from '../../shared/state/atomic-file.ts'
import type { Config, SandboxConfig } from '../../shared/state/config/schema.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { findEngine } from '../docker/engine-location.ts'
import { sandboxLabel } from '../docker/our-containers.ts'
import { hasHostAccess } from '../hands/rules.ts'
import { boxKey, containerName } from './box-name.ts'
import type { EngineFacts } from './engine/engine-facts.ts'
import { wantedContainer } from './hardening.ts'
import { prepareWorkspaces, type Workspaces } from './keep/workspace.ts'
import type { HostPlaces, WantedContainer } from './wanted-container.ts'

/** As an argument of the first process the helper has to be shorter than Linux lets one be. Bytes. */
const MAX_HELPER_BYTES = 120 * 1024
const MAX_PROFILE_BYTES = 1024 * 1024

/** Labels of ours besides that which STOP looks for. */
export const STATE_LABEL = 'clawdbot.stateDir'
export const SESSION_LABEL = 'clawdbot.sessionKey'
export const HOLDER_LABEL = 'clawdbot.supervisor'

export interface BoxWanted {
  readonly session: SessionKey
  readonly trust: Trust
  /** Whether it may have the network that the config gives to sandboxes. */
  readonly network: boolean
}

export interface BoxSettings {
  readonly sandbox: SandboxConfig
  /** Absolute: the agent's own files. */
  readonly workspace: string
  readonly readOnly: boolean
  /** Whether any session's commands may run on the host. */
  readonly hostAccess: boolean
}

export const boxSettings = (config: Config, readOnly: boolean): BoxSettings => ({
  sandbox: config.sandbox,
  workspace: config.workspace,
  readOnly,
  hostAccess: hasHostAccess(config),
})

/** What of this machine a sandbox made under these may write to, besides the folder that is its own. */
export const writableOutside = ({ sandbox, workspace, readOnly }: BoxSettings): readonly string[] =>
  readOnly
    ? []
    : [
        ...(sandbox.workspaceAccess === 'rw' ? [workspace] : []),
        ...sandbox.docker.binds.filter((bind) => !bind.readOnly).map(({ source }) => source),
      ]

export interface BoxPlan {
  /** What it was made from: under the same settings the same is wanted. */
  readonly settings: BoxSettings
  readonly key: string
  readonly name: string
  readonly container: WantedContainer
}

export interface PlanOptions {
  readonly wanted: BoxWanted
  readonly settings: BoxSettings
  readonly paths: StatePaths
  readonly appRoot: string
  readonly env: NodeJS.ProcessEnv
  readonly engine: Pick<EngineFacts, 'limitsSwap'>
  /** Names the supervisor that asks, as `<pid>:<start of the process>`. */
  readonly holder: string
  readonly now: number
}

/** A name for a state directory that says nothing of where it is. */
export const stateName = (paths: StatePaths): string =>
  createHash('sha256').update(paths.root).digest('hex').slice(0, 16)

/**
 * Makes the workspace where there is none, and says what to ask of Docker. Errors: `sandbox_refused`,
 * `state_not_writable`, `disk_full`.
 */
export const planBox = async (options: PlanOptions): Promise<BoxPlan> => {
  const { wanted, settings, paths, appRoot, env, engine, holder, now } = options
  const { docker, scope } = settings.sandbox
  const key = boxKey(scope, wanted.session, wanted.trust)
  const folder = join(appRoot, 'docker', 'sandbox')
  const [workspace, seccomp, helper, binds] = await Promise.all([
    prepareWorkspaces(settings.sandbox, settings.workspace, key),
    readOrRefuse(docker.seccompProfile ?? join(folder, 'seccomp.json'), MAX_PROFILE_BYTES),
    readOrRefuse(join(folder, 'helper.py'), MAX_HELPER_BYTES),
    Promise.all(docker.binds.map(async (bind) => ({ ...bind, source: await resolved(bind.source) }))),
  ])
  const [name = '', value = ''] = sandboxLabel(env).split('=')
  const container = wantedContainer({
    sandbox: { ...settings.sandbox, docker: { ...docker, binds } },
    // What anybody else left among the agent's files the owner's approved commands could run on the host.
    readOnly: settings.readOnly || (settings.hostAccess && wanted.trust !== 'owner'),
    network: wanted.network,
    workspace,
    user: workspace.user,
    seccomp,
    helper,
    limitsSwap: engine.limitsSwap,
    places: await hostPlaces(paths, env, workspace),
    labels: {
      [name]: value,
      [SESSION_LABEL]: key,
      'clawdbot.createdAtMs': String(now),
      [STATE_LABEL]: stateName(paths),
      [HOLDER_LABEL]: holder,
    },
  })
  return {
    settings,
    key,
    name: containerName(docker.containerPrefix, key, randomBytes(3).toString('hex')),
    container,
  }
}

const hostPlaces = async (
  paths: StatePaths,
  env: NodeJS.ProcessEnv,
  workspace: Workspaces,
): Promise<HostPlaces> => {
  const engine = findEngine(env)
  const { root, config, credentials, sessions, gateway, audit, incidents, run } = paths
  const ours = [config, credentials, sessions, gateway, audit, incidents, run]
  return {
    closed: await bothNames([
      ...ours,
      ...(engine.kind === 'socket' ? [engine.path] : []),
      '/etc',
      '/proc',
      '/sys',
      '/dev',
      '/boot',
      '/run',
      '/var/run',
      '/var/lib/docker',
      '/var/lib/containerd',
    ]),
    whole: await bothNames(['/', '/root', homedir(), env['HOME'] || homedir()]),
    state: (await bothNames([root])).at(-1) ?? root,
    workspaces: workspace.root,
  }
}

/** Each as it is named and as it really is, because a mount's source is what it really is. */
const bothNames = async (places: readonly string[]): Promise<readonly string[]> => {
  const found = await Promise.all(places.map((place) => realpath(place).catch(() => place)))
  return [...new Set([...places, ...found])]
}

const readOrRefuse = async (path: string, maxBytes: number): Promise<string> => {
  const found = await readBounded(path, maxBytes)
  if (found.kind === 'text') return found.text
  throw new ClawdbotError(
    'sandbox_refused',
    `No sandbox is made: ${path} ${found.kind === 'absent' ? 'is not there' : `can not be used: ${found.why}`}.`,
    'Repair or reinstall Clawdbot, or correct agent.sandbox.docker.seccompProfile. Nothing runs on the host instead.',
  )
}

const resolved = async (path: string): Promise<string> => {
  try {
    return await realpath(path)
  } catch (error) {
    throw new ClawdbotError(
      'sandbox_refused',
      `No sandbox is made: ${path} of agent.sandbox.docker.binds is not there.`,
      'Make it, or take it out of the list. Nothing runs on the host instead.',
      error,
    )
  }
}
