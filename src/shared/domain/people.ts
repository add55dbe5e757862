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
}

export type Trust = 'owner' | 'friend' | 'guest'

/**
 * What the lists give a sender, or undefined for a stranger. An approval counts under `pairing` and
 * `open` only: switching to `allowlist` stops honouring it (openclaw #22599).
 */
export const trustOf = (sender: SenderId, policy: ProviderPolicy, people: People): Trust | undefined => {
  if (people.owners.has(sender)) return 'owner'
  if (people.blocked.has(sender)) return undefined
  if (people.configured.has(sender)) return 'friend'
  if (policy.dmPolicy !== 'allowlist' && people.approved.has(sender)) return 'friend'
  if (policy.dmPolicy === 'open' && policy.everyone) return 'guest'
  return undefined
}
