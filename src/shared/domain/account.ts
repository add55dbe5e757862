import { parseSenderId, type SenderId } from './identity.ts'
import type { ProviderId } from './provider.ts'

/**
 * Whether an id is an account's own, which stays when its phone number goes to somebody else. Only WhatsApp has both kinds:
 * the account is the LID.
 */
export const isAccount = (provider: ProviderId, id: SenderId): boolean =>
  provider === 'whatsapp' && id.endsWith('@lid')

/** An account's id, exact; undefined for numbers and for everything else. */
export const parseAccount = (provider: ProviderId, raw: string): SenderId | undefined => {
  const id = parseSenderId(provider, raw)
  return id !== undefined && isAccount(provider, id) ? id : undefined
}

/** An id that stands for an account and is not one: a phone number. */
export const parseNumber = (provider: ProviderId, raw: string): SenderId | undefined => {
  const id = provider === 'whatsapp' ? parseSenderId(provider, raw) : undefined
  return id !== undefined && !isAccount(provider, id) ? id : undefined
}

/** The sender first, then the account that their number stands for, or the numbers that stand for their account. */
export const samePerson = (
  sender: SenderId,
  accounts: ReadonlyMap<SenderId, SenderId>,
): readonly SenderId[] => {
  const account = accounts.get(sender)
  const numbers = [...accounts].flatMap(([number, known]) => (known === sender ? [number] : []))
  return [sender, ...(account === undefined ? [] : [account]), ...numbers]
}
