import { ClawdbotError, type ErrorView, toErrorView } from '../../shared/domain/error.ts'
import type { ProviderId } from '../../shared/domain/provider.ts'
import { loadConfig } from '../../shared/state/config/load.ts'
import type { Config } from '../../shared/state/config/schema.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { hasHostAccess } from '../hands/rules.ts'
import { LIVE_PROVIDERS, type ProviderPeople, readProvider } from './read-provider.ts'

/** The owner's word as it stands on disk: a valid config with everybody in it, or why there is none. */
export type OwnerSide =
  | { readonly kind: 'unread' }
  | { readonly kind: 'broken'; readonly error: ErrorView }
  | { readonly kind: 'valid'; readonly config: Config; readonly providers: readonly ProviderPeople[] }

/** What this run of the supervisor has seen before: a file that was there is not the same as one that never was. */
export interface Known {
  /** There was a config file. */
  readonly config: boolean
  readonly providers: readonly ProviderPeople[]
}

/** Never throws: whatever is wrong with the config is `broken`, and with a store its provider's problem. */
export const readOwnerSide = async (
  paths: StatePaths,
  env: NodeJS.ProcessEnv,
  now: number,
  known: Known,
): Promise<OwnerSide> => {
  try {
    const config = await loadConfig(paths, env)
    if (known.config && !config.exists) throw gone(paths.config)
    const providers = await Promise.all(
      LIVE_PROVIDERS.map((provider) => {
        const before = known.providers.find((read) => read.provider === provider)
        return readProvider(paths, config, provider, now, before?.people)
      }),
    )
    return { kind: 'valid', config, providers }
  } catch (error) {
    return { kind: 'broken', error: toErrorView(error) }
  }
}

/** The defaults are for who has never said anything: they may let in more people than the rules that are gone. */
const gone = (file: string): ClawdbotError =>
  new ClawdbotError(
    'config_unreadable',
    `${file} is gone.`,
    'Put it back. To go on with the defaults instead, end Clawdbot and start it again.',
  )

export const providerOf = (owner: OwnerSide, provider: ProviderId): ProviderPeople | undefined =>
  owner.kind === 'valid' ? owner.providers.find((read) => read.provider === provider) : undefined

/** All that a running gateway can not be told anew: where it differs, the gateway is started again. */
export const startFacts = ({
  model,
  telegramToken,
  logging,
  testEndpoints,
  providers,
  secrets,
  workspace,
  sandbox,
  elevated,
}: Config): string =>
  JSON.stringify({
    model,
    telegramToken,
    logging,
    testEndpoints,
    on: Object.entries(providers).map(([provider, { enabled }]) => [provider, enabled]),
    secrets,
    // Its right to start processes, and where they act, are given to the process when it is made.
    host: hasHostAccess({ sandbox, elevated }) ? workspace : null,
  })
