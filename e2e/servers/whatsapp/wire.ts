import type { BinaryNode } from '@whiskeysockets/baileys'
import type { KeyBundle } from './phones/key-bundle.ts'

/** The linked device under test, as other people's phones see it. */
export interface Companion {
  /** `<number>:<device>@s.whatsapp.net` */
  readonly jid: string
  /** `<account>:<device>@lid` */
  readonly lidJid: string
  /** A bundle with one of the one-time keys it has uploaded; without one when they have run out. */
  takeBundle(): KeyBundle
}

/** One ciphertext of a message stanza. */
export interface Enc {
  readonly type: string
  readonly ciphertext: Uint8Array
}

/** What a message stanza of the companion holds for one device of an account. */
export interface Parcel {
  readonly id: string
  /** Where it was sent to: a person, a group. A copy for the account's own phone names the other person here. */
  readonly chat: string
  /** 0 is the phone itself. */
  readonly device: number
  /** The device's address as the sender wrote it: by number or by LID. */
  readonly to: string
  /** The sending device in the same addressing as `to`. */
  readonly from: string
  /** In the order in which they must be decrypted: what came for this device alone, then what came for the group. */
  readonly encs: readonly Enc[]
  readonly stanza: BinaryNode
}

/** Somebody whom the server knows: a contact, or the owner of the linked account. */
export interface Account {
  /** `<number>@s.whatsapp.net`; it may change. */
  readonly jid: string
  /** `<account>@lid` */
  readonly lidJid: string | undefined
  /** Its devices; 0 is the phone itself. */
  readonly devices: readonly number[]
  /** The `<user>` of an answer to a query for prekeys; undefined if there is no such device. */
  bundleNode(device: number, jid: string): BinaryNode | undefined
  /** Called once for each device, in the order in which the server got the stanzas. It must not throw. */
  take(parcel: Parcel): void
  /** A receipt of the companion that is meant for this account: delivery, read, retry. */
  receipt(node: BinaryNode): void
  /** A `<chatstate>` of the companion for this account: `composing`, `paused`. */
  chatState(state: string): void
}

/** A group, as the server knows it. */
export interface GroupAccount {
  /** `<digits>@g.us` */
  readonly jid: string
  /** Whether the companion's account is in it, and so may write to it. */
  readonly hasCompanion: boolean
  /** Without the companion's own account. */
  readonly members: readonly Account[]
  /** The `<group>` of an answer to a query for it. */
  metadataNode(): BinaryNode
}

/** The account to which the device under test is linked. */
export interface Me {
  /** `+` and digits */
  readonly number: string
  /** `<account>@lid` */
  readonly lid: string
  /** `<number>@s.whatsapp.net` */
  readonly jid: string
  /** The same as `lid`. */
  readonly lidJid: string
}

/** What phones ask of the server. */
export interface Wire {
  readonly me: Me
  /** The linked device; undefined before it is paired, and after it was unlinked. */
  companion(): Companion | undefined
  /** Resolves as soon as a device is linked and has uploaded its one-time keys. */
  linked(): Promise<Companion>
  /** Puts a stanza into the queue to the companion, who gets it now or when it is connected next. Lost if there is none. */
  deliver(node: BinaryNode): void
  /** Makes a stanza id. */
  nextId(): string
  /** Seconds since 1970, as stanzas carry them. */
  seconds(): string
  /** Says that something may have changed; every waiting test looks again. */
  changed(): void
  /** Notes what no correct client does: a message that can not be decrypted, a wrong signature. It fails the test. */
  problem(what: string): void
}
