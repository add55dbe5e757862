import { type BinaryNode, S_WHATSAPP_NET } from '@whiskeysockets/baileys'
import { createDeliveryQueue, type DeliveryQueue, type QueueFaults } from './delivery-queue.ts'
import type { KeyBundle } from './phones/key-bundle.ts'
import { node } from './stanza.ts'
import type { Companion } from './wire.ts'

interface PublicPreKey {
  readonly id: number
  readonly value: Uint8Array
}

export interface SignedPreKey extends PublicPreKey {
  readonly signature: Uint8Array
}

/** What a client says of itself when it asks to be linked, checked. */
export interface Registration {
  readonly noiseKey: Buffer
  readonly identity: Uint8Array
  readonly registrationId: number
  readonly signedPreKey: SignedPreKey
}

/** A device that was linked, as the server keeps it. */
export interface LinkedDevice extends Companion {
  readonly id: number
  readonly registration: Registration
  /** The bytes that the account has signed for it. */
  readonly details: Uint8Array
  /** One-time keys that nobody was given yet. */
  readonly preKeys: PublicPreKey[]
  signedPreKey: SignedPreKey
  readonly queue: DeliveryQueue
  /** The device identity that it has shown and that was found good. */
  shownIdentity: Buffer | undefined
  /** Whether it has ever been ready to be written to. */
  hasBeenActive: boolean
}

/** With fewer one-time keys left than this, the server asks the device for more; Baileys sends none before. */
const LOW = 5

const preKeysLow = (id: string, left: number): BinaryNode =>
  node('notification', { from: S_WHATSAPP_NET, type: 'encrypt', id, t: '0' }, [
    node('count', { value: String(left) }),
  ])

export const createLinkedDevice = (
  registration: Registration,
  addresses: { readonly jid: string; readonly lidJid: string },
  id: number,
  details: Uint8Array,
  faults: QueueFaults,
  nextId: () => string,
): LinkedDevice => {
  const preKeys: PublicPreKey[] = []
  const device: LinkedDevice = {
    id,
    ...addresses,
    registration,
    details,
    preKeys,
    signedPreKey: registration.signedPreKey,
    queue: createDeliveryQueue(faults),
    shownIdentity: undefined,
    hasBeenActive: false,
    takeBundle: (): KeyBundle => {
      const preKey = preKeys.shift()
      if (preKeys.length === LOW - 1) device.queue.push(preKeysLow(nextId(), preKeys.length))
      return {
        registrationId: registration.registrationId,
        identity: registration.identity,
        signedPreKey: device.signedPreKey,
        preKey,
      }
    },
  }
  return device
}
