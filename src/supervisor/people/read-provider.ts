import type { StoreProblem } from '../../shared/contracts/app-state.ts'
import { ClawdbotError, toErrorView } from '../../shared/domain/error.ts'
import type { SenderId } from '../../shared/domain/identity.ts'
import type { PairingRequest } from '../../shared/domain/pairing.ts'
import type { People, ProviderPolicy } from '../../shared/domain/people.ts'
import type { ProviderId } from '../../shared/domain/provider.ts'
import { readApproved } from '../../shared/state/allow-store.ts'
import { readBounded } from '../../shared/state/atomic-file.ts'
import { readBlocked } from '../../shared/state/block-store.ts'
import type { Config } from '../../shared/state/config/schema.ts'
import { providerFiles } from '../../shared/state/files/provider-files.ts'
import { listRequests } from '../../shared/state/pairing-store.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'

/** The providers that this version can connect. */
export const LIVE_PROVIDERS = ['telegram', 'simulator'] as const
type LiveProvider = (typeof LIVE_PROVIDERS)[number]

/** One provider's people as config and stores have them now. */
export interface ProviderPeople {
  readonly provider: LiveProvider
  readonly enabled: boolean
  /** `disabled` while one of its files can not be read, whatever the config says. */
  readonly policy: ProviderPolicy
  readonly people: People
  /** Who may stop everything from a chat. */
  readonly stoppers: ReadonlySet<SenderId>
  readonly requests: readonly PairingRequest[]
  readonly problems: readonly StoreProblem[]
}

/**
 * Never throws for what is in the files: a file that can not be read closes its provider and is named, and so is a
 * block list with people in it (`blockedBefore`) that is gone, as with a folder that is not mounted any more.
 */
export const readProvider = async (
  paths: StatePaths,
  config: Config,
  provider: LiveProvider,
  now: number,
  blockedBefore: ReadonlySet<SenderId> = new Set(),
): Promise<ProviderPeople> => {
  const files = providerFiles(paths, provider)
  const problems: StoreProblem[] = []
  const guarded = async <T>(file: string, read: Promise<readonly T[]>): Promise<readonly T[]> => {
    try {
      return await read
    } catch (error) {
      problems.push({ provider, file, error: toErrorView(error) })
      return []
    }
  }
  const [approved, blocked, requests] = await Promise.all([
    guarded(files.allow, readApproved(paths, provider)),
    guarded(files.blocked, readBlocked(paths, provider)),
    guarded(files.pairing, listRequests(paths, provider, now)),
  ])
  const blockListGone = blocked.length === 0 && blockedBefore.size > 0 && (await isAbsent(files.blocked))
  if (blockListGone) problems.push({ provider, file: files.blocked, error: toErrorView(gone(files.blocked)) })
  const { enabled, dmPolicy, everyone, allowFrom, silent } = config.providers[provider]
  return {
    provider,
    enabled,
    policy: { dmPolicy: problems.length > 0 ? 'disabled' : dmPolicy, everyone, silent },
    people: {
      owners: new Set(ownersOf(config, provider)),
      configured: new Set(allowFrom),
      approved: new Set(approved),
      blocked: blockListGone ? blockedBefore : new Set(blocked),
    },
    stoppers: new Set(config.stoppers[provider]),
    requests,
    problems,
  }
}

const isAbsent = async (file: string): Promise<boolean> => (await readBounded(file, 0)).kind === 'absent'

const gone = (file: string): ClawdbotError =>
  new ClawdbotError(
    'store_unreadable',
    `${file} is gone, and with it who is blocked.`,
    'Put it back. If nobody is to be blocked any more, end Clawdbot and start it again.',
  )

const ownersOf = (config: Config, provider: ProviderId): readonly SenderId[] => config.owner[provider] ?? []
