import type { BinaryNode, proto } from '@whiskeysockets/baileys'
import { encodeBigEndian, getBinaryNodeChild } from '@whiskeysockets/baileys'
import type { Companion, Enc, Parcel, Wire } from '../wire.ts'
import { parseAddress } from './addresses.ts'
import { bundleNodes, readBundle } from './key-bundle.ts'
import { isForPeople } from './message-text.ts'
import { createSignalDevice, type SignalDevice } from './signal-device.ts'

/** A message on its way to the linked device. */
interface Outgoing {
  /** Of the stanza: `id`, `from`, `t`, `type` and whatever tells who it is from. */
  readonly attrs: Readonly<Record<string, string>>
  readonly message: proto.IMessage | Uint8Array
  /** The group it is for, by its jid. */
  readonly group?: string
  /** Of the ciphertext, as the phones of WhatsApp say it: `image`, `document`, `ptt`. */
  readonly mediaType?: string
}

/** What a device shows its owner. */
interface Shown {
  readonly id: string
  readonly chat: string
  readonly message: proto.IMessage
}

/** What a device does with what it gets; its owner decides. */
export interface DeviceOwner {
  /** Something that a person can read, each id once. */
  readonly shown: (shown: Shown) => void
  /** What phones tell each other. */
  readonly protocol: (message: proto.Message.IProtocolMessage) => void
  /** The same id once more. */
  readonly repeated: (id: string) => void
  /** Who says to whom that a message has come, or asks for it again. */
  readonly receiptAttrs: (parcel: Parcel, what: 'delivery' | 'retry') => Readonly<Record<string, string>>
}

/** One of a person's devices. What it does, it does in the order in which it was told to. */
export interface PhoneDevice {
  readonly number: number
  readonly signal: SignalDevice
  /** Encrypts for the linked device and hands over to the server. Waits until a device is linked. */
  send(outgoing: Outgoing): Promise<void>
  /** Encrypts the same message with the same id again, from a fresh session, as the retry receipt asks. */
  resend(receipt: BinaryNode): void
  take(parcel: Parcel): void
  /** Loses all sessions and all keys of groups it was told: what comes next it can not read, and asks for again. */
  forgetSessions(): void
  /** Writes to the group with a new key from now on. */
  rotate(group: string): void
  /** What it could not read, by id; with how often it asked again. */
  readonly asked: ReadonlyMap<string, number>
}

/** As the phones of WhatsApp. */
const MAX_RETRIES = 5

const enc = (ciphertext: Enc, more: Readonly<Record<string, string>>): BinaryNode => ({
  tag: 'enc',
  attrs: { v: '2', type: ciphertext.type, ...more },
  content: ciphertext.ciphertext,
})

export const createPhoneDevice = (number: number, wire: Wire, owner: DeviceOwner): PhoneDevice => {
  const signal = createSignalDevice()
  const sent = new Map<string, Outgoing>()
  const seen = new Set<string>()
  const asked = new Map<string, number>()
  const told = new Set<string>()
  /** Peers whose session this device has lost: that it can not read them is no fault of theirs. */
  const lost = new Set<string>()
  let turn: Promise<unknown> = Promise.resolve()

  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const done = turn.then(act)
    turn = done.catch(() => undefined)
    return done
  }

  /** A session for good: with a bundle of the server's if there is none yet. */
  const session = async (companion: Companion): Promise<string> => {
    const peer = peerOf(companion.jid)
    if (!signal.hasSession(peer)) await signal.startSession(peer, companion.takeBundle())
    return peer
  }

  const encsFor = async (companion: Companion, outgoing: Outgoing): Promise<BinaryNode[]> => {
    const peer = await session(companion)
    const more = outgoing.mediaType === undefined ? {} : { mediatype: outgoing.mediaType }
    const { group, message } = outgoing
    if (group === undefined || message instanceof Uint8Array)
      return [enc(await signal.encrypt(peer, message), more)]
    const encs: BinaryNode[] = []
    // A key is kept under the address of whoever told it.
    const telling = `${group} ${peer} ${outgoing.attrs['participant'] ?? ''}`
    if (!told.has(telling)) {
      const senderKeyDistributionMessage = await signal.senderKeys.distribution(group)
      encs.push(enc(await signal.encrypt(peer, { senderKeyDistributionMessage }), {}))
      told.add(telling)
    }
    const ciphertext = await signal.senderKeys.encrypt(group, message)
    return [...encs, enc({ type: 'skmsg', ciphertext }, more)]
  }

  const again = async (receipt: BinaryNode): Promise<void> => {
    const companion = wire.companion()
    const outgoing = sent.get(receipt.attrs['id'] ?? '')
    const count = Number(getBinaryNodeChild(receipt, 'retry')?.attrs['count'])
    if (companion === undefined || outgoing === undefined || !(count >= 1 && count <= MAX_RETRIES)) return
    const peer = peerOf(companion.jid)
    const keys = getBinaryNodeChild(receipt, 'keys')
    const bundle = keys === undefined ? companion.takeBundle() : readBundle(keys, registrationOf(receipt))
    await signal.startSession(peer, bundle)
    const { group, message } = outgoing
    const whole =
      group === undefined || message instanceof Uint8Array
        ? message
        : { ...message, senderKeyDistributionMessage: await signal.senderKeys.distribution(group) }
    const content = [enc(await signal.encrypt(peer, whole), { count: String(count) })]
    wire.deliver({ tag: 'message', attrs: { ...outgoing.attrs }, content })
  }

  const read = async (parcel: Parcel, { type, ciphertext }: Enc): Promise<proto.IMessage> => {
    const peer = peerOf(parcel.from)
    if (type === 'skmsg') return signal.senderKeys.decrypt(parcel.chat, peer, ciphertext)
    const message = await signal.decrypt(peer, type, ciphertext)
    lost.delete(peer)
    if (message.senderKeyDistributionMessage) {
      await signal.senderKeys.learn(peer, message.senderKeyDistributionMessage)
    }
    return message
  }

  /** Receipt type=retry, with the keys for a new session if the first try had none or did not help. */
  const askAgain = (parcel: Parcel, why: unknown): void => {
    const { id } = parcel
    const peer = peerOf(parcel.from)
    if (!lost.has(peer)) wire.problem(`device ${number} can not read ${id} for ${parcel.to}: ${String(why)}`)
    const count = (asked.get(id) ?? 0) + 1
    asked.set(id, count)
    if (count > MAX_RETRIES) return
    const { registrationId } = signal
    const keys: BinaryNode[] =
      count > 1 || !signal.hasSession(peer)
        ? [{ tag: 'keys', attrs: {}, content: bundleNodes(signal.takeBundle()) }]
        : []
    wire.deliver({
      tag: 'receipt',
      attrs: { ...owner.receiptAttrs(parcel, 'retry'), id, type: 'retry', t: wire.seconds() },
      content: [
        { tag: 'retry', attrs: { count: String(count), id, t: wire.seconds(), v: '1' } },
        { tag: 'registration', attrs: {}, content: encodeBigEndian(registrationId, 4) },
        ...keys,
      ],
    })
  }

  const show = (parcel: Parcel, message: proto.IMessage): void => {
    const { id, chat } = parcel
    if (seen.has(id)) return owner.repeated(id)
    seen.add(id)
    if (message.protocolMessage) owner.protocol(message.protocolMessage)
    owner.shown({ id, chat, message })
  }

  const receive = async (parcel: Parcel): Promise<void> => {
    for (const part of parcel.encs) {
      try {
        const message = await read(parcel, part)
        if (isForPeople(message) || message.protocolMessage) show(parcel, message)
      } catch (error) {
        // The very same bytes once more: a phone knows the id and stays silent.
        if (seen.has(parcel.id)) owner.repeated(parcel.id)
        else askAgain(parcel, error)
        return
      }
    }
    wire.deliver({
      tag: 'receipt',
      attrs: { ...owner.receiptAttrs(parcel, 'delivery'), id: parcel.id, t: wire.seconds() },
    })
  }

  const guarded = (what: string, act: () => Promise<void>): void =>
    void inTurn(async () => {
      try {
        await act()
      } catch (error) {
        wire.problem(`device ${number} can not ${what}: ${String(error)}`)
      }
      wire.changed()
    })

  return {
    number,
    signal,
    asked,
    send: (outgoing) =>
      inTurn(async () => {
        const companion = await wire.linked()
        sent.set(outgoing.attrs['id'] ?? '', outgoing)
        const content = await encsFor(companion, outgoing)
        wire.deliver({ tag: 'message', attrs: { ...outgoing.attrs }, content })
      }),
    resend: (receipt) => guarded('send a message again', () => again(receipt)),
    take: (parcel) => guarded('take a message', () => receive(parcel)),
    forgetSessions: () => {
      const peer = wire.companion()?.jid
      if (peer === undefined) return
      lost.add(peerOf(peer))
      signal.forgetSession(peerOf(peer))
      signal.senderKeys.forgetAll()
      told.clear()
    },
    rotate: (group) => {
      signal.senderKeys.rotate(group)
      for (const entry of told) if (entry.startsWith(`${group} `)) told.delete(entry)
    },
  }
}

/** The linked device has one name here, however it is addressed. */
const peerOf = (jid: string): string => `companion ${parseAddress(jid).device}`

const registrationOf = (receipt: BinaryNode): number => {
  const content = getBinaryNodeChild(receipt, 'registration')?.content
  if (!(content instanceof Uint8Array) || content.length !== 4) {
    throw new Error('a retry receipt without a good <registration>')
  }
  return Buffer.from(content).readUInt32BE(0)
}
