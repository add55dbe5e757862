import type { FromGateway } from '../../shared/contracts/gateway.ts'
import { parseAccount, parseNumber } from '../../shared/domain/account.ts'
import type { SenderId } from '../../shared/domain/identity.ts'
import type { People } from '../../shared/domain/people.ts'
import type { ProviderId } from '../../shared/domain/provider.ts'
import { bindAccount, forgetAccounts } from '../../shared/state/account-store.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import type { Audit } from '../audit/audit.ts'
import type { ProviderPeople } from './read-provider.ts'

/** As for pairing requests: a flood is not queued without end. What is lost is said again with the next message. */
const MAX_WAITING = 64

type Bind = Extract<FromGateway, { type: 'bind' }>

export interface BindDesk {
  readonly bind: (bind: Bind) => void
}

export interface BindDeskOptions {
  readonly paths: StatePaths
  /** The provider as it is now, whatever the gateway believes. */
  readonly providerNow: (provider: ProviderId) => ProviderPeople | undefined
  readonly audit: Pick<Audit, 'note'>
  /** The store changed, or turned out to be unreadable. */
  readonly changed: () => void
  readonly onError: (error: unknown) => void
}

/**
 * Where the gateway tells whose account a listed number turned out to be. Its word holds a number to the first account that
 * came, and never to another one than before: only the owner does that.
 */
export const createBindDesk = (options: BindDeskOptions): BindDesk => {
  let waiting = 0
  let last: Promise<void> = Promise.resolve()

  const write = async ({ provider, number: first, account: second }: Bind): Promise<void> => {
    const number = parseNumber(provider, first)
    const account = parseAccount(provider, second)
    const people = options.providerNow(provider)?.people
    if (number === undefined || account === undefined || people === undefined) return
    if (!isLetIn(number, people) || people.accounts.has(number)) return
    if ((await bindAccount(options.paths, provider, number, account, 'first')) === 'bound') {
      options.audit.note({
        act: 'people.bind',
        actor: 'supervisor',
        provider,
        sender: number,
        detail: { account },
      })
    }
    options.changed()
  }

  return {
    bind(bind) {
      if (waiting >= MAX_WAITING) return
      waiting += 1
      last = last
        .then(() => write(bind))
        .catch((error: unknown) => {
          options.onError(error)
          options.changed()
        })
        .finally(() => {
          waiting -= 1
        })
    },
  }
}

const isLetIn = (number: SenderId, { owners, configured, approved }: People): boolean =>
  owners.has(number) || configured.has(number) || approved.has(number)

/**
 * A number that was taken off every list is not held to its account any more: put in again, it stands for whoever writes from
 * it first. Nothing is forgotten while a file can not be read, because its list then only seems empty.
 */
export const forgetUnlisted = async (
  paths: StatePaths,
  providers: readonly ProviderPeople[],
): Promise<void> => {
  for (const { provider, unlisted, problems } of providers) {
    if (unlisted.length > 0 && problems.length === 0) await forgetAccounts(paths, provider, unlisted)
  }
}
