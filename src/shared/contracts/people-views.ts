// What the owner's screens show of people and requests. The supervisor makes it, main passes it on, the renderer draws it.
import type { Trust } from '../domain/people.ts'
import type { ProviderId } from '../domain/provider.ts'

export interface PairingRequestView {
  readonly provider: ProviderId
  readonly id: string
  /** The messenger's own id of the account behind `id`, where it asserts one besides; empty where it does not. */
  readonly account: string
  readonly code: string
  readonly createdAt: number
  readonly lastSeenAt: number
  readonly expiresAt: number
  readonly attempts: number
  /** Unverified: what they call themselves, as one line; empty when they said nothing. */
  readonly claimedName: string
  readonly claimedUsername: string
  /** Sentences for the owner, e.g. that the name looks like that of somebody approved. */
  readonly warnings: readonly string[]
  /** Where approval would let them in, e.g. “own session telegram:dm:42, as a friend, no tools”. */
  readonly wouldGet: string
}

export interface DecisionView {
  readonly id: string
  readonly at: number
  readonly provider: ProviderId
  readonly sender: string
  readonly claimedName: string
  readonly kind: 'approved' | 'denied' | 'blocked' | 'undone'
  /** Until when `pairing.undo` is offered on the screen; undo itself works as long as it is listed. */
  readonly undoUntil: number | null
}

/** Where a right comes from; `none` is somebody who is only on the block list. */
export type RightSource = 'owner' | 'config' | 'approved' | 'everyone' | 'built-in' | 'none'

export interface PersonView {
  readonly provider: ProviderId
  /** `*` for the row that stands for everyone. */
  readonly id: string
  /** The account that `id` stands for, where it stands for one; else empty. */
  readonly account: string
  readonly source: RightSource
  readonly trust: Trust
  /** False when the list exists but the policy does not honour it now, or the person is blocked. */
  readonly effective: boolean
  /** Why, in words: “approved earlier; not honoured while the policy is allowlist”. */
  readonly why: string
  readonly blocked: boolean
  readonly claimedName: string
  readonly lastSeenAt: number | null
  readonly session: string
}
