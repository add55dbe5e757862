import type { StoreProblem } from '../../shared/contracts/app-state.ts'
import { ClawdbotError, toErrorView } from '../../shared/domain/error.ts'
import type { SenderId } from '../../shared/domain/identity.ts'
import type { PairingRequest } from '../../shared/domain/pairing.ts'
import type { People, ProviderPolicy } from '../../shared/domain/people.ts'
import type { ProviderId } from '../../shared/domain/provider.ts'
import { readAccounts } from '../../shared/state/account-store.ts'
import { readApproved } from '../../shared/state/allow-store.ts'
import { readBounded } from '../../shared/state/atomic-file.ts'
import { readBlocked } from '../../shared/state/block-store.ts'
import type { Config } from '../../shared/state/config/schema.ts'
import { providerFiles } from '../../shared/state/files/provider-files.ts'
import { type NumberTold, readNumberUse } from '../../shared/state/number-store.ts'
import { listRequests } from '../../shared/state/pairing-store.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { isOnlySelf } from './own-number.ts'

/** The providers that this version can connect. */
export const LIVE_PROVIDERS = ['telegram', 'whatsapp', 'simulator'] as const
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
  /** Whose number is linked, in the owner's own words; undefined where nobody has said, or it has none. */
  readonly number: NumberTold | undefined
  /** Numbers that still stand for an account, and are on no list any more. */
  readonly unlisted: readonly SenderId[]
  readonly problems: readonly StoreProblem[]
}

/** What was read of a provider before, as far as it must not simply be gone now. */
export type ReadBefore = Pick<People, 'blocked' | 'accounts'>

/**
 * Never throws for what is in the files: a file that can not be read closes its provider and is named, and so is a
 * block list or a list of accounts with people in it (`before`) that is gone, as with a folder that is not mounted any more.
 */
export const readProvider = async (
  paths: StatePaths,
  config: Config,
  provider: LiveProvider,
  now: number,
  before: ReadBefore = { blocked: new Set(), accounts: new Map() },
): Promise<ProviderPeople> => {
  const files = providerFiles(paths, provider)
  const problems: StoreProblem[] = []
  const problem = (file: string, error: unknown): void => {
    problems.push({ provider, file, error: toErrorView(error) })
  }
  const guarded = async <T>(file: string, read: Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await read
    } catch (error) {
      problem(file, error)
      return otherwise
    }
  }
  const [approved, blocked, requests] = await Promise.all([
    guarded(files.allow, readApproved(paths, provider), []),
    guarded(files.blocked, readBlocked(paths, provider), []),
    guarded(files.pairing, listRequests(paths, provider, now), []),
  ])
  // After the lists: an approval puts a number on its list and binds it at once, and must not be seen without its account.
  const accounts = await guarded(files.accounts, readAccounts(paths, provider), new Map<SenderId, SenderId>())
  const number = await guarded(files.number, readNumberUse(paths, provider), undefined)
  const blockListGone = blocked.length === 0 && before.blocked.size > 0 && (await isAbsent(files.blocked))
  if (blockListGone)
    problem(files.blocked, gone(files.blocked, 'who is blocked', 'nobody is to be blocked any more'))
  const accountsGone = accounts.size === 0 && before.accounts.size > 0 && (await isAbsent(files.accounts))
  if (accountsGone)
    problem(
      files.accounts,
      gone(files.accounts, 'whose the numbers were', 'the numbers are to be trusted anew'),
    )
  const { enabled, dmPolicy, everyone, allowFrom, silent } = config.providers[provider]
  const lists = {
    owners: new Set(ownersOf(config, provider)),
    configured: new Set(allowFrom),
    approved: new Set(approved),
    blocked: blockListGone ? before.blocked : new Set(blocked),
  }
  const isListed = (id: SenderId): boolean => Object.values(lists).some((list) => list.has(id))
  const known = [...(accountsGone ? before.accounts : accounts)]
  return {
    provider,
    enabled,
    policy: {
      dmPolicy: problems.length > 0 ? 'disabled' : dmPolicy,
      everyone,
      silent,
      onlySelf: isOnlySelf(config, provider, number),
    },
    people: { ...lists, accounts: new Map(known.filter(([id]) => isListed(id))) },
    stoppers: new Set(config.stoppers[provider]),
    requests,
    number,
    unlisted: known.flatMap(([id]) => (isListed(id) ? [] : [id])),
    problems,
  }
}

const isAbsent = async (file: string): Promise<boolean> => (await readBounded(file, 0)).kind === 'absent'

const gone = (file: string, what: string, wish: string): ClawdbotError =>
  new ClawdbotError(
    'store_unreadable',
    `${file} is gone, and with it ${what}.`,
    `Put it back. If ${wish}, end Clawdbot and start it again.`,
  )

const ownersOf = (config: Config, provider: ProviderId): readonly SenderId[] => config.owner[provider] ?? []
