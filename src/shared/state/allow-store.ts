import type { SenderId } from '../domain/identity.ts'
import type { ProviderId } from '../domain/provider.ts'
import { changeAllowFile, readAllowFile } from './files/allow-file.ts'
import { readApproval } from './files/approval-file.ts'
import { providerFiles } from './files/provider-files.ts'
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
  const { granted } = await readAllowFile(files.allow, provider)
  return [...(underWay === undefined ? granted : new Set([...granted, underWay.id]))]
}

/** Returns whether the sender was new. Errors: those of every change of a store. */
export const addApproved = (paths: StatePaths, provider: ProviderId, sender: SenderId): Promise<boolean> =>
  change(paths, provider, sender, 'add')

/** Returns whether the sender was there. Errors: those of every change of a store. */
export const removeApproved = (paths: StatePaths, provider: ProviderId, sender: SenderId): Promise<boolean> =>
  change(paths, provider, sender, 'remove')

const change = (
  paths: StatePaths,
  provider: ProviderId,
  sender: SenderId,
  what: 'add' | 'remove',
): Promise<boolean> =>
  changeProvider(paths, provider, async ({ files, held }) => {
    await held.check()
    return changeAllowFile(files.allow, provider, sender, what)
  })
