import { deflateSync } from 'node:zlib'
import { proto } from '@whiskeysockets/baileys'
import type { MediaHost } from '../media.ts'
import type { Account, Wire } from '../wire.ts'
import { type Addressing, asLid, asNumber, jidOf, parseAddress } from './addresses.ts'
import { type Contact, messageId } from './contact.ts'
import { type FileOptions, fileMessage } from './file-message.ts'
import type { Group } from './group.ts'
import { textOf } from './message-text.ts'
import { createPhoneDevice, type PhoneDevice } from './phone-device.ts'

interface OwnSendOptions {
  /** By which of the account's own addresses; by number unless said. */
  readonly as?: Addressing
  readonly id?: string
  readonly attrs?: Readonly<Record<string, string>>
  readonly mediaType?: string
}

/** A copy of what the linked device sent, as the account's own phone shows it. */
interface ReceivedCopy {
  readonly id: string
  readonly text: string
  /** Whom it was sent to, as the copy says. */
  readonly chat: string
  readonly message: proto.IMessage
}

/** The phone that the linked device belongs to. */
export interface OwnPhone {
  readonly device: PhoneDevice
  /** Writes into the chat with oneself. */
  sendToSelf(message: string | proto.IMessage, options?: OwnSendOptions): Promise<string>
  sendFileToSelf(
    kind: 'image' | 'document' | 'voice',
    bytes: Uint8Array,
    options?: FileOptions & OwnSendOptions,
  ): Promise<string>
  /** Writes to somebody else; the linked device gets a copy. */
  sendTo(to: Contact, message: string | proto.IMessage, options?: OwnSendOptions): Promise<string>
  sendToGroup(to: Group, message: string | proto.IMessage, options?: OwnSendOptions): Promise<string>
  /** What phones tell their linked devices: history, keys for the app's state. */
  tell(message: proto.Message.IProtocolMessage): Promise<string>
  /** The notification of a history that is whole in itself, and holds nothing but these conversations. */
  tellHistory(what: keyof typeof HISTORIES, conversations?: readonly proto.IConversation[]): Promise<string>
  /** A key with which the linked device could read the app's state. */
  tellAppStateKey(): Promise<string>
  /** Copies of what the linked device sent, each id once. */
  readonly received: readonly ReceivedCopy[]
  /** What the linked device asked of the phone. */
  readonly requests: readonly proto.Message.IProtocolMessage[]
  readonly repeats: number
}

/** The same kinds stand in two enumerations of the protocol. */
const HISTORIES = {
  bootstrap: {
    blob: proto.HistorySync.HistorySyncType.INITIAL_BOOTSTRAP,
    notification: proto.Message.HistorySyncType.INITIAL_BOOTSTRAP,
  },
  recent: {
    blob: proto.HistorySync.HistorySyncType.RECENT,
    notification: proto.Message.HistorySyncType.RECENT,
  },
} as const

export interface ServedOwnPhone {
  readonly phone: OwnPhone
  readonly account: Account
}

export const createOwnPhone = (wire: Wire, media: MediaHost): ServedOwnPhone => {
  const me = { number: asNumber(wire.me.number), lid: asLid(wire.me.lid) }
  const received: ReceivedCopy[] = []
  const requests: proto.Message.IProtocolMessage[] = []
  let repeats = 0

  const device = createPhoneDevice(0, wire, {
    shown: ({ id, chat, message }) => {
      const copy = message.deviceSentMessage
      if (copy?.message) {
        received.push({
          id,
          text: textOf(copy.message),
          chat: copy.destinationJid ?? '',
          message: copy.message,
        })
      } else if (chat.endsWith('@g.us')) {
        // What goes to a group is the same for everybody.
        received.push({ id, text: textOf(message), chat, message })
      } else if (!message.protocolMessage) {
        wire.problem(`the account's own phone got ${id}, which is no copy`)
      }
    },
    protocol: (message) => void requests.push(message),
    repeated: () => {
      repeats += 1
    },
    receiptAttrs: (parcel, what) => ({
      from: jidOf(me, parseAddress(parcel.to).as),
      recipient: parcel.chat,
      ...(what === 'delivery' ? { type: 'sender' } : {}),
    }),
  })

  const send = async (
    to: { readonly jid: string; readonly attrs: Readonly<Record<string, string>> },
    content: string | proto.IMessage,
    options: OwnSendOptions,
  ): Promise<string> => {
    const id = options.id ?? messageId()
    const message = typeof content === 'string' ? { conversation: content } : content
    await device.send({
      attrs: {
        ...to.attrs,
        id,
        t: wire.seconds(),
        type: options.mediaType === undefined ? 'text' : 'media',
        ...options.attrs,
      },
      message: { deviceSentMessage: { destinationJid: to.jid, message } },
      ...(options.mediaType === undefined ? {} : { mediaType: options.mediaType }),
    })
    return id
  }

  const phone: OwnPhone = {
    device,
    received,
    requests,
    get repeats() {
      return repeats
    },
    sendToSelf: (message, options = {}) => {
      const self = jidOf(me, options.as ?? 'number')
      const other: Readonly<Record<string, string>> =
        options.as === 'lid' ? { peer_recipient_pn: jidOf(me, 'number') } : { peer_recipient_lid: me.lid }
      const attrs = options.as === 'lid' ? { addressing_mode: 'lid', ...other } : other
      return send({ jid: self, attrs: { from: self, recipient: self, ...attrs } }, message, options)
    },
    sendFileToSelf: (kind, bytes, options = {}) =>
      phone.sendToSelf(fileMessage(media, kind, bytes, options), {
        ...options,
        mediaType: kind === 'voice' ? 'ptt' : kind,
      }),
    sendTo: (to, message, options = {}) => {
      const as = options.as ?? 'number'
      const recipient = jidOf(to, as)
      const other: Readonly<Record<string, string>> =
        as === 'lid' && to.number !== undefined
          ? { addressing_mode: 'lid', peer_recipient_pn: jidOf(to, 'number') }
          : as === 'number' && to.lid !== undefined
            ? { peer_recipient_lid: to.lid }
            : {}
      return send({ jid: recipient, attrs: { from: jidOf(me, as), recipient, ...other } }, message, options)
    },
    sendToGroup: async (to, message, options = {}) => {
      const id = options.id ?? messageId()
      await device.send({
        attrs: {
          from: to.jid,
          participant: jidOf(me, options.as ?? to.addressing),
          addressing_mode: (options.as ?? to.addressing) === 'lid' ? 'lid' : 'pn',
          id,
          t: wire.seconds(),
          type: 'text',
          ...options.attrs,
        },
        message: typeof message === 'string' ? { conversation: message } : message,
        group: to.jid,
      })
      return id
    },
    tell: async (protocolMessage) => {
      const id = messageId()
      const attrs = { from: jidOf(me, 'number'), id, t: wire.seconds(), type: 'text', category: 'peer' }
      await device.send({ attrs, message: { protocolMessage } })
      return id
    },
    tellHistory: (what, conversations = []) => {
      const { blob, notification } = HISTORIES[what]
      const history = { syncType: blob, conversations: [...conversations], progress: 100, chunkOrder: 1 }
      return phone.tell({
        type: proto.Message.ProtocolMessage.Type.HISTORY_SYNC_NOTIFICATION,
        historySyncNotification: {
          syncType: notification,
          progress: 100,
          chunkOrder: 1,
          initialHistBootstrapInlinePayload: deflateSync(proto.HistorySync.encode(history).finish()),
        },
      })
    },
    tellAppStateKey: () =>
      phone.tell({
        type: proto.Message.ProtocolMessage.Type.APP_STATE_SYNC_KEY_SHARE,
        appStateSyncKeyShare: {
          keys: [
            {
              keyId: { keyId: Buffer.from([0, 0, 0, 1, 0, 1]) },
              keyData: { keyData: Buffer.alloc(32, 7), timestamp: Number(wire.seconds()) },
            },
          ],
        },
      }),
  }

  const account: Account = {
    jid: wire.me.jid,
    lidJid: wire.me.lid,
    devices: [0],
    bundleNode: (index, jid) => (index === 0 ? device.signal.bundleNode(jid) : undefined),
    take: (parcel) => {
      if (parcel.device === 0) device.take(parcel)
    },
    receipt: (node) => {
      if (node.attrs['type'] === 'retry') device.resend(node)
      wire.changed()
    },
    chatState: () => undefined,
  }
  return { phone, account }
}
