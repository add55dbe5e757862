import type { PeopleTold, ProviderTold } from '../../shared/contracts/gateway-told.ts'
import type { ProviderPeople } from './read-provider.ts'

/** What the gateway may know of the people: those of the providers that are on, in a stable order. */
export const toldProviders = (people: readonly ProviderPeople[]): PeopleTold['providers'] =>
  people.filter(({ enabled }) => enabled).map(toldProvider)

const toldProvider = ({ provider, policy, people, stoppers, requests }: ProviderPeople): ProviderTold => ({
  provider,
  ...policy,
  owners: [...people.owners].sort(),
  configured: [...people.configured].sort(),
  approved: [...people.approved].sort(),
  blocked: [...people.blocked].sort(),
  accounts: [...people.accounts]
    .map(([id, account]) => ({ id, account }))
    .sort((a, b) => (a.id < b.id ? -1 : 1)),
  stoppers: [...stoppers].sort(),
  pending: requests.map(({ id, createdAt }) => ({ id, createdAt })),
})
