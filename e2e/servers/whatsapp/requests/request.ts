import type { BinaryNode } from '@whiskeysockets/baileys'
import type { CutPoint } from '../faults.ts'
import type { LinkedDevice } from '../linked-device.ts'
import type { Account, GroupAccount, Me } from '../wire.ts'

/** What a request may look at and change. */
export interface RequestContext {
  readonly me: Me
  /** The device that asks. */
  readonly device: LinkedDevice
  /** All devices that are linked to the account. */
  readonly linked: readonly LinkedDevice[]
  /** Whose address this is, with or without a device; undefined if nobody has it. */
  accountOf(jid: string): Account | undefined
  groupOf(jid: string): GroupAccount | undefined
  readonly groups: readonly GroupAccount[]
  /** From now on it gets what is for it. */
  activate(): void
  /** It is linked no longer. */
  unlink(): void
  /** Notes what no correct client does. */
  problem(what: string): void
  seconds(): string
}

/** `cut`: the connection may be cut here before the answer leaves. */
export type Answer =
  | {
      readonly kind: 'result'
      readonly content?: BinaryNode[]
      readonly cut?: CutPoint
      /** What happens after the answer has left. */
      readonly afterwards?: () => void
    }
  | { readonly kind: 'error'; readonly code: number; readonly text: string }
  /** Who asks does not wait for an answer. */
  | { readonly kind: 'none'; readonly afterwards?: () => void }

/** Answers a request of its family; undefined if it does not know it. It throws if the request is malformed. */
export type RequestFamily = (iq: BinaryNode, context: RequestContext) => Answer | undefined
