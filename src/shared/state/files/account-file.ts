import { parseAccount, parseNumber } from '../../domain/account.ts'
import type { SenderId } from '../../domain/identity.ts'
import type { ProviderId } from '../../domain/provider.ts'
import { corrupt, isJson, readStore, type StoreForm, writeStore } from './store-file.ts'

/** For which account each number stands. */
export type Accounts = ReadonlyMap<SenderId, SenderId>

const accountForm = (provider: ProviderId): StoreForm => ({
  list: 'accounts',
  repair: `allow repair --provider ${provider}`,
})

/**
 * An entry that names nobody is an error, and so is a number that stands for two accounts: passing over either would let in
 * whoever has the number now. Errors: `store_corrupt`, `store_unreadable`.
 */
export const readAccountFile = async (file: string, provider: ProviderId): Promise<Accounts> => {
  const form = accountForm(provider)
  const { entries } = await readStore(file, form)
  const accounts = new Map<SenderId, SenderId>()
  for (const entry of entries) {
    const { number: first, account: second } = isJson(entry) ? entry : {}
    const number = typeof first === 'string' ? parseNumber(provider, first) : undefined
    const account = typeof second === 'string' ? parseAccount(provider, second) : undefined
    if (number === undefined || account === undefined)
      throw corrupt(file, 'has an entry that is not a number and its account', form.repair)
    if (accounts.has(number)) throw corrupt(file, 'names two accounts for one number', form.repair)
    accounts.set(number, account)
  }
  return accounts
}

export const writeAccountFile = (file: string, provider: ProviderId, accounts: Accounts): Promise<void> =>
  writeStore(file, accountForm(provider), {
    entries: [...accounts].map(([number, account]) => ({ number, account })),
    rest: {},
  })
