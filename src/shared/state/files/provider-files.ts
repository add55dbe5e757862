import { join } from 'node:path'
import { ClawdbotError } from '../../domain/error.ts'
import { type ProviderId, parseProvider } from '../../domain/provider.ts'
import { type Held, withFileLocks } from '../lock.ts'
import type { StatePaths } from '../state-dir.ts'
import { makePrivateDir } from '../state-dir.ts'

/** The files that say who may reach the agent over one provider. */
export interface ProviderFiles {
  readonly provider: ProviderId
  readonly pairing: string
  readonly allow: string
  readonly blocked: string
  /** Who was sent a code or denied, and when. */
  readonly replies: string
  /** An approval under way: written before the two files that it changes. */
  readonly approval: string
  /**
   * Approved WhatsApp accounts (LIDs). Apart from `allow`, because the existing Clawdbot makes a phone number of all the digits
   * of an entry there, and would let in whoever has that number.
   */
  readonly allowAccounts: string
  /** For which account each listed number stands. */
  readonly accounts: string
  /** Whose number is linked, in the owner's own words. */
  readonly number: string
}

/** Throws `provider_unknown` for anything but a known name: a name from outside never becomes a path. */
export const providerFiles = (paths: StatePaths, provider: ProviderId): ProviderFiles => {
  const known = parseProvider(provider)
  if (known === undefined) {
    throw new ClawdbotError('provider_unknown', 'There is no such provider.', 'Name one that Clawdbot knows.')
  }
  const file = (what: string): string => join(paths.credentials, `${known}-${what}.json`)
  return {
    provider: known,
    pairing: file('pairing'),
    allow: file('allowFrom'),
    blocked: file('blocked'),
    replies: file('replies'),
    approval: file('approval'),
    allowAccounts: file('allowAccounts'),
    accounts: file('accounts'),
    number: file('number'),
  }
}

export interface LockedFiles {
  readonly files: ProviderFiles
  readonly held: Held
}

/**
 * Runs one change of a provider's files alone. The order of the locks is that of the existing Clawdbot: pairing,
 * then allowFrom; the files that only we have are changed under the same two.
 */
export const lockProvider = async <T>(
  paths: StatePaths,
  provider: ProviderId,
  change: (locked: LockedFiles) => Promise<T>,
): Promise<T> => {
  const files = providerFiles(paths, provider)
  await makePrivateDir(paths.credentials)
  return withFileLocks([files.pairing, files.allow], (held) => change({ files, held }))
}
