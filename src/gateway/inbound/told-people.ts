import type { PeopleTold, ProviderTold, RulesTold } from '../../shared/contracts/gateway-told.ts'
import type { HandsRules } from '../../shared/domain/hands.ts'
import { parseListEntry, parseSenderId, type SenderId } from '../../shared/domain/identity.ts'
import type { People, ProviderPolicy } from '../../shared/domain/people.ts'
import { PROVIDERS, type ProviderId } from '../../shared/domain/provider.ts'

/** One provider's people as the gate needs them. */
interface ToldProvider {
  readonly policy: ProviderPolicy
  readonly people: People
  /** Who may stop everything with a message, if they are let in. */
  readonly stoppers: ReadonlySet<SenderId>
  /** Strangers who wait for the owner, to the time of their request. */
  readonly pending: ReadonlyMap<SenderId, number>
}

export interface ToldPeople {
  readonly revision: number
  /** A provider that nobody told us about lets nobody in. */
  of(provider: ProviderId): ToldProvider
  /** What the tools of whom may touch. */
  readonly rules: HandsRules
  /** Entries that are no id of their provider. They grant nothing. */
  readonly unparsable: readonly string[]
}

const CLOSED: ToldProvider = {
  policy: { dmPolicy: 'disabled', everyone: false, silent: true, onlySelf: true },
  people: {
    owners: new Set(),
    configured: new Set(),
    approved: new Set(),
    blocked: new Set(),
    accounts: new Map(),
  },
  stoppers: new Set(),
  pending: new Map(),
}

/** The people as told, with every entry parsed once more: what is no canonical id (`*`, `@alice`) grants nothing. */
export const readPeople = (told: PeopleTold): ToldPeople => {
  const unparsable: string[] = []
  const providers = new Map<ProviderId, ToldProvider>(
    told.providers.map((provider) => [provider.provider, readProvider(provider, unparsable)]),
  )
  const rules = readRules(told.rules, unparsable)
  return { revision: told.revision, of: (provider) => providers.get(provider) ?? CLOSED, rules, unparsable }
}

const readRules = (told: RulesTold, unparsable: string[]): HandsRules => {
  const byProvider = (lists: RulesTold['elevated']['allowFrom']): HandsRules['elevated']['allowFrom'] =>
    Object.fromEntries(
      PROVIDERS.filter((provider) => Object.hasOwn(lists, provider)).map((provider) => [
        provider,
        [...readSenders(provider, lists[provider] ?? [], unparsable)],
      ]),
    )
  return {
    readOnly: told.readOnly,
    sandbox: told.sandbox,
    elevated: { ...told.elevated, allowFrom: byProvider(told.elevated.allowFrom) },
    // A list in which nothing is an id still narrows: it lets nobody be written to.
    allowTo: told.allowTo === undefined ? undefined : byProvider(told.allowTo),
  }
}

const readSenders = (
  provider: ProviderId,
  entries: readonly string[],
  unparsable: string[],
): ReadonlySet<SenderId> => {
  const found = new Set<SenderId>()
  for (const entry of entries) {
    const sender = parseListEntry(provider, entry)
    if (sender === undefined) unparsable.push(`${provider} ${entry}`)
    else found.add(sender)
  }
  return found
}

const readProvider = (told: ProviderTold, unparsable: string[]): ToldProvider => {
  const senders = (entries: readonly string[]): ReadonlySet<SenderId> =>
    readSenders(told.provider, entries, unparsable)
  const pending = new Map<SenderId, number>()
  for (const { id, createdAt } of told.pending) {
    const sender = parseListEntry(told.provider, id)
    if (sender !== undefined) pending.set(sender, createdAt)
  }
  return {
    policy: {
      dmPolicy: told.dmPolicy,
      everyone: told.everyone,
      silent: told.silent,
      onlySelf: told.onlySelf,
    },
    people: {
      owners: senders(told.owners),
      configured: senders(told.configured),
      approved: senders(told.approved),
      blocked: senders(told.blocked),
      accounts: new Map(
        told.accounts.flatMap(({ id, account }) => {
          const number = parseSenderId(told.provider, id)
          const known = parseSenderId(told.provider, account)
          return number === undefined || known === undefined ? [] : [[number, known] as const]
        }),
      ),
    },
    stoppers: senders(told.stoppers),
    pending,
  }
}
