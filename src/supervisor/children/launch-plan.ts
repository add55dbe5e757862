import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { PeopleTold, StartMessage } from '../../shared/contracts/gateway-told.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import type { Config } from '../../shared/state/config/schema.ts'
import { makePrivateDir, type StatePaths } from '../../shared/state/state-dir.ts'
import { hasHostAccess } from '../hands/rules.ts'
import { logFileOf, prepareLogFolder } from '../logs/log-location.ts'
import { redactorOf } from '../logs/redactor-of.ts'
import { newRunId } from '../processes/run-cookie.ts'
import { isLatched, lastResumedAt, lockdownEpoch } from '../stop/latch/latch.ts'
import type { LaunchPlan } from './gateway-runner.ts'
import { gatewayGrants, type HostAccess } from './grants.ts'
import { packageFolders } from './package-folders.ts'
import { pinnedNodePath } from './pinned-node.ts'

export interface PlanOptions {
  readonly paths: StatePaths
  /** The folder that holds `out/` and `node_modules/`. */
  readonly appRoot: string
  readonly env: NodeJS.ProcessEnv
  readonly home: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** The people at the moment of the launch. */
  readonly people: () => PeopleTold
}

/** One launch of the gateway, from a valid config: what it may touch, and all that it is told. */
export const planLaunch = async (options: PlanOptions, config: Config): Promise<LaunchPlan> => {
  const { paths, appRoot, env, home } = options
  if (isLatched(paths)) throw lockedDown(paths)
  const node = pinnedNodePath(appRoot)
  const logFile = logFileOf(config.logging.file, paths.root, home)
  await prepareLogFolder(logFile, paths)
  const code = join(appRoot, 'out', 'gateway')
  const whatsapp = await whatsappPlaces(config, options)
  const grants = gatewayGrants({
    code,
    sessions: paths.sessions,
    journals: paths.gateway,
    logins: whatsapp === null ? [] : [whatsapp.login],
    packages: whatsapp === null ? [] : whatsapp.packages,
    logFile,
    lockdown: paths.lockdown,
    host: hostAccess(config),
    year: new Date().getUTCFullYear(),
  })
  const host = await hostTold(config, node, appRoot)
  const runId = newRunId(paths.root)
  const resumedAt = Math.min(await lastResumedAt(paths), options.now())
  const epoch = await lockdownEpoch(paths)
  const start = (): StartMessage => ({
    type: 'start',
    runId,
    stateDir: realpathSync(paths.root),
    logFile,
    logLevel: config.logging.level,
    model: {
      ...config.model,
      ...(config.testEndpoints.modelBaseUrl === undefined
        ? {}
        : { baseUrl: config.testEndpoints.modelBaseUrl }),
    },
    telegram: telegramTold(config),
    whatsapp: whatsappTold(config, whatsapp),
    simulator: config.providers.simulator.enabled,
    people: options.people(),
    epoch,
    resumedAt,
    host,
    secrets: [...config.secrets],
    grants: [...grants],
  })
  return {
    node,
    main: join(code, 'main.js'),
    grants,
    cwd: realpathSync(paths.gateway),
    runId,
    env,
    redact: redactorOf(config.secrets),
    check: () => {
      if (isLatched(paths)) throw lockedDown(paths)
    },
    start,
  }
}

/** Whether any session may act on the host: the owner's main one, or that of somebody whom the config names. */
const hostAccess = (config: Config): HostAccess => (hasHostAccess(config) ? 'open' : 'closed')

/** What acts there, and where: the owner's own symbolic links are followed now, and none later. */
const hostTold = async (config: Config, node: string, appRoot: string): Promise<StartMessage['host']> => {
  if (hostAccess(config) === 'closed') return null
  await makePrivateDir(config.workspace)
  return {
    node,
    helper: join(appRoot, 'out', 'host-helper', 'main.js'),
    workspace: realpathSync(config.workspace),
  }
}

const telegramTold = (config: Config): StartMessage['telegram'] => {
  const { telegramToken, providers, testEndpoints } = config
  if (!providers.telegram.enabled || telegramToken === null) return null
  const { telegramApiRoot } = testEndpoints
  return { botToken: telegramToken, ...(telegramApiRoot === undefined ? {} : { apiRoot: telegramApiRoot }) }
}

/** Not in the gateway's bundle: it runs unmodified, as it was published, and only where WhatsApp is on. */
const WHATSAPP_PACKAGE = '@whiskeysockets/baileys'

interface WhatsAppPlaces {
  readonly login: string
  readonly packages: readonly string[]
}

/** Where its login is, and the code that it needs besides the gateway's own; null where it is switched off. */
const whatsappPlaces = async (
  { providers }: Config,
  { paths, appRoot }: Pick<PlanOptions, 'paths' | 'appRoot'>,
): Promise<WhatsAppPlaces | null> => {
  if (!providers.whatsapp.enabled) return null
  const login = join(paths.credentials, 'whatsapp')
  // Node grants what is in a folder only where that is there at the start.
  await makePrivateDir(login)
  return { login, packages: await packageFolders(appRoot, WHATSAPP_PACKAGE) }
}

const whatsappTold = ({ testEndpoints }: Config, places: WhatsAppPlaces | null): StartMessage['whatsapp'] => {
  if (places === null) return null
  const { whatsapp: test } = testEndpoints
  const folder = realpathSync(places.login)
  return test === undefined ? { folder } : { folder, test }
}

/** The refusal of every start while the latch holds. */
export const lockedDown = (paths: StatePaths): ClawdbotError =>
  new ClawdbotError(
    'locked_down',
    'Clawdbot is locked down: nothing starts.',
    `Resume in the app, or with \`clawdbot resume\`. The latch is ${paths.lockdown}.`,
  )
