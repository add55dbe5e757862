// Blocking is of a person, and a person may have two names: a number, and the account that it stands for.
import { isAccount, samePerson } from '../domain/account.ts'
import type { SenderId } from '../domain/identity.ts'
import { accountOf } from '../domain/pairing.ts'
import type { ProviderId } from '../domain/provider.ts'
import { bindAccount, readAccounts } from './account-store.ts'
import { addBlocked, removeBlocked } from './block-store.ts'
import { listRequests } from './pairing-store.ts'
import type { StatePaths } from './state-dir.ts'

/** By every name that is known of them now, the given one first. Never throws. */
export const namesOfPerson = async (
  paths: StatePaths,
  provider: ProviderId,
  sender: SenderId,
  now: number,
): Promise<readonly SenderId[]> => {
  const known = await readOr(readAccounts(paths, provider), new Map<SenderId, SenderId>())
  const waiting = await readOr(listRequests(paths, provider, now), [])
  const asserted = waiting.flatMap((request) => {
    const account = accountOf(provider, request)
    return account === undefined ? [] : [[request.id, account] as const]
  })
  return [...new Set([...samePerson(sender, known), ...samePerson(sender, new Map(asserted))])]
}

const readOr = async <T>(read: Promise<T>, otherwise: T): Promise<T> => {
  try {
    return await read
  } catch {
    // Blocking somebody by the name that the owner gave must work while these files are corrupt.
    return otherwise
  }
}

/** Returns whether one of the names was new. Errors: those of every change of the block list. */
export const blockPerson = async (
  paths: StatePaths,
  provider: ProviderId,
  names: readonly SenderId[],
): Promise<boolean> => {
  const changed = await addBlocked(paths, provider, ...names)
  const account = names.find((name) => isAccount(provider, name))
  for (const number of names) {
    if (account === undefined || number === account || isAccount(provider, number)) continue
    try {
      await bindAccount(paths, provider, number, account, 'first')
    } catch {
      // Blocked they are. Without this, unblocking the number leaves the account on the list, where the owner sees it.
    }
  }
  return changed
}

/** Returns whether one of the names was there. Errors: those of every change of the block list. */
export const unblockPerson = async (
  paths: StatePaths,
  provider: ProviderId,
  sender: SenderId,
): Promise<boolean> => {
  const known = await readOr(readAccounts(paths, provider), new Map<SenderId, SenderId>())
  return removeBlocked(paths, provider, ...samePerson(sender, known))
}
