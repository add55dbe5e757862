import { samePerson } from '../domain/account.ts'
import type { SenderId } from '../domain/identity.ts'
import type { ProviderId } from '../domain/provider.ts'
import { readAccountFile, writeAccountFile } from './files/account-file.ts'
import { grant, readGranted, withdraw } from './files/allow-lists.ts'
import { readApproval } from './files/approval-file.ts'
import { type ProviderFiles, providerFiles } from './files/provider-files.ts'
import { changeProvider } from './files/transaction.ts'
import type { StatePaths } from './state-dir.ts'

/**
 * Whom the owner approved, with an approval that is under way. `*` and what is no id grants nothing. Errors:
 * `store_corrupt`, `store_unreadable`: then nobody is approved, which is something else than an empty list.
 */
export const readApproved = async (paths: StatePaths, provider: ProviderId): Promise<readonly SenderId[]> => {
  const files = providerFiles(paths, provider)
  // First, because an approval that ends meanwhile is in the list that is read second.
  const underWay = await readApproval(files)
  const granted = await readGranted(files)
  return [...(underWay === undefined ? granted : new Set([...granted, underWay.id]))]
}

/** Returns whether the sender was new. Errors: those of every change of a store. */
export const addApproved = (paths: StatePaths, provider: ProviderId, sender: SenderId): Promise<boolean> =>
  changeProvider(paths, provider, async ({ files, held }) => {
    await held.check()
    return grant(files, sender)
  })

/**
 * Takes back what a person was given, by whichever of their names, and forgets for which account their number stands. Returns
 * whether they were approved. Errors: those of every change of a store.
 */
export const removeApproved = (paths: StatePaths, provider: ProviderId, sender: SenderId): Promise<boolean> =>
  changeProvider(paths, provider, async ({ files, held }) => {
    const names = await namesOf(files, sender)
    let was = false
    for (const name of names) {
      await held.check()
      was = (await withdraw(files, name)) || was
    }
    await held.check()
    if (was) await forget(files, names)
    return was
  })

/** The sender, and who is the same person: a number and the account that it stands for. */
const namesOf = async (files: ProviderFiles, sender: SenderId): Promise<readonly SenderId[]> => {
  try {
    return samePerson(sender, await readAccountFile(files.accounts, files.provider))
  } catch {
    // Nobody is let in while that file can not be read, and taking somebody off a list must not wait for its repair.
    return [sender]
  }
}

const forget = async (files: ProviderFiles, names: readonly SenderId[]): Promise<void> => {
  try {
    const accounts = await readAccountFile(files.accounts, files.provider)
    const left = new Map([...accounts].filter(([number]) => !names.includes(number)))
    if (left.size < accounts.size) await writeAccountFile(files.accounts, files.provider, left)
  } catch {
    // Revoked they are. What a number that is on no list stands for gives nothing, and the supervisor forgets it later.
  }
}
