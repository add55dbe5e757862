import type { SenderId } from '../domain/identity.ts'
import type { ProviderId } from '../domain/provider.ts'
import { readBlockFile, writeBlockFile } from './files/block-file.ts'
import { lockProvider, providerFiles } from './files/provider-files.ts'
import type { StatePaths } from './state-dir.ts'

/** Whom the owner refuses for good. Errors: `store_corrupt`, `store_unreadable`: then nobody may be let in. */
export const readBlocked = (paths: StatePaths, provider: ProviderId): Promise<readonly SenderId[]> =>
  readBlockFile(providerFiles(paths, provider).blocked, provider)

/** All at once. Returns whether one of them was new. Errors: those of every change of a store. */
export const addBlocked = (
  paths: StatePaths,
  provider: ProviderId,
  ...senders: readonly SenderId[]
): Promise<boolean> =>
  change(paths, provider, (blocked) => {
    const added = senders.filter((sender) => !blocked.includes(sender))
    return added.length === 0 ? blocked : [...blocked, ...added]
  })

/** All at once. Returns whether one of them was there. Errors: those of every change of a store. */
export const removeBlocked = (
  paths: StatePaths,
  provider: ProviderId,
  ...senders: readonly SenderId[]
): Promise<boolean> =>
  change(paths, provider, (blocked) =>
    senders.some((sender) => blocked.includes(sender))
      ? blocked.filter((id) => !senders.includes(id))
      : blocked,
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
