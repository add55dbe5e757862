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
  /** What follows, and what to do about it where the offers do not say it. */
  readonly meaning: string
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
    if (!isOwners) return SELF_CHAT_MODE
    return named === 'named' ? OWNER_BY_CONFIG : FRIEND_BY_CONFIG
  }
  if (named === 'named') return YOURS
  const words = use === 'own' || isOwners ? YOURS_UNHEARD : UNSAID
  return { ...words, offers: isOwners ? ['name-owner'] : ['name-owner', 'set-separate'] }
}

const YOURS: NumberWords = {
  tone: 'info',
  title: 'Your own number: only your chat with yourself is heard',
  meaning:
    'Write to yourself in WhatsApp to talk to the agent. Nobody else who writes to you is heard or answered. If the number is the agent’s after all, take it out of owner.whatsapp.',
  offers: ['open-config'],
}

const YOURS_UNHEARD: Omit<NumberWords, 'offers'> = {
  tone: 'warn',
  title: 'Your own number: nobody is heard yet, not even you',
  meaning:
    'Only your chat with yourself is heard, and only once the config names you as the owner. Nobody who writes to you is answered.',
}

const UNSAID: Omit<NumberWords, 'offers'> = {
  tone: 'warn',
  title: 'Whose number is this? Nobody is heard yet',
  meaning: 'Until you have said, it counts as yours, and nobody who writes to it is answered.',
}

const OWNER_BY_CONFIG: NumberWords = {
  tone: 'warn',
  title: 'The config says that this number is yours',
  meaning:
    'You said that it is the agent’s own, but owner.whatsapp names it. So only your chat with yourself is heard. If it is the agent’s, take it out there.',
  offers: ['open-config'],
}

const FRIEND_BY_CONFIG: NumberWords = {
  tone: 'warn',
  title: 'The config lists this number: nobody is heard',
  meaning:
    'You said that it is the agent’s own, but whatsapp.allowFrom names it, so it counts as yours. Take it out there.',
  offers: ['open-config'],
}

const SELF_CHAT_MODE: NumberWords = {
  tone: 'warn',
  title: 'By the config this number counts as yours: nobody is heard',
  meaning:
    'You said that it is the agent’s own, but whatsapp.selfChatMode is true. Take that out of the config.',
  offers: ['open-config'],
}

const ANSWERS_FOR_YOU: NumberWords = {
  tone: 'danger',
  title: 'Everybody who writes to your own number writes to the agent',
  meaning:
    'It answers them as far as the rules let them in, because whatsapp.selfChatMode is false in the config. Take that out, and only your chat with yourself is heard.',
  offers: ['open-config'],
}

/** What the config needs so that the linked number is the owner's, and where it goes, by the owners that it names already. */
export const ownerLine = (
  { provider, link }: Pick<ProviderView, 'provider' | 'link'>,
  people: readonly PersonView[],
): { readonly where: string; readonly line: string } => {
  const number = link?.self?.number ?? ''
  const owners = people.filter(({ source }) => source === 'owner')
  const before = owners.filter((person) => person.provider === provider).map(({ id }) => id)
  if (before.length > 0) {
    const ids = [...before, number].map((id) => JSON.stringify(id)).join(', ')
    return { where: 'change this line under owner', line: `${provider}: [${ids}],` }
  }
  const line = `${provider}: ${JSON.stringify(number)}`
  return owners.length > 0
    ? { where: 'put this line under owner', line: `${line},` }
    : { where: 'put this line', line: `owner: { ${line} },` }
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
