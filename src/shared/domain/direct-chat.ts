import type { SenderId } from './identity.ts'
import type { ProviderId } from './provider.ts'

const WHATSAPP_CHAT = /^(?<digits>[0-9]{5,20})@(?<server>s\.whatsapp\.net|lid)$/

/** The private chat with a person, by the name that the lists know. */
export const directChat = (provider: ProviderId, person: SenderId): string =>
  provider === 'whatsapp' && person.startsWith('+') ? `${person.slice(1)}@s.whatsapp.net` : person

/**
 * Whether a chat is a private one that can be this person's. At WhatsApp one person has two of them, by number and by account
 * (LID), and only the event that came from one says whose it is: there the form is all that can be seen here, and for which
 * account the person's number stands. Who keeps the account has another number when they change theirs.
 */
export const mayBeChatOf = (
  provider: ProviderId,
  chatId: string,
  person: SenderId,
  accounts: ReadonlyMap<SenderId, SenderId>,
): boolean => {
  if (provider !== 'whatsapp') return chatId === person
  const form = WHATSAPP_CHAT.exec(chatId)?.groups
  if (form === undefined) return false
  if (chatId === directChat(provider, person)) return true
  const account = accounts.get(person)
  if (form['server'] === 'lid') return person.startsWith('+') && (account ?? chatId) === chatId
  return !person.startsWith('+') || account !== undefined
}
