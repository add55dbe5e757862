// Who stands where on the list of people, and what can be done about each. Pure.
import type { PersonView } from '../../../shared/contracts/people-views.ts'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import type { Trust } from '../../../shared/domain/people.ts'

const RANK: Readonly<Record<Trust, number>> = { owner: 0, friend: 1, guest: 2 }

/** Owner first, then whoever is let in now, then the rest; within that by messenger and id. `*` is not a person. */
export const inPeopleOrder = (people: readonly PersonView[]): readonly PersonView[] =>
  people
    .filter(({ id }) => id !== '*')
    .toSorted(
      (one, other) =>
        RANK[one.trust] - RANK[other.trust] ||
        Number(other.effective) - Number(one.effective) ||
        (sortKey(one) < sortKey(other) ? -1 : 1),
    )

const sortKey = ({ provider, id }: PersonView): string =>
  `${provider === 'simulator' ? 1 : 0}${provider}:${id}`

/** Where a right comes from, in words. */
export const describeSource = ({ source, provider }: PersonView): string => {
  switch (source) {
    case 'owner':
      return `owner.${provider} in clawdbot.json`
    case 'config':
      return `${provider}.allowFrom in clawdbot.json`
    case 'approved':
      return 'approved by you'
    case 'everyone':
      return `"*" in ${provider}.allowFrom`
    case 'built-in':
      return 'built into the simulator'
    case 'none':
      return 'on the block list'
    default:
      return assertNever(source)
  }
}

/** What the owner can do here, and where to go for the rest (empty: nowhere). */
export interface PossibleActs {
  readonly revoke: boolean
  readonly block: boolean
  readonly unblock: boolean
  readonly elsewhere: string
}

export const possibleActs = (person: PersonView): PossibleActs => {
  const block = person.trust !== 'owner' && !person.blocked
  const acts = { revoke: false, block, unblock: person.blocked, elsewhere: '' }
  switch (person.source) {
    case 'owner':
      return { ...acts, elsewhere: `To change it, edit owner.${person.provider}.` }
    case 'config':
      return { ...acts, elsewhere: `To take it away, remove the id from ${person.provider}.allowFrom.` }
    case 'approved':
      return { ...acts, revoke: true }
    case 'everyone':
      return { ...acts, elsewhere: `To close it, remove "*" from ${person.provider}.allowFrom.` }
    case 'built-in':
    case 'none':
      return acts
    default:
      return assertNever(person.source)
  }
}
