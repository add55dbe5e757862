// Whose number the linked account has, in the owner's own words. Until they have said, it counts as their own.
import { unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parseNumber } from '../domain/account.ts'
import { isErrno } from '../domain/errno.ts'
import { ClawdbotError } from '../domain/error.ts'
import type { SenderId } from '../domain/identity.ts'
import type { ProviderId } from '../domain/provider.ts'
import { syncFolder, writeFailure } from './atomic-file.ts'
import { lockProvider, providerFiles } from './files/provider-files.ts'
import { corrupt, readJsonFile, writeJsonFile } from './files/store-file.ts'
import type { StatePaths } from './state-dir.ts'

export interface NumberTold {
  /** `own`: the owner's, on their own phone. `separate`: nobody's but the agent's. */
  readonly use: 'own' | 'separate'
  /** The number that was linked; null where it is not known yet. */
  readonly number: SenderId | null
}

/** Undefined where nobody has said. Errors: `store_corrupt`, `store_unreadable`: that is not the same. */
export const readNumberUse = async (
  paths: StatePaths,
  provider: ProviderId,
): Promise<NumberTold | undefined> => {
  const { number: file } = providerFiles(paths, provider)
  const repair = `allow repair --provider ${provider}`
  const value = await readJsonFile(file, repair)
  if (value === undefined) return undefined
  const { use, number = null } = value
  if (use !== 'own' && use !== 'separate') throw corrupt(file, 'does not say whose number it is', repair)
  if (number === null) return { use, number }
  const parsed = typeof number === 'string' ? parseNumber(provider, number) : undefined
  if (parsed === undefined) throw corrupt(file, 'has a number that is none', repair)
  return { use, number: parsed }
}

/** Errors: those of every change of a store; what is corrupt is not overwritten. */
export const writeNumberUse = (
  paths: StatePaths,
  provider: ProviderId,
  { use, number }: { readonly use: NumberTold['use']; readonly number: string | null },
): Promise<void> =>
  lockProvider(paths, provider, async ({ files, held }) => {
    if (number !== null && parseNumber(provider, number) === undefined) throw noNumber()
    const before = await readNumberUse(paths, provider)
    if (before?.use === use && before.number === number) return
    await held.check()
    await writeJsonFile(files.number, { version: 1, use, ...(number === null ? {} : { number }) })
  })

const noNumber = (): ClawdbotError =>
  new ClawdbotError(
    'sender_invalid',
    'what was linked has no phone number',
    'It has to look like +15550001111: unlink it, and link it again.',
  )

/** The login is gone, and with it what was said of its number. Errors: those of every change of a store. */
export const removeNumberUse = (paths: StatePaths, provider: ProviderId): Promise<void> =>
  lockProvider(paths, provider, async ({ files, held }) => {
    await held.check()
    try {
      await unlink(files.number)
      await syncFolder(dirname(files.number))
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw writeFailure(error, files.number)
    }
  })
