import type { SenderId } from './identity.ts'

/** Who may start a direct conversation with the agent (peers 1.8). */
export const DM_POLICIES = ['pairing', 'allowlist', 'open', 'disabled'] as const
export type DmPolicy = (typeof DM_POLICIES)[number]

export interface ProviderPolicy {
  readonly dmPolicy: DmPolicy
  /** The literal `"*"` in the provider's own `allowFrom`; means something only together with `open`. */
  readonly everyone: boolean
  /** Queue strangers for the owner without sending them a code. */
  readonly silent: boolean
  /**
   * The account that was linked is the owner's own, or nobody has said yet that it is not: nobody but the owner is heard, in
   * the chat with themselves, and nobody is answered who writes to it.
   */
  readonly onlySelf: boolean
}

/** The people of one provider, by where their right comes from. */
export interface People {
  /** `owner.<provider>` of the config. Nobody becomes owner any other way. */
  readonly owners: ReadonlySet<SenderId>
  /** `<provider>.allowFrom` of the config, without `*`. */
  readonly configured: ReadonlySet<SenderId>
  /** Approved by the owner: the allow store. Counts under `pairing` and `open`, not under `allowlist`. */
  readonly approved: ReadonlySet<SenderId>
  /** Refused by the owner; stronger than every right but that of the owner. */
  readonly blocked: ReadonlySet<SenderId>
  /** Of numbers on these lists: the account each has stood for since it was let in or first wrote. */
  readonly accounts: ReadonlyMap<SenderId, SenderId>
}

/** A sender as one event asserts them. */
export interface Asserted {
  readonly sender: SenderId
  readonly account: SenderId | null
}

/** Whom the lists mean by a sender. */
export interface Named {
  /** The name under which rights are looked up, and which names the session. */
  readonly person: SenderId
  /** The number was let in when it stood for another account: it gives nothing now, and `person` is the account. */
  readonly moved: SenderId | null
  /** The number is listed and stands for no account yet. */
  readonly bind: SenderId | null
}

const isListed = (id: SenderId, { owners, configured, approved }: People): boolean =>
  owners.has(id) || configured.has(id) || approved.has(id)

const plain = (person: SenderId): Named => ({ person, moved: null, bind: null })

/**
 * Whom the lists mean by a sender: the number if it still stands for this account; a listed number whose account now writes
 * from another; the account if it is listed itself. A number that stands for somebody else's account means nobody: numbers
 * are given to others when they are given up. Nobody is the owner by an account alone that the config does not name: which one
 * first stood behind a number is the gateway's word.
 */
export const namedBy = ({ sender, account }: Asserted, people: People): Named => {
  const bound = people.accounts.get(sender)
  const isNamed = isListed(sender, people)
  if (account === null || (isNamed && bound === account)) return plain(sender)
  for (const [number, known] of people.accounts)
    if (known === account && isListed(number, people) && !people.owners.has(number)) return plain(number)
  if (isListed(account, people)) return plain(account)
  if (isNamed && bound !== undefined) return { person: account, moved: sender, bind: null }
  return { person: sender, moved: null, bind: isNamed ? account : null }
}

export type Trust = 'owner' | 'friend' | 'guest'

/**
 * What the lists give a sender, or undefined for a stranger. An approval counts under `pairing` and
 * `open` only: switching to `allowlist` stops honouring it (openclaw #22599). On the owner's own number nobody else is let in.
 */
export const trustOf = (sender: SenderId, policy: ProviderPolicy, people: People): Trust | undefined => {
  if (people.owners.has(sender)) return 'owner'
  if (policy.onlySelf) return undefined
  if (people.blocked.has(sender)) return undefined
  if (people.configured.has(sender)) return 'friend'
  if (policy.dmPolicy !== 'allowlist' && people.approved.has(sender)) return 'friend'
  if (policy.dmPolicy === 'open' && policy.everyone) return 'guest'
  return undefined
}
