import type { SenderId } from '../domain/identity.ts'
import type { ProviderId } from '../domain/provider.ts'
import { readBlockFile, writeBlockFile } from './files/block-file.ts'
import { lockProvider, providerFiles } from './files/provider-files.ts'
import type { StatePaths } from './state-dir.ts'

/** Whom the owner refuses for good. Errors: `store_corrupt`, `store_unreadable`: then nobody may be let in. */
export const readBlocked = (paths: StatePaths, provider: ProviderId): Promise<readonly SenderId[]> =>
  readBlockFile(providerFiles(paths, provider).blocked, provider)

/** Returns whether the sender was new. Errors: those of every change of a store. */
export const addBlocked = (paths: StatePaths, provider: ProviderId, sender: SenderId): Promise<boolean> =>
  change(paths, provider, (blocked) => (blocked.includes(sender) ? blocked : [...blocked, sender]))

/** Returns whether the sender was there. Errors: those of every change of a store. */
export const removeBlocked = (paths: StatePaths, provider: ProviderId, sender: SenderId): Promise<boolean> =>
  change(paths, provider, (blocked) =>
    blocked.includes(sender) ? blocked.filter((id) => id !== sender) : blocked,
  )

// An approval cut short is not finished here: blocking somebody must work while the other files are corrupt.
const change = (
  paths: StatePaths,
  provider: ProviderId,
  next: (blocked: readonly SenderId[]) => readonly SenderId[],
): Promise<boolean> =>
  lockProvider(paths, provider, async ({ files, held }) => {
    const blocked = await readBlockFile(files.blocked, provider)
    const changed = next(blocked)
    if (changed === blocked) return false
    await held.check()
    await writeBlockFile(files.blocked, provider, changed)
    return true
  })
