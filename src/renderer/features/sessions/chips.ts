// Which filters the chips offer, and which filters of a query stand as chips of their own. Pure.
import type { PersonView } from '../../../shared/contracts/people-views.ts'
import { TOOLS } from '../../../shared/domain/hands.ts'
import { PROVIDER_LABEL, PROVIDERS } from '../../../shared/domain/provider.ts'
import type { SearchField, SearchFilter } from '../../../shared/domain/search-query.ts'
import { visibleLine } from '../../../shared/domain/visible-text.ts'

interface Choice {
  readonly value: string
  readonly label: string
}

export interface ChoiceChip {
  readonly field: SearchField
  readonly label: string
  readonly choices: readonly Choice[]
}

const same = (value: string): Choice => ({ value, label: value })

const FIRST: readonly ChoiceChip[] = [
  {
    field: 'in',
    label: 'In',
    choices: [
      { value: 'sessions', label: 'sessions' },
      { value: 'logs', label: 'the log' },
      { value: 'audit', label: 'the audit' },
      { value: 'all', label: 'everything' },
    ],
  },
  {
    field: 'provider',
    label: 'Messenger',
    choices: PROVIDERS.map((provider) => ({ value: provider, label: PROVIDER_LABEL[provider] })),
  },
]

const LAST: readonly ChoiceChip[] = [
  {
    field: 'role',
    label: 'Role',
    choices: [
      { value: 'user', label: 'person' },
      { value: 'assistant', label: 'agent' },
      same('tool'),
      same('gate'),
      same('outbox'),
    ],
  },
  { field: 'tool', label: 'Tool', choices: TOOLS.map(same) },
  { field: 'on', label: 'Ran on', choices: [same('host'), same('sandbox')] },
  {
    field: 'after',
    label: 'Date',
    choices: [
      { value: 'today', label: 'today' },
      { value: 'yesterday', label: 'since yesterday' },
      { value: '7d', label: '7 days' },
      { value: '30d', label: '30 days' },
    ],
  },
]

/** A list of people that is longer than this is no longer a list to choose from; the language takes any of them. */
const MAX_PEOPLE = 100

export const choiceChips = (people: readonly PersonView[]): readonly ChoiceChip[] => [
  ...FIRST,
  ...(people.length === 0
    ? []
    : [
        {
          field: 'person' as const,
          label: 'Person',
          choices: people.slice(0, MAX_PEOPLE).map(({ provider, id, claimedName }) => ({
            value: `${provider}:${id}`,
            label: visibleLine(
              claimedName === '' ? `${PROVIDER_LABEL[provider]} ${id}` : `${claimedName} (${id})`,
            ),
          })),
        },
      ]),
  ...LAST,
]

/** The filters of the switches: what is written where one is on. */
export const SWITCHES = [
  { label: 'Errors', filter: { field: 'is', value: 'error', exclude: false } },
  { label: 'Refused', filter: { field: 'is', value: 'refused', exclude: false } },
] as const

export const isSame = (one: SearchFilter, other: SearchFilter): boolean =>
  one.field === other.field && one.value === other.value && one.exclude === other.exclude

/** What a choice shows as chosen: the first filter of its field that lets in; undefined where it has none. */
export const chosenOf = (filters: readonly SearchFilter[], field: SearchField): SearchFilter | undefined =>
  filters.find((filter) => filter.field === field && !filter.exclude)

/** The filters that no choice and no switch shows: left out ones, second ones of a field, and fields without a chip. */
export const otherFilters = (
  filters: readonly SearchFilter[],
  chips: readonly ChoiceChip[],
): readonly SearchFilter[] => {
  const shown = new Set(chips.map(({ field }) => chosenOf(filters, field)))
  const others = filters.filter(
    (filter) => !shown.has(filter) && !SWITCHES.some((known) => isSame(known.filter, filter)),
  )
  return others.filter((filter, index) => others.findIndex((one) => isSame(one, filter)) === index)
}
