// For which account each listed number stands. A number that is given up goes to somebody else: whoever writes from it then
// has another account, and gets nothing of what was given to the number.
import type { SenderId } from '../domain/identity.ts'
import { accountOf } from '../domain/pairing.ts'
import type { ProviderId } from '../domain/provider.ts'
import { readAccountFile, writeAccountFile } from './files/account-file.ts'
import { readGranted } from './files/allow-lists.ts'
import { readApproval } from './files/approval-file.ts'
import { readBlockFile } from './files/block-file.ts'
import { providerFiles } from './files/provider-files.ts'
import { changeProvider } from './files/transaction.ts'
import type { StatePaths } from './state-dir.ts'

/**
 * By number, with an approval that is under way. Errors: `store_corrupt`, `store_unreadable`: then nobody can say who has
 * a number.
 */
export const readAccounts = async (
  paths: StatePaths,
  provider: ProviderId,
): Promise<ReadonlyMap<SenderId, SenderId>> => {
  const files = providerFiles(paths, provider)
  // First, because an approval that ends meanwhile is in the file that is read second.
  const underWay = await readApproval(files)
  const accounts = await readAccountFile(files.accounts, provider)
  const account = underWay === undefined ? undefined : accountOf(provider, underWay)
  return underWay === undefined || account === undefined
    ? accounts
    : new Map(accounts).set(underWay.id, account)
}

/**
 * From now on the number stands for this account. `first` is the word of a message that came: it never replaces another
 * account (`other`). `decided` is the owner's word, and does. Errors: those of every change of a store.
 */
export const bindAccount = (
  paths: StatePaths,
  provider: ProviderId,
  number: SenderId,
  account: SenderId,
  what: 'first' | 'decided',
): Promise<'bound' | 'same' | 'other'> =>
  changeProvider(paths, provider, async ({ files, held }) => {
    const accounts = await readAccountFile(files.accounts, provider)
    const known = accounts.get(number)
    if (known === account) return 'same'
    if (known !== undefined && what === 'first') return 'other'
    await held.check()
    await writeAccountFile(files.accounts, provider, new Map(accounts).set(number, account))
    return 'bound'
  })

/**
 * Forgets for which accounts these numbers stand, but for those that are approved or blocked by now: whoever writes first from
 * a number that is listed again is taken for its owner. Errors: those of every change of a store.
 */
export const forgetAccounts = (
  paths: StatePaths,
  provider: ProviderId,
  numbers: readonly SenderId[],
): Promise<void> =>
  changeProvider(paths, provider, async ({ files, held }) => {
    const accounts = await readAccountFile(files.accounts, provider)
    const kept = new Set([...(await readGranted(files)), ...(await readBlockFile(files.blocked, provider))])
    const left = new Map([...accounts].filter(([number]) => kept.has(number) || !numbers.includes(number)))
    if (left.size === accounts.size) return
    await held.check()
    await writeAccountFile(files.accounts, provider, left)
  })
