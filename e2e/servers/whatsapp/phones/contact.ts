import { randomBytes } from 'node:crypto'
import { type BinaryNode, encodeBigEndian, type proto } from '@whiskeysockets/baileys'
import type { MediaHost } from '../media.ts'
import type { Account, Parcel, Wire } from '../wire.ts'
import { type Addressing, asLid, asNumber, jidOf, lidJid, numberJid, parseAddress } from './addresses.ts'
import { type FileOptions, fileMessage } from './file-message.ts'
import { textOf } from './message-text.ts'
import { createPhoneDevice, type PhoneDevice } from './phone-device.ts'

export interface ContactOptions {
  /** `+15550001111` or its digits. */
  readonly number: string
  /** `777@lid` or its digits; absent: an account of before LIDs. */
  readonly lid?: string
  readonly name?: string
  /** How many devices they have, 1 unless said: the phone, which is 0, and linked ones. */
  readonly devices?: number
}

interface SendOptions {
  /** How the stanza addresses the sender; by LID if they have one, unless said. */
  readonly as?: Addressing
  /** Whether the server asserts their other address with it; `yes` unless said. */
  readonly reveal?: 'yes' | 'no'
  readonly device?: number
  readonly id?: string
  /** More attributes of the stanza, or other ones. */
  readonly attrs?: Readonly<Record<string, string>>
  readonly group?: { readonly jid: string; readonly addressing: Addressing }
  readonly mediaType?: string
}

/** A message as their phone shows it. */
interface Received {
  readonly id: string
  readonly text: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** Where the sender sent it to: the contact in one of their addresses, or a group. */
  readonly chat: string
  readonly device: number
  readonly message: proto.IMessage
}

/** What the linked device says of a message of theirs. */
interface Receipt {
  /** Of all the messages it is about. */
  readonly ids: readonly string[]
  /** `delivered` where the stanza names none. */
  readonly type: string
  readonly node: BinaryNode
}

/** Somebody else's phone, and whatever they have linked to it. */
export interface Contact {
  readonly name: string
  /** `+15550001111`; undefined once the number was given to somebody else. */
  readonly number: string | undefined
  /** `777@lid` */
  readonly lid: string | undefined
  readonly devices: readonly PhoneDevice[]
  /** Bytes go encrypted as they are. Resolves with the message's id when it is with the server, which keeps it while the linked device is away. */
  send(message: string | proto.IMessage | Uint8Array, options?: SendOptions): Promise<string>
  sendImage(bytes: Uint8Array, options?: FileOptions & SendOptions): Promise<string>
  sendDocument(bytes: Uint8Array, options?: FileOptions & SendOptions): Promise<string>
  sendVoice(bytes: Uint8Array, options?: FileOptions & SendOptions): Promise<string>
  /** Decrypted, each id once, whichever device had it first. */
  readonly received: readonly Received[]
  /** What one of their devices had and could read, each id once. */
  receivedBy(device: number): readonly Received[]
  /** How often an id came that the same device had already. A phone shows nothing of it. */
  readonly repeats: number
  readonly receipts: readonly Receipt[]
  /** What they see of the other side: whether it is writing. */
  readonly typing: 'on' | 'off'
  /** How often the other side began to write. */
  readonly typings: number
  /** Asks the linked device for a message by its id alone, whether it ever had one or not: what a phone that lies can do. */
  askAgain(id: string, options?: { readonly as?: Addressing }): void
  /** Shows the other side that they write, or no longer. */
  showTyping(state: 'on' | 'off', options?: { readonly as?: Addressing }): void
  /** Moves to another number and stays the same account. */
  changeNumber(number: string): void
  /** The number is given up: it may be given to somebody else. */
  giveUpNumber(): void
}

/** A contact and what the server needs of it. */
export interface ServedContact {
  readonly contact: Contact
  readonly account: Account
}

/** The form of the ids that WhatsApp's own phones make. */
export const messageId = (): string => `3A${randomBytes(9).toString('hex').toUpperCase()}`

export const createContact = (
  options: ContactOptions,
  wire: Wire,
  media: MediaHost,
  now: () => number = Date.now,
): ServedContact => {
  let number: string | undefined = asNumber(options.number)
  const lid = options.lid === undefined ? undefined : asLid(options.lid)
  const name = options.name ?? `Contact ${number}`
  const received: Received[] = []
  const byDevice: Received[][] = []
  const receipts: Receipt[] = []
  const shownIds = new Set<string>()
  let repeats = 0
  let typing: 'on' | 'off' = 'off'
  let typings = 0

  const who = () => ({ number, lid })

  const deviceOf = (index: number): PhoneDevice =>
    createPhoneDevice(index, wire, {
      shown: ({ id, chat, message }) => {
        const entry: Received = { id, text: textOf(message), at: now(), chat, device: index, message }
        byDevice[index]?.push(entry)
        if (shownIds.has(id)) return
        shownIds.add(id)
        received.push(entry)
      },
      protocol: () => undefined,
      repeated: () => {
        repeats += 1
      },
      receiptAttrs: (parcel): Readonly<Record<string, string>> => {
        const self = jidOf(who(), parseAddress(parcel.to).as, index)
        return parcel.chat.endsWith('@g.us') ? { from: parcel.chat, participant: self } : { from: self }
      },
    })
  const devices = Array.from({ length: options.devices ?? 1 }, (_, index) => {
    byDevice.push([])
    return deviceOf(index)
  })

  const device = (index: number): PhoneDevice => {
    const found = devices[index]
    if (found === undefined) throw new Error(`${name} has no device ${index}`)
    return found
  }

  const contact: Contact = {
    name,
    get number() {
      return number
    },
    get lid() {
      return lid
    },
    devices,
    received,
    receivedBy: (index) => byDevice[index] ?? [],
    get repeats() {
      return repeats
    },
    receipts,
    get typing() {
      return typing
    },
    get typings() {
      return typings
    },
    send: async (message, sendOptions = {}) => {
      const id = sendOptions.id ?? messageId()
      const { group } = sendOptions
      const attrs = {
        ...senderAttrs(who(), sendOptions),
        id,
        t: wire.seconds(),
        type: sendOptions.mediaType === undefined ? 'text' : 'media',
        notify: name,
        ...sendOptions.attrs,
      }
      await device(sendOptions.device ?? 0).send({
        attrs,
        message: typeof message === 'string' ? { conversation: message } : message,
        ...(group === undefined ? {} : { group: group.jid }),
        ...(sendOptions.mediaType === undefined ? {} : { mediaType: sendOptions.mediaType }),
      })
      return id
    },
    sendImage: (bytes, more = {}) =>
      contact.send(fileMessage(media, 'image', bytes, more), { ...more, mediaType: 'image' }),
    sendDocument: (bytes, more = {}) =>
      contact.send(fileMessage(media, 'document', bytes, more), { ...more, mediaType: 'document' }),
    sendVoice: (bytes, more = {}) =>
      contact.send(fileMessage(media, 'voice', bytes, more), { ...more, mediaType: 'ptt' }),
    askAgain: (id, { as = lid === undefined ? 'number' : 'lid' } = {}) =>
      wire.deliver({
        tag: 'receipt',
        attrs: { from: jidOf(who(), as), id, type: 'retry', t: wire.seconds() },
        content: [
          { tag: 'retry', attrs: { count: '1', id, t: wire.seconds(), v: '1' } },
          { tag: 'registration', attrs: {}, content: encodeBigEndian(device(0).signal.registrationId, 4) },
        ],
      }),
    showTyping: (state, { as = lid === undefined ? 'number' : 'lid' } = {}) =>
      wire.deliver({
        tag: 'chatstate',
        attrs: { from: jidOf(who(), as) },
        content: [{ tag: state === 'on' ? 'composing' : 'paused', attrs: {} }],
      }),
    changeNumber: (to) => {
      number = asNumber(to)
    },
    giveUpNumber: () => {
      number = undefined
    },
  }

  const account: Account = {
    get jid() {
      return number === undefined ? '' : numberJid(who())
    },
    get lidJid() {
      return lid
    },
    devices: devices.map((each) => each.number),
    bundleNode: (index, jid) => devices[index]?.signal.bundleNode(jid),
    take: (parcel: Parcel) => {
      typing = 'off'
      devices[parcel.device]?.take(parcel)
    },
    receipt: (node) => {
      receipts.push(readReceipt(node))
      if (node.attrs['type'] === 'retry') {
        const to = node.attrs['participant'] ?? node.attrs['to'] ?? ''
        device(parseAddress(to).device).resend(node)
      }
      wire.changed()
    },
    chatState: (state) => {
      if (state === 'composing' && typing === 'off') typings += 1
      typing = state === 'composing' ? 'on' : 'off'
      wire.changed()
    },
  }
  return { contact, account }
}

const readReceipt = (node: BinaryNode): Receipt => {
  const lists = Array.isArray(node.content) ? node.content : []
  const items = lists.flatMap((list) => (Array.isArray(list.content) ? list.content : []))
  const more = items.flatMap(({ tag, attrs }) => (tag === 'item' && attrs['id'] ? [attrs['id']] : []))
  return { ids: [node.attrs['id'] ?? '', ...more], type: node.attrs['type'] ?? 'delivered', node }
}

type Who = { readonly number: string | undefined; readonly lid: string | undefined }

/** Who a stanza says that it is from, as the server writes it: the device, and the person's other address. */
const senderAttrs = (who: Who, options: SendOptions): Readonly<Record<string, string>> => {
  const { group, device = 0, reveal = 'yes' } = options
  const as = options.as ?? group?.addressing ?? (who.lid === undefined ? 'number' : 'lid')
  const jid = jidOf(who, as, device)
  const role = group === undefined ? 'sender' : 'participant'
  const other: Readonly<Record<string, string>> =
    reveal === 'no'
      ? {}
      : as === 'lid'
        ? who.number === undefined
          ? {}
          : { [`${role}_pn`]: numberJid(who) }
        : who.lid === undefined
          ? {}
          : { [`${role}_lid`]: lidJid(who) }
  const mode: Readonly<Record<string, string>> =
    as === 'lid' ? { addressing_mode: 'lid' } : group === undefined ? {} : { addressing_mode: 'pn' }
  return group === undefined
    ? { from: jid, ...mode, ...other }
    : { from: group.jid, participant: jid, ...mode, ...other }
}
