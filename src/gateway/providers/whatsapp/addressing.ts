import { directChat } from '../../../shared/domain/direct-chat.ts'
import type { SenderId } from '../../../shared/domain/identity.ts'
import { isGroupJid, isPostJid, parseUserJid, type UserJid } from './identity.ts'

/** The login, as `creds.me` names it, with its device. */
export interface Self {
  readonly pn: string
  readonly lid: string | undefined
}

/** The names of the linked account. */
export interface OwnNames {
  readonly number: SenderId
  readonly account: SenderId | undefined
  readonly device: number
}

/** Where a stanza comes from, by its attributes alone: these are the server's word. */
export interface Addressed {
  /**
   * - direct: one person to this account.
   * - group: one person in a group.
   * - own: another device of this account, in `chat`.
   * - posts: a status, a broadcast list, a channel.
   * - nowhere: nothing of it can be trusted.
   */
  readonly place: 'direct' | 'group' | 'own' | 'posts' | 'nowhere'
  /** The device that wrote it. */
  readonly author: UserJid | undefined
  readonly sender: SenderId | null
  readonly account: SenderId | null
  /** Where an answer goes: the JID as received, without a device. Empty where nothing may be answered. */
  readonly chat: string
}

type Attributes = Readonly<Record<string, string | undefined>>

const NOWHERE: Addressed = { place: 'nowhere', author: undefined, sender: null, account: null, chat: '' }

/** Undefined: the login has no number of its form, and nobody can be told from ourselves. */
export const ownNames = ({ pn, lid }: Self): OwnNames | undefined => {
  const number = parseUserJid(pn)
  const account = lid === undefined ? undefined : parseUserJid(lid)
  if (number?.kind !== 'number') return undefined
  return {
    number: number.id,
    account: account?.kind === 'account' ? account.id : undefined,
    device: number.device,
  }
}

export const isOwn = (id: SenderId, own: OwnNames): boolean => id === own.number || id === own.account

/**
 * Reads `from`, `participant`, `recipient`, and the other name of the author that stands beside them. Attributes that
 * contradict each other assert nobody.
 */
export const addressed = (attributes: Attributes, own: OwnNames): Addressed => {
  const { from = '', participant, recipient } = attributes
  if (isPostJid(from)) return { ...NOWHERE, place: 'posts' }
  if (isGroupJid(from)) return inGroup(attributes, from, own)
  const author = parseUserJid(from)
  if (author === undefined) return NOWHERE
  if (participant !== undefined && participant !== from) return NOWHERE
  const other = author.kind === 'number' ? attributes['sender_lid'] : attributes['sender_pn']
  const who = assertedBy(author, other, own)
  if (who.isSelf) return { place: 'own', author, ...who.names, chat: chatOf(recipient) }
  // Only our own devices write to somebody else.
  if (recipient !== undefined) return NOWHERE
  return { place: 'direct', author, ...who.names, chat: directChat('whatsapp', author.id) }
}

const inGroup = (attributes: Attributes, group: string, own: OwnNames): Addressed => {
  const author = parseUserJid(attributes['participant'] ?? '')
  if (author === undefined) return { ...NOWHERE, place: 'group', chat: group }
  const other = author.kind === 'number' ? attributes['participant_lid'] : attributes['participant_pn']
  const who = assertedBy(author, other, own)
  return { place: 'group', author, ...who.names, chat: group }
}

interface Asserted {
  readonly isSelf: boolean
  readonly names: Pick<Addressed, 'sender' | 'account'>
}

/** Named by the number where the server says it for this very stanza, else by the account. */
const assertedBy = (author: UserJid, otherName: string | undefined, own: OwnNames): Asserted => {
  if (isOwn(author.id, own))
    return { isSelf: true, names: { sender: own.number, account: own.account ?? null } }
  const nobody = { isSelf: false, names: { sender: null, account: null } }
  if (otherName === undefined) return { isSelf: false, names: { sender: author.id, account: null } }
  const other = parseUserJid(otherName)
  if (other === undefined || other.kind === author.kind || isOwn(other.id, own)) return nobody
  const [number, account] = author.kind === 'number' ? [author.id, other.id] : [other.id, author.id]
  return { isSelf: false, names: { sender: number, account } }
}

const chatOf = (recipient: string | undefined): string => {
  if (recipient === undefined) return ''
  if (isGroupJid(recipient)) return recipient
  const user = parseUserJid(recipient)
  return user === undefined ? '' : directChat('whatsapp', user.id)
}
