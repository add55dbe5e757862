// Whose number is linked, and what follows from that for who is heard. Pure.
import type { NumberUse, ProviderView } from '../../../../shared/contracts/app-state.ts'
import type { PersonView } from '../../../../shared/contracts/people-views.ts'
import { assertNever } from '../../../../shared/domain/assert-never.ts'
import type { NoticeTone } from '../../../ui/notice.tsx'

/** `name-owner` is a line for the config, `set-separate` the owner's word that the number is the agent's. */
type NumberOffer = 'name-owner' | 'set-separate' | 'open-config'

export interface NumberWords {
  readonly tone: NoticeTone
  readonly title: string
  /** What the owner can do besides, or instead; empty where the offers say it. What is so, the warnings of the link say. */
  readonly todo: string
  readonly offers: readonly NumberOffer[]
}

export const USE_WORDS: Readonly<Record<NumberUse, string>> = {
  separate: 'the agent’s own',
  own: 'your own',
  unknown: 'nobody has said',
}

/** Whether `owner.<provider>` names the number that is linked: only then the owner's chat with themselves is heard. */
export const namesOwner = (
  { provider, link }: Pick<ProviderView, 'provider' | 'link'>,
  people: readonly PersonView[],
): boolean => {
  const number = link?.self?.number
  return people.some(
    (person) => person.provider === provider && person.source === 'owner' && person.id === number,
  )
}

/** What the owner has to know about the linked number; null where it is the agent's own and nothing speaks against it. */
export const describeNumber = (
  { onlySelf, link }: Pick<ProviderView, 'onlySelf' | 'link'>,
  named: 'named' | 'not-named',
): NumberWords | null => {
  if (link === null || link.self === null) return null
  const { use, isOwners } = link
  if (!onlySelf) {
    if (isOwners) return ANSWERS_FOR_YOU
    return use === 'own' ? { ...ANSWERS_FOR_YOU, offers: ['open-config', 'set-separate'] } : null
  }
  if (use === 'separate') {
    return isOwners
      ? NAMED_AS_YOURS
      : { ...SELF_CHAT_MODE, offers: named === 'named' ? ['open-config'] : ['open-config', 'name-owner'] }
  }
  if (named === 'named') return YOURS
  return {
    tone: 'warn',
    title: use === 'own' || isOwners ? 'Your own number, and nobody is heard yet' : 'Whose number is this?',
    todo: '',
    offers: isOwners ? ['name-owner'] : ['name-owner', 'set-separate'],
  }
}

const YOURS: NumberWords = {
  tone: 'info',
  title: 'Your own number: only your chat with yourself is heard',
  todo: 'Write to yourself in WhatsApp to talk to the agent. If the number is the agent’s after all, take it out of owner.whatsapp.',
  offers: ['open-config'],
}

const NAMED_AS_YOURS: NumberWords = {
  tone: 'warn',
  title: 'The config says that this number is yours',
  todo: 'So only the chat with yourself is heard. If it is the agent’s own, take it out there.',
  offers: ['open-config'],
}

const SELF_CHAT_MODE: Omit<NumberWords, 'offers'> = {
  tone: 'warn',
  title: 'By the config, this number counts as yours',
  todo: 'You said that it is the agent’s own, but whatsapp.selfChatMode is true. Take the key out to change that.',
}

const ANSWERS_FOR_YOU: NumberWords = {
  tone: 'danger',
  title: 'The agent hears what people write to your own number',
  todo: 'Take whatsapp.selfChatMode out of the config, and only your chat with yourself is heard.',
  offers: ['open-config'],
}

/** Who could write to the agent as soon as the number counts as its own, by the rules as they are. */
export const whoCouldWrite = ({
  dmPolicy,
  everyone,
  silent,
}: Pick<ProviderView, 'dmPolicy' | 'everyone' | 'silent'>): string => {
  switch (dmPolicy) {
    case 'pairing':
      return silent
        ? 'Then everybody who writes to this number writes to the agent: strangers wait under Pairing, unanswered.'
        : 'Then everybody who writes to this number writes to the agent: strangers are sent a pairing code.'
    case 'allowlist':
      return 'Then whoever is let in on the People screen can write to the agent. Strangers are ignored.'
    case 'open':
      return everyone
        ? 'Then anyone who writes to this number is let in as a guest, because dmPolicy is open.'
        : 'Then whoever is let in on the People screen can write to the agent. Strangers are ignored.'
    case 'disabled':
      return 'Nobody can write to the agent even then: dmPolicy is disabled.'
    default:
      return assertNever(dmPolicy)
  }
}
