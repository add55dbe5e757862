import { randomUUID } from 'node:crypto'
import { BufferJSON, encodeWAMessage, proto, unpadRandomMax16 } from '@whiskeysockets/baileys'
import {
  GroupCipher,
  GroupSessionBuilder,
  SenderKeyDistributionMessage,
  SenderKeyName,
  SenderKeyRecord,
} from '@whiskeysockets/baileys/lib/Signal/Group/index.js'
import { ProtocolAddress } from 'libsignal'

/** The keys of groups that one device has: its own, with which it writes, and those it was told by others. */
export interface SenderKeys {
  /** What must be told to every device that shall read what this one writes to the group. */
  distribution(group: string): Promise<proto.Message.ISenderKeyDistributionMessage>
  encrypt(group: string, message: proto.IMessage): Promise<Uint8Array>
  /** Takes the key that `author`, a device, writes to a group with. */
  learn(author: string, told: proto.Message.ISenderKeyDistributionMessage): Promise<void>
  /** Throws if the author's key is not known, or if this message was read already. */
  decrypt(group: string, author: string, ciphertext: Uint8Array): Promise<proto.Message>
  /** Forgets its own key of the group, so that the next message needs a new distribution: as when a member leaves. */
  rotate(group: string): void
  /** Forgets every key of a group, its own and those it was told. */
  forgetAll(): void
}

const nameOf = (group: string, author: string): SenderKeyName =>
  new SenderKeyName(group, new ProtocolAddress(author, 0))

export const createSenderKeys = (): SenderKeys => {
  const records = new Map<string, string>()
  const own = `own ${randomUUID()}`
  // Baileys itself leaves the replacer out, and can then not read the keys of messages that come out of order.
  const store = {
    loadSenderKey: async (name: SenderKeyName) => {
      const record = records.get(name.toString())
      return record === undefined ? new SenderKeyRecord() : SenderKeyRecord.deserialize(Buffer.from(record))
    },
    storeSenderKey: async (name: SenderKeyName, record: SenderKeyRecord) => {
      records.set(name.toString(), JSON.stringify(record.serialize(), BufferJSON.replacer))
    },
  }
  const create = (group: string) => new GroupSessionBuilder(store).create(nameOf(group, own))

  return {
    distribution: async (group) => ({
      groupId: group,
      axolotlSenderKeyDistributionMessage: (await create(group)).serialize(),
    }),
    encrypt: async (group, message) => {
      await create(group)
      return new GroupCipher(store, nameOf(group, own)).encrypt(encodeWAMessage(message))
    },
    learn: async (author, told) => {
      const { groupId, axolotlSenderKeyDistributionMessage: bytes } = told
      if (!groupId || !bytes) throw new Error('a sender key distribution without a group or a key')
      const message = new SenderKeyDistributionMessage(null, null, null, null, bytes)
      await new GroupSessionBuilder(store).process(nameOf(groupId, author), message)
    },
    decrypt: async (group, author, ciphertext) => {
      const padded = await new GroupCipher(store, nameOf(group, author)).decrypt(ciphertext)
      return proto.Message.decode(unpadRandomMax16(padded))
    },
    rotate: (group) => void records.delete(nameOf(group, own).toString()),
    forgetAll: () => records.clear(),
  }
}
