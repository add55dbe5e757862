import type { SocketConfig } from '@whiskeysockets/baileys'

/** Asks WhatsApp for the accounts (LIDs) behind numbers. */
type AskAccounts = NonNullable<Parameters<SocketConfig['makeSignalRepository']>[2]>

/**
 * Remembers which numbers have no account. Baileys does not, and asks anew each time it looks for a session: seven times over
 * for one message and its answer, while everything else that is encrypted waits. Once there is an account after all,
 * a stanza or a list of devices says so, and nobody asks this any more. For one connection.
 */
export const rememberingNone = (ask: AskAccounts, most = 10_000): AskAccounts => {
  const alone = new Set<string>()
  return async (numbers) => {
    const open = numbers.filter((number) => !alone.has(number))
    if (open.length === 0) return []
    const found = await ask(open)
    const known = new Set(found?.map(({ pn }) => pn))
    if (alone.size + open.length > most) alone.clear()
    if (found !== undefined) for (const number of open) if (!known.has(number)) alone.add(number)
    return found
  }
}
