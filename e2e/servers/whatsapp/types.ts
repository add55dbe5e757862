import type { BinaryNode } from '@whiskeysockets/baileys'
import type { FaultInjection } from './fault-injection.ts'
import type { MediaHost } from './media.ts'
import type { Contact, ContactOptions } from './phones/contact.ts'
import type { Group, GroupOptions } from './phones/group.ts'
import type { OwnPhone } from './phones/own-phone.ts'
import type { Companion } from './wire.ts'

export interface WhatsAppServerOptions {
  /** Of the account that is to be linked: `+15550009999` unless said. */
  readonly number?: string
  /** Of the same: `99990000111@lid` unless said. */
  readonly lid?: string
  /** Whether the phone sends its (empty) history to a device that was just linked; it does not unless said. */
  readonly historySync?: boolean
  /** How long a code lives, in milliseconds: 60,000 for the first and 20,000 for the others unless said. */
  readonly refMs?: number
}

/**
 * A strict local WhatsApp: the real protocol on loopback, with phones behind it that encrypt and decrypt. It answers
 * with an error to what it does not know and notes it, and it fails on purpose where a test orders it to.
 */
export interface WhatsAppServer {
  /** For `waWebSocketUrl`. */
  readonly url: string
  /** Where its phones' files are fetched from. */
  readonly mediaUrl: string
  readonly media: MediaHost
  /** The public key, in hex, that a client must trust instead of WhatsApp's own. */
  readonly rootKey: string
  readonly me: { readonly number: string; readonly lid: string }
  /**
   * The account's phone scans what the client shows. Resolves when the client has signed and is linked; rejects if
   * the code is none of the codes on show, or if the connection ends before.
   */
  scan(code: string): Promise<void>
  readonly phone: OwnPhone
  addContact(options: ContactOptions): Promise<Contact>
  addGroup(options: GroupOptions): Group
  readonly faults: FaultInjection
  /** How many connections clients have made so far. */
  connections(): number
  /** How many of them are there right now. */
  openConnections(): number
  /** Whether the linked device is logged in and gets what is for it. */
  isActive(): boolean
  isLinked(): boolean
  /** The linked device, as phones see it. */
  companion(): Companion | undefined
  /** Puts a stanza as it is into the queue to the linked device. Throws if there is none. */
  deliver(stanza: BinaryNode): void
  /** What the linked device has not confirmed yet, oldest first. */
  pending(): readonly BinaryNode[]
  /** How the client says it is: what it told last; undefined if it told nothing. */
  presence(): string | undefined
  /** What the client sent, by kinds: stanzas in the order in which they came. */
  readonly seen: readonly BinaryNode[]
  /** The account unlinks the device, as from the phone's list of linked devices. */
  unlink(): void
  /** Requests and stanzas that no correct client sends. A test ends with `expect(server.unknown()).toEqual([])`. */
  unknown(): readonly string[]
  /** Resolves when the condition is true; it is asked after everything that happens at this server. */
  until(condition: () => boolean, what: string, limitMs?: number): Promise<void>
  stop(): Promise<void>
}
