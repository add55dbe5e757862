import type { PairingRequestView } from '../../shared/contracts/people-views.ts'
import { isAccount } from '../../shared/domain/account.ts'
import type { SenderId } from '../../shared/domain/identity.ts'
import {
  accountOf,
  attemptsOf,
  movedOf,
  type PairingRequest,
  REQUEST_TTL_MS,
} from '../../shared/domain/pairing.ts'
import { PROVIDER_LABEL } from '../../shared/domain/provider.ts'
import { directSession } from '../../shared/domain/session.ts'
import { visiblePieces } from '../../shared/domain/visible-text.ts'
import { claimedName, claimedUsername } from './claims.ts'
import { lookAlikes } from './look-alike.ts'
import type { Notes } from './notes.ts'
import type { ProviderPeople } from './read-provider.ts'

/** Who waits for the owner, oldest first. */
export const requestViews = (
  providers: readonly ProviderPeople[],
  notes: Notes,
  /** What a session would get, in words, if its person were let in. */
  wouldGet: (session: string) => string,
): readonly PairingRequestView[] =>
  providers
    .flatMap((read) =>
      read.requests.map((request) => ({
        ...requestView(read, request, providers, notes),
        wouldGet: wouldGet(directSession(read.provider, request.id)),
      })),
    )
    .sort((a, b) => a.createdAt - b.createdAt)

const requestView = (
  read: ProviderPeople,
  request: PairingRequest,
  providers: readonly ProviderPeople[],
  notes: Notes,
): Omit<PairingRequestView, 'wouldGet'> => ({
  provider: read.provider,
  id: request.id,
  account: accountOf(read.provider, request) ?? '',
  code: request.code,
  createdAt: request.createdAt,
  lastSeenAt: request.lastSeenAt,
  expiresAt: request.createdAt + REQUEST_TTL_MS,
  attempts: attemptsOf(request),
  claimedName: claimedName(request.meta),
  claimedUsername: claimedUsername(request.meta),
  warnings: warningsOf(read, request, knownNames(providers, notes)),
})

interface KnownName {
  readonly person: string
  readonly name: string
}

/** The names of those who have a right now, as they called themselves when they were let in. */
const knownNames = (providers: readonly ProviderPeople[], notes: Notes): readonly KnownName[] =>
  providers.flatMap(({ provider, people }) =>
    [...new Set([...people.owners, ...people.configured, ...people.approved])].flatMap((id) => {
      const name = notes.of(provider, id)?.claimedName ?? ''
      return name === '' ? [] : [{ person: `${provider}:${id}`, name }]
    }),
  )

const warningsOf = (
  read: ProviderPeople,
  request: PairingRequest,
  known: readonly KnownName[],
): readonly string[] => {
  const warnings: string[] = [...warningsOfNumber(read, request)]
  const others = known.filter(({ person }) => person !== `${read.provider}:${request.id}`)
  const alike = lookAlikes(
    claimedName(request.meta),
    others.map(({ name }) => name),
  )
  for (const name of alike) {
    const { person } = others.find((other) => other.name === name) ?? { person: 'somebody' }
    warnings.push(
      `The name looks like “${name}” (${person}), who is let in already. This is another account.`,
    )
  }
  if (Object.values(request.meta).some((text) => visiblePieces(text).some((piece) => 'mark' in piece))) {
    warnings.push('The name contains characters that do not show or that reorder text.')
  }
  if (read.policy.dmPolicy !== 'pairing' && read.policy.dmPolicy !== 'open') {
    warnings.push(`The policy is ${read.policy.dmPolicy} now: an approval would not let them in.`)
  }
  return warnings
}

/** A number can be taken over by whoever gets it next; an account without one can not be compared with anything you know. */
const warningsOfNumber = (read: ProviderPeople, request: PairingRequest): readonly string[] => {
  const moved = movedOf(read.provider, request)
  if (moved !== undefined) {
    return [
      `${moved} was let in when it belonged to another ${PROVIDER_LABEL[read.provider]} account. It may be somebody else’s phone now.`,
      ...againOf(read, moved),
    ]
  }
  return isAccount(read.provider, request.id)
    ? [`${PROVIDER_LABEL[read.provider]} does not show this person’s number.`]
    : []
}

/** An approval lets in the account as a friend. What the config says of the number stays with the account of before. */
const againOf = ({ provider, people }: ProviderPeople, number: SenderId): readonly string[] => {
  const key = people.owners.has(number)
    ? `owner.${provider}`
    : people.configured.has(number)
      ? `${provider}.allowFrom`
      : undefined
  return key === undefined
    ? []
    : [
        `If it is the person whom ${key} means: take the number out of the config, save it, and put it in again. Then it stands for whoever writes from it next.`,
      ]
}
