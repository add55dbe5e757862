import type { ProviderId } from './provider.ts'

declare const senderBrand: unique symbol
/** The one canonical string for a person on one provider. Compared with ===, never normalised again. */
export type SenderId = string & { readonly [senderBrand]: true }

/** No id is longer, and the name of a session, which holds one, has no room for more. */
const MAX_LENGTH = 128

/** Anchored ASCII forms of the stable ids; names, handles that can move, and phone-like digits are not ids. */
const FORMS: Readonly<Record<ProviderId, RegExp>> = {
  telegram: /^[1-9][0-9]{0,15}$/,
  whatsapp: /^(?:\+[1-9][0-9]{6,14}|[0-9]{5,20}@lid)$/,
  signal: /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\+[1-9][0-9]{6,14})$/,
  imessage: /^(?:\+[1-9][0-9]{6,14}|[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+)$/,
  discord: /^[0-9]{17,20}$/,
  slack: /^[TE][A-Z0-9]{2,20}:[UW][A-Z0-9]{2,20}$/,
  simulator: /^[a-z][a-z0-9-]{0,31}$/,
}

/** Prefixes that the existing Clawdbot wrote before an id in its config and stores (peers 1.3). */
const PREFIX: Readonly<Partial<Record<ProviderId, RegExp>>> = {
  telegram: /^(?:telegram|tg):/,
  signal: /^(?:signal|uuid):/,
  discord: /^(?:discord|user):/,
  slack: /^(?:slack|user):/,
}

/** JavaScript's `$` also matches nothing before a final line break only with /m; none of the forms has it. */
const isSenderId = (provider: ProviderId, text: string): text is SenderId =>
  text.length <= MAX_LENGTH && FORMS[provider].test(text)

/** An id as the provider's own event gave it: exact, no trimming, no case folding, no prefix. */
export const parseSenderId = (provider: ProviderId, raw: string): SenderId | undefined =>
  isSenderId(provider, raw) ? raw : undefined

/** An entry of a config list or an allow store: ASCII spaces around it and a known prefix are tolerated. */
export const parseListEntry = (provider: ProviderId, raw: string): SenderId | undefined => {
  const text = raw.replace(/^[ \t]+|[ \t]+$/g, '').replace(PREFIX[provider] ?? /^(?!)/, '')
  return isSenderId(provider, text) ? text : undefined
}

/** What an id of this provider looks like, for an error's hint. */
export const SENDER_ID_HINT: Readonly<Record<ProviderId, string>> = {
  telegram: 'a numeric Telegram user id such as 811204553 (names can be taken over, so @names are refused)',
  whatsapp: 'a phone number such as +15550001111, or a LID such as 77712345@lid',
  signal: 'a Signal account id (uuid), or a phone number such as +15550001111',
  imessage: 'a phone number such as +15550001111, or an e-mail address in lower case',
  discord: 'a Discord user id of 17 to 20 digits, written as a string',
  slack: 'TEAM:USER, such as T024BE7LD:U023BECGF',
  simulator: 'a name such as friend or stranger-2 (lower case letters, digits, dashes)',
}
