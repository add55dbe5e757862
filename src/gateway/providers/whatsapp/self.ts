import type { Contact } from '@whiskeysockets/baileys'
import type { ProviderLink } from '../../../shared/contracts/provider-status.ts'
import { parseUserJid } from './identity.ts'

const MAX_NAME = 200

/** The account that is linked, for the owner to see; null where its number is of no form that is known. */
export const selfOf = ({ id, lid, name }: Contact): ProviderLink['self'] => {
  const number = parseUserJid(id)
  if (number?.kind !== 'number') return null
  const account = parseUserJid(lid ?? '')
  return {
    number: number.id,
    account: account?.kind === 'account' ? account.id : '',
    name: (name ?? '').slice(0, MAX_NAME),
  }
}
