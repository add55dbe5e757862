import type { PersonView, RightSource } from '../../shared/contracts/people-views.ts'
import type { SenderId } from '../../shared/domain/identity.ts'
import { type People, type Trust, trustOf } from '../../shared/domain/people.ts'
import { directSession, MAIN_SESSION } from '../../shared/domain/session.ts'
import type { Notes } from './notes.ts'
import type { ProviderPeople } from './read-provider.ts'

/** Everyone who can reach the agent or could, and why; owners first, then by where the right comes from. */
export const personViews = (providers: readonly ProviderPeople[], notes: Notes): readonly PersonView[] =>
  providers
    .flatMap((read) => [
      ...[...namedPeople(read)].map(([id, source]) => personView(read, id, source, notes)),
      ...(read.policy.everyone ? [everyoneView(read)] : []),
    ])
    .sort((a, b) => ORDER.indexOf(a.source) - ORDER.indexOf(b.source))

const ORDER: readonly RightSource[] = ['owner', 'everyone', 'config', 'approved', 'built-in', 'none']

/** Each person once, with the strongest of their rights. The blocked are listed, so that they can be unblocked. */
const namedPeople = ({ provider, people }: ProviderPeople): ReadonlyMap<SenderId, RightSource> => {
  const builtIn = (id: string): boolean => provider === 'simulator' && (id === 'owner' || id === 'friend')
  const sources = new Map<SenderId, RightSource>()
  // Blocked together with their number, which has the row that unblocks both.
  const behindNumber = new Set(
    [...people.accounts].flatMap(([id, account]) => (isBlocked(people, id) ? account : [])),
  )
  for (const id of people.blocked) if (!behindNumber.has(id)) sources.set(id, 'none')
  for (const id of people.approved) sources.set(id, 'approved')
  for (const id of people.configured) sources.set(id, builtIn(id) ? 'built-in' : 'config')
  for (const id of people.owners) sources.set(id, builtIn(id) ? 'built-in' : 'owner')
  return sources
}

const personView = (read: ProviderPeople, id: SenderId, source: RightSource, notes: Notes): PersonView => {
  const { provider, people } = read
  const note = notes.of(provider, id)
  const owner = people.owners.has(id)
  const trust: Trust = owner ? 'owner' : 'friend'
  const obstacle = obstacleOf(read, id)
  return {
    provider,
    id,
    account: people.accounts.get(id) ?? '',
    source,
    trust,
    effective: obstacle === undefined,
    why: obstacle ?? reasonOf(read, id),
    blocked: isBlocked(people, id),
    claimedName: note?.claimedName ?? '',
    lastSeenAt: note?.lastSeenAt ?? null,
    session: owner ? MAIN_SESSION : directSession(provider, id),
  }
}

/** Why a right that is on a list does not count now. */
const obstacleOf = (read: ProviderPeople, id: SenderId): string | undefined => {
  const { policy, people } = read
  const closed = closedBecause(read)
  if (closed !== undefined) return closed
  if (isUnheard(read, id)) return ONLY_SELF
  if (isBlocked(people, id)) return 'blocked by you'
  if (trustOf(id, policy, people) !== undefined) return undefined
  return 'approved earlier; not honoured while the policy is allowlist'
}

const ONLY_SELF = 'not heard while the linked number counts as your own: only your chat with yourself is'

/** Of several owners it is the one whose number is linked; before that nobody knows which. */
const isUnheard = ({ policy, people, number }: ProviderPeople, id: SenderId): boolean =>
  policy.onlySelf && (!people.owners.has(id) || (number?.number ?? id) !== id)

/** As the gate does: by either name, and an owner never is. */
const isBlocked = ({ owners, blocked, accounts }: People, id: SenderId): boolean => {
  const account = accounts.get(id)
  return !owners.has(id) && (blocked.has(id) || (account !== undefined && blocked.has(account)))
}

const closedBecause = ({ enabled, policy, problems }: ProviderPeople): string | undefined => {
  if (!enabled) return 'the messenger is switched off'
  if (problems.length > 0) return 'closed, because one of its files can not be read'
  return policy.dmPolicy === 'disabled' ? 'direct messages are disabled' : undefined
}

const reasonOf = ({ provider, people }: ProviderPeople, id: SenderId): string => {
  if (people.owners.has(id)) return `owner.${provider} in the config`
  if (people.configured.has(id)) return `${provider}.allowFrom in the config`
  return 'approved by you'
}

const everyoneView = (read: ProviderPeople): PersonView => {
  const closed = closedBecause(read) ?? (read.policy.onlySelf ? ONLY_SELF : undefined)
  const open = read.policy.dmPolicy === 'open'
  return {
    provider: read.provider,
    id: '*',
    account: '',
    source: 'everyone',
    trust: 'guest',
    effective: closed === undefined && open,
    why:
      closed ??
      (open ? `"*" in ${read.provider}.allowFrom, and the policy is open` : 'the policy is not open'),
    blocked: false,
    claimedName: '',
    lastSeenAt: null,
    session: `${read.provider}:dm:…`,
  }
}
