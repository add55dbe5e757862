import { userOf } from './stanza.ts'
import type { Account, GroupAccount } from './wire.ts'

/** Who and what has an address at the server. */
export interface Accounts {
  add(account: Account): void
  addGroup(group: GroupAccount): void
  /** By number or LID, with or without a device. */
  accountOf(jid: string): Account | undefined
  groupOf(jid: string): GroupAccount | undefined
  readonly groups: readonly GroupAccount[]
}

export const createAccounts = (): Accounts => {
  const accounts: Account[] = []
  const groups: GroupAccount[] = []
  return {
    add: (account) => void accounts.push(account),
    addGroup: (group) => void groups.push(group),
    accountOf: (jid) => {
      const user = userOf(jid)
      // A number moves from one account to another, so it is looked up each time.
      return user === ''
        ? undefined
        : accounts.find(({ jid: own, lidJid }) => own === user || lidJid === user)
    },
    groupOf: (jid) => groups.find((group) => group.jid === jid),
    groups,
  }
}
