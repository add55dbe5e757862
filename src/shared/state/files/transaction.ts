import type { ProviderId } from '../../domain/provider.ts'
import type { StatePaths } from '../state-dir.ts'
import { finishApproval } from './approval-file.ts'
import { type LockedFiles, lockProvider } from './provider-files.ts'

/** One change of a provider's people: alone, and after an approval that a crash cut short was finished. */
export const changeProvider = <T>(
  paths: StatePaths,
  provider: ProviderId,
  change: (locked: LockedFiles) => Promise<T>,
): Promise<T> =>
  lockProvider(paths, provider, async (locked) => {
    await finishApproval(locked.files, locked.held)
    return change(locked)
  })
