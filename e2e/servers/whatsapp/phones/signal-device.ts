import { randomUUID } from 'node:crypto'
import {
  type BinaryNode,
  Curve,
  encodeBigEndian,
  encodeWAMessage,
  generateRegistrationId,
  generateSignalPubKey,
  type KeyPair,
  proto,
  signedKeyPair,
  unpadRandomMax16,
  writeRandomPadMax16,
} from '@whiskeysockets/baileys'
import { ProtocolAddress, SessionBuilder, SessionCipher, SessionRecord, type SignalStorage } from 'libsignal'
import { bundleNodes, checkBundle, type KeyBundle } from './key-bundle.ts'
import { quietLibsignal } from './quiet-libsignal.ts'
import { createSenderKeys, type SenderKeys } from './sender-keys.ts'

/** How a message for one device travels. */
export interface Encrypted {
  readonly type: 'pkmsg' | 'msg'
  readonly ciphertext: Uint8Array
}

/** One phone, as Signal sees it: an identity, prekeys, and a session with each device it has spoken with. */
export interface SignalDevice {
  readonly identity: KeyPair
  readonly registrationId: number
  /** For groups. */
  readonly senderKeys: SenderKeys
  /** A bundle with a one-time key that nobody has been given before. */
  takeBundle(): KeyBundle
  /** The answer for this device to a query for prekeys. */
  bundleNode(jid: string): BinaryNode
  /** Opens a session from a bundle, in place of any it has. Throws if the bundle's signed prekey is not signed. */
  startSession(peer: string, bundle: KeyBundle): Promise<void>
  hasSession(peer: string): boolean
  /** Loses the session, as a phone does that is installed anew. */
  forgetSession(peer: string): void
  /** Bytes are encrypted as they are, padded: for what is no message. */
  encrypt(peer: string, message: proto.IMessage | Uint8Array): Promise<Encrypted>
  /** Throws if it can not: no session, a key that was used already, or bytes that are no message. */
  decrypt(peer: string, type: string, ciphertext: Uint8Array): Promise<proto.Message>
}

const SIGNED_PRE_KEY_ID = 1

const forSignal = (pair: KeyPair): { privKey: Buffer; pubKey: Buffer } => ({
  privKey: Buffer.from(pair.private),
  pubKey: Buffer.from(generateSignalPubKey(pair.public)),
})

/** `peer` names a device in any way, as long as it is always the same one for the same device. */
export const createSignalDevice = (): SignalDevice => {
  quietLibsignal()
  const identity = Curve.generateKeyPair()
  const registrationId = generateRegistrationId()
  const signedPreKey = signedKeyPair(identity, SIGNED_PRE_KEY_ID)
  const preKeys = new Map<number, KeyPair>()
  // As text: a decryption that fails half way must leave no trace in a record.
  const sessions = new Map<string, string>()
  // libsignal queues by address for the whole process: the phones of a test, and a client in it, must not wait for each other.
  const own = randomUUID()
  let nextPreKey = 1

  const storage: SignalStorage = {
    loadSession: async (id) => {
      const session = sessions.get(id)
      return session === undefined ? null : SessionRecord.deserialize(JSON.parse(session))
    },
    storeSession: async (id, session) => {
      sessions.set(id, JSON.stringify(session.serialize()))
    },
    isTrustedIdentity: () => true,
    loadPreKey: async (id) => {
      const pair = preKeys.get(Number(id))
      return pair === undefined ? undefined : forSignal(pair)
    },
    removePreKey: (id) => void preKeys.delete(id),
    loadSignedPreKey: () => forSignal(signedPreKey.keyPair),
    getOurRegistrationId: () => registrationId,
    getOurIdentity: () => forSignal(identity),
  }

  const addressOf = (peer: string): ProtocolAddress => new ProtocolAddress(`${own}>${peer}`, 0)

  const takeBundle = (): KeyBundle => {
    const id = nextPreKey++
    const pair = Curve.generateKeyPair()
    preKeys.set(id, pair)
    return {
      registrationId,
      identity: identity.public,
      signedPreKey: {
        id: SIGNED_PRE_KEY_ID,
        value: signedPreKey.keyPair.public,
        signature: signedPreKey.signature,
      },
      preKey: { id, value: pair.public },
    }
  }

  return {
    identity,
    registrationId,
    senderKeys: createSenderKeys(),
    takeBundle,
    bundleNode: (jid) => ({
      tag: 'user',
      attrs: { jid },
      content: [
        { tag: 'registration', attrs: {}, content: encodeBigEndian(registrationId, 4) },
        ...bundleNodes(takeBundle()),
      ],
    }),
    startSession: async (peer, bundle) => {
      checkBundle(bundle)
      sessions.delete(addressOf(peer).toString())
      const { preKey } = bundle
      const device = {
        registrationId: bundle.registrationId,
        identityKey: generateSignalPubKey(Buffer.from(bundle.identity)),
        signedPreKey: {
          keyId: bundle.signedPreKey.id,
          publicKey: generateSignalPubKey(Buffer.from(bundle.signedPreKey.value)),
          signature: Buffer.from(bundle.signedPreKey.signature),
        },
        ...(preKey === undefined
          ? {}
          : {
              preKey: { keyId: preKey.id, publicKey: generateSignalPubKey(Buffer.from(preKey.value)) },
            }),
      }
      if (!isSessionBundle(device)) throw new Error('a one-time key without bytes')
      await new SessionBuilder(storage, addressOf(peer)).initOutgoing(device)
    },
    hasSession: (peer) => sessions.has(addressOf(peer).toString()),
    forgetSession: (peer) => void sessions.delete(addressOf(peer).toString()),
    encrypt: async (peer, message) => {
      const cipher = new SessionCipher(storage, addressOf(peer))
      const { type, body } = await cipher.encrypt(
        message instanceof Uint8Array ? writeRandomPadMax16(message) : encodeWAMessage(message),
      )
      return { type: type === 3 ? 'pkmsg' : 'msg', ciphertext: Buffer.from(body, 'binary') }
    },
    decrypt: async (peer, type, ciphertext) => {
      const cipher = new SessionCipher(storage, addressOf(peer))
      const bytes = Buffer.from(ciphertext)
      if (type !== 'pkmsg' && type !== 'msg') throw new Error(`no phone decrypts ${type} with a session`)
      const padded =
        type === 'pkmsg'
          ? await cipher.decryptPreKeyWhisperMessage(bytes)
          : await cipher.decryptWhisperMessage(bytes)
      return proto.Message.decode(unpadRandomMax16(padded))
    },
  }
}

type SessionBundle = Parameters<SessionBuilder['initOutgoing']>[0]

/** libsignal does without a one-time key; only its types do not say so. */
const isSessionBundle = (
  device: Omit<SessionBundle, 'preKey'> & Partial<SessionBundle>,
): device is SessionBundle => device.preKey === undefined || device.preKey.publicKey.length > 0
