import { createHash } from 'node:crypto'
import type { proto } from '@whiskeysockets/baileys'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import type { GroupFacts, InboundKind } from '../../../shared/domain/inbound.ts'
import { nothingForUs, type ProviderEvent } from '../../inbound/provider-event.ts'
import { type Addressed, addressed, isOwn, type OwnNames, ownNames, type Self } from './addressing.ts'
import { type Content, contentOf } from './content.ts'
import { isAssistant, parseUserJid } from './identity.ts'
import type { Taken } from './taken-at-decryption.ts'

export interface Surroundings {
  /** The stanza had waited at WhatsApp while we were away. */
  readonly waited: boolean
}

/** UTF-16 units. */
const MAX_CLAIM = 200
/** UTF-16 units: as much as WhatsApp's own programs let people write. */
const MAX_TEXT = 65_536
const MAX_MENTIONS = 50

/** Seconds since the epoch. */
const STAMP = /^[0-9]{1,10}$/
/** What may stand in an event id as it came. Without the colon, so that no two ids run together. */
const PLAIN_ID = /^[!-9;-~]{1,48}$/

/**
 * One decrypted message, as an event. Who wrote it and where is the server's word in the stanza; nothing in the message can
 * change it. What is not as it should be becomes an event that the gate drops, never a guess. Undefined: it is none, since
 * it brings nothing but the key of a group.
 */
export const normalise = (
  { stanza: { attrs }, message }: Taken,
  self: Self,
  around: Surroundings,
): ProviderEvent | undefined => {
  const own = ownNames(self)
  // The login has no number: who is who can not be told.
  if (own === undefined) {
    const eventId = `whatsapp:${hashOf(JSON.stringify(attrs))}`
    return nothingForUs({ provider: 'whatsapp', kind: 'unknown', eventId, waited: around.waited })
  }
  const from = addressed(attrs, own)
  const isSelf = from.author !== undefined && isOwn(from.author.id, own)
  const copy = isSelf ? (message.deviceSentMessage ?? undefined) : undefined
  const content = contentOf(copy?.message ?? message)
  if (content === undefined) return undefined
  const kind = kindOf(attrs, from, content)
  const selfChat = copy !== undefined && isSelfChat(from, copy, attrs['recipient'], own)
  const isMessage = kind === 'message'
  return {
    provider: 'whatsapp',
    kind,
    direct: selfChat || (from.place === 'direct' && from.sender !== null),
    group: from.place === 'group' ? groupFacts(content.context, own) : null,
    sender: from.sender,
    account: from.account,
    chatId: from.chat,
    eventId: eventIdOf(attrs, from, own),
    otherIds: [],
    sentAt: sentAt(attrs['t']),
    fromSelf: isSelf,
    selfChat,
    fromBot: from.sender !== null && isAssistant(from.sender),
    onBehalf: false,
    forwarded: content.forwarded,
    text: isMessage ? content.text.slice(0, MAX_TEXT) : '',
    attachments: isMessage ? content.attachments : [],
    claims: claimsOf(attrs['notify']),
    waited: around.waited,
  }
}

type Attributes = Readonly<Record<string, string | undefined>>

const kindOf = (attributes: Attributes, { place }: Addressed, { kind }: Content): InboundKind => {
  switch (place) {
    case 'posts':
      return 'channel_post'
    case 'nowhere':
      return 'unknown'
    case 'direct':
    case 'group':
    case 'own':
      // What the devices of an account tell each other.
      if (attributes['category'] !== undefined) return 'service'
      // An edit, or the taking back of a message, whatever is in it.
      return attributes['edit'] === undefined ? kind : 'edit'
    default:
      return assertNever(place)
  }
}

/** The owner wrote it to themselves: another device of the account says so, and so does the server. */
const isSelfChat = (
  { place, author }: Addressed,
  { destinationJid }: proto.Message.IDeviceSentMessage,
  recipient: string | undefined,
  own: OwnNames,
): boolean =>
  place === 'own' &&
  author?.device !== own.device &&
  isOwnJid(destinationJid ?? '', own) &&
  isOwnJid(recipient ?? '', own)

const isOwnJid = (jid: string, own: OwnNames): boolean => {
  const user = parseUserJid(jid)
  return user !== undefined && isOwn(user.id, own)
}

const groupFacts = (context: proto.IContextInfo | undefined, own: OwnNames): GroupFacts => {
  const mentioned = (context?.mentionedJid ?? []).flatMap((jid) => parseUserJid(jid)?.id ?? [])
  return {
    mentions: [...new Set(mentioned)].slice(0, MAX_MENTIONS),
    mentionsSelf: mentioned.some((id) => isOwn(id, own)),
    repliesToSelf: Boolean(context?.stanzaId) && isOwnJid(context?.participant ?? '', own),
  }
}

const eventIdOf = (attributes: Attributes, { author, chat }: Addressed, own: OwnNames): string =>
  [
    'whatsapp',
    own.number,
    chat || (attributes['from'] ?? ''),
    author?.id ?? attributes['participant'] ?? '',
    attributes['id'] ?? '',
  ]
    .map((part) => (PLAIN_ID.test(part) ? part : hashOf(part)))
    .join(':')

/** Short enough for every list of ids, and of one form. */
const hashOf = (text: string): string =>
  `sha256-${createHash('sha256').update(text).digest('base64url').slice(0, 32)}`

/** 0, which is long ago, for what is no time. */
const sentAt = (stamp: string | undefined): number =>
  stamp !== undefined && STAMP.test(stamp) ? Number(stamp) * 1000 : 0

const claimsOf = (name: string | undefined): Readonly<Record<string, string>> =>
  name === undefined || name === '' ? {} : { name: name.slice(0, MAX_CLAIM) }
