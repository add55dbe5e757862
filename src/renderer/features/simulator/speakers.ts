// Who can speak in the simulator, and what was said with each. Pure.
import type { AppState, SimulatedMessage } from '../../../shared/contracts/app-state.ts'
import type { GatewayActivity } from '../../../shared/contracts/gateway.ts'
import type { PersonView } from '../../../shared/contracts/people-views.ts'
import { sentence } from '../../ui/text/words.ts'
import { reasonInWords } from '../overview/activity-rows.ts'

export interface Speaker {
  readonly id: string
  readonly name: string
  /** What the gate makes of them now, in a word or two. */
  readonly standing: string
}

/** The three that are always there; every further stranger is one that the owner made. */
const ALWAYS = ['owner', 'friend', 'stranger'] as const

/** Everybody who can speak: those always there, then whoever wrote, waits or is known. */
export const speakersOf = (state: AppState, made: readonly string[]): readonly Speaker[] => {
  const ids = new Set<string>([
    ...ALWAYS,
    ...state.people.filter(isSimulated).map(({ id }) => id),
    ...state.requests.filter(isSimulated).map(({ id }) => id),
    ...state.simulator.map(({ sender }) => sender),
    ...made,
  ])
  ids.delete('*')
  return [...ids].map((id) => ({ id, name: nameOf(id), standing: standingOf(id, state) }))
}

const isSimulated = ({ provider }: { readonly provider: string }): boolean => provider === 'simulator'

/** `stranger-2` speaks as “Stranger 2”. */
const nameOf = (id: string): string => sentence(id.replaceAll('-', ' '))

const standingOf = (id: string, { people, requests }: AppState): string => {
  const known = people.filter((person) => isSimulated(person) && person.id === id)
  const person: PersonView | undefined = known.find(({ effective }) => effective) ?? known[0]
  if (person?.blocked) return 'blocked'
  if (person?.effective) return person.trust
  if (requests.some((request) => isSimulated(request) && request.id === id)) return 'waiting for you'
  return 'stranger'
}

/** The next id of a stranger that nobody has used. */
export const nextStranger = (speakers: readonly Speaker[]): string => {
  const used = new Set(speakers.map(({ id }) => id))
  let number = 2
  while (used.has(`stranger-${number}`)) number += 1
  return `stranger-${number}`
}

export type Said =
  | {
      readonly kind: 'message'
      readonly key: string
      readonly at: number
      readonly message: SimulatedMessage
    }
  /** What the gate or the outbox did with something, instead of an answer. */
  | {
      readonly kind: 'note'
      readonly key: string
      readonly at: number
      readonly from: string
      readonly text: string
    }

/** One person's conversation, and between its messages what became of those without an answer. */
export const conversationOf = (
  sender: string,
  messages: readonly SimulatedMessage[],
  activity: readonly GatewayActivity[],
): readonly Said[] => {
  const said: readonly Said[] = messages
    .filter((message) => message.sender === sender)
    .map((message) => ({ kind: 'message', key: message.id, at: message.at, message }))
  const notes = activity
    .filter((entry) => isSimulated(entry) && entry.sender === sender)
    .flatMap((entry, index) => noteOf(entry, index))
  return [...said, ...notes].toSorted((one, other) => one.at - other.at)
}

const noteOf = ({ kind, at, detail }: GatewayActivity, index: number): readonly Said[] => {
  const note = (from: string, text: string): readonly Said[] => [
    { kind: 'note', key: `note:${at}:${index}`, at, from, text },
  ]
  if (kind === 'dropped') return note('Gate', `Dropped: ${reasonInWords(detail)}.`)
  if (kind === 'paired') return note('Gate', `Not let in: ${detail || 'waits for you under Pairing'}.`)
  if (kind === 'failed') return note('Agent', `The turn failed. ${detail}`)
  if (kind === 'withheld') return note('Outbox', `A reply was held back. ${detail}`)
  if (kind === 'unconfirmed') return note('Outbox', `A reply was cut off while it was sent. ${detail}`)
  return []
}
