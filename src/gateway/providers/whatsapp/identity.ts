import { parseSenderId, type SenderId } from '../../../shared/domain/identity.ts'

/** One device of one person, as the server names it. */
export interface UserJid {
  /** By phone number, or by account (LID). */
  readonly kind: 'number' | 'account'
  /** `+` and digits, or digits and `@lid`: never the one made of the digits of the other. */
  readonly id: SenderId
  /** 0 is the phone. */
  readonly device: number
}

/**
 * The whole string or nothing. Baileys' own helpers look at a part of it: they take `15550001111@lid`, `@g.us`, `@hosted` and
 * `15550001111@s.whatsapp.net@lid` for the number (providers.md 6).
 */
const USER = /^([0-9]{1,20})(?::([0-9]{1,5}))?@(s\.whatsapp\.net|lid)$/
const GROUP = /^[0-9]{5,20}(?:-[0-9]{5,15})?@g\.us$/
const POSTS = /@(?:broadcast|newsletter)$/

/** The device of a company that hosts the account of a business for it: what it says and reads is that company's. */
const HOSTED_DEVICE = 99

/** Meta's own assistants, which have had numbers. */
const ASSISTANT = /^\+(?:1313555[0-9]{4}|131655500[0-9]{2})$/

/** Undefined for whatever is no person: groups, broadcasts, bots, hosted devices, and what is not exactly of the form. */
export const parseUserJid = (jid: string): UserJid | undefined => {
  const [, digits = '', device = '0', server] = USER.exec(jid) ?? []
  const isNumber = server === 's.whatsapp.net'
  const id = parseSenderId('whatsapp', isNumber ? `+${digits}` : `${digits}@lid`)
  if (id === undefined || Number(device) === HOSTED_DEVICE) return undefined
  return { kind: isNumber ? 'number' : 'account', id, device: Number(device) }
}

export const isGroupJid = (jid: string): boolean => GROUP.test(jid)

/** Status, broadcast lists and channels: told to many, and never to us. */
export const isPostJid = (jid: string): boolean => POSTS.test(jid)

export const isAssistant = (sender: SenderId): boolean => ASSISTANT.test(sender)
