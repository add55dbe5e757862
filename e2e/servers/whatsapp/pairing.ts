import { randomBytes } from 'node:crypto'
import {
  type BinaryNode,
  Curve,
  generateSignalPubKey,
  getBinaryNodeChild,
  hmacSign,
  type KeyPair,
  proto,
  S_WHATSAPP_NET,
} from '@whiskeysockets/baileys'
import type { Hello } from './connection.ts'
import type { Registration } from './linked-device.ts'
import { isSignedBy } from './phones/key-bundle.ts'
import { bigEndian, bytesOf, node } from './stanza.ts'

// What is signed begins with these bytes, so that no signature can be used for another purpose.
const ACCOUNT_SIGNATURE = Buffer.of(6, 0)
const DEVICE_SIGNATURE = Buffer.of(6, 1)
const REFS = 6

/** Checks what a client says of itself. Throws what is wrong with it. */
export const readRegistration = ({ noiseKey, payload }: Hello): Registration => {
  const data = payload.devicePairingData
  if (!data?.eIdent || !data.eRegid || !data.eSkeyId || !data.eSkeyVal || !data.eSkeySig) {
    throw new Error('a registration without keys')
  }
  if (payload.username) throw new Error('a registration that names an account')
  const signedPreKey = { id: bigEndian(data.eSkeyId), value: data.eSkeyVal, signature: data.eSkeySig }
  if (data.eIdent.length !== 32 || signedPreKey.value.length !== 32) {
    throw new Error('a registration with keys of a wrong length')
  }
  if (!isSignedBy(data.eIdent, generateSignalPubKey(signedPreKey.value), signedPreKey.signature)) {
    throw new Error('a registration with a signed prekey that is not signed')
  }
  return { noiseKey, identity: data.eIdent, registrationId: bigEndian(data.eRegid), signedPreKey }
}

export const newRefs = (): readonly string[] =>
  Array.from({ length: REFS }, () => `2@${randomBytes(32).toString('base64')}`)

export const pairDevice = (id: string, refs: readonly string[]): BinaryNode =>
  node('iq', { from: S_WHATSAPP_NET, type: 'set', id, xmlns: 'md' }, [
    node(
      'pair-device',
      {},
      refs.map((ref) => node('ref', {}, Buffer.from(ref))),
    ),
  ])

/** What a phone reads from the code that a client shows. */
export interface Scanned {
  readonly ref: string
  readonly noiseKey: Buffer
  readonly identity: Buffer
  /** A secret that only who has seen the code knows; it is never sent to the server. */
  readonly advSecret: Buffer
}

/** Throws if the text is none of WhatsApp's codes. */
export const readCode = (code: string): Scanned => {
  const fields = code.replace(/^https:\/\/wa\.me\/settings\/linked_devices#/, '').split(',')
  const [ref = '', ...keys] = fields
  const [noiseKey, identity, advSecret] = keys.map((key) => Buffer.from(key, 'base64'))
  if (noiseKey?.length !== 32 || identity?.length !== 32 || advSecret?.length !== 32 || fields.length > 5) {
    throw new Error('this is no code that a phone can scan')
  }
  return { ref, noiseKey, identity, advSecret }
}

/** What the phone signs for a device, and how it is told to it. */
export interface SignedDevice {
  readonly details: Uint8Array
  readonly pairSuccess: BinaryNode
}

export const signDevice = (
  scanned: Scanned,
  account: KeyPair,
  device: { readonly jid: string; readonly lidJid: string; readonly keyIndex: number },
  seconds: number,
): SignedDevice => {
  const details = proto.ADVDeviceIdentity.encode({
    rawId: 1_234_567,
    timestamp: seconds,
    keyIndex: device.keyIndex,
    accountType: proto.ADVEncryptionType.E2EE,
    deviceType: proto.ADVEncryptionType.E2EE,
  }).finish()
  const accountSignature = Curve.sign(
    account.private,
    Buffer.concat([ACCOUNT_SIGNATURE, details, scanned.identity]),
  )
  const signed = proto.ADVSignedDeviceIdentity.encode({
    details,
    accountSignatureKey: account.public,
    accountSignature,
  }).finish()
  const sealed = proto.ADVSignedDeviceIdentityHMAC.encode({
    details: signed,
    hmac: hmacSign(Buffer.from(signed), scanned.advSecret),
  }).finish()
  return {
    details,
    pairSuccess: node('pair-success', {}, [
      node('device-identity', {}, sealed),
      node('platform', { name: 'iphone' }),
      node('device', { jid: device.jid, lid: device.lidJid }),
    ]),
  }
}

/** Checks the client's answer to `pair-success`: that it has the identity it showed, and took the account's. */
export const checkDeviceSignature = (
  reply: BinaryNode,
  { identity }: Registration,
  details: Uint8Array,
  account: Uint8Array,
): void => {
  const signed = proto.ADVSignedDeviceIdentity.decode(
    bytesOf(getBinaryNodeChild(reply, 'pair-device-sign'), 'device-identity'),
  )
  const message = Buffer.concat([DEVICE_SIGNATURE, details, identity, account])
  if (!isSignedBy(identity, message, signed.deviceSignature ?? new Uint8Array())) {
    throw new Error('a client that did not sign for its device')
  }
}

/** Checks what a client shows to those it writes to for the first time. Throws what is wrong with it. */
export const checkDeviceIdentity = (
  bytes: Uint8Array,
  { identity }: Registration,
  account: Uint8Array,
): void => {
  const shown = proto.ADVSignedDeviceIdentity.decode(bytes)
  const { details, accountSignatureKey, accountSignature, deviceSignature } = shown
  if (!details || !accountSignature || !deviceSignature || !accountSignatureKey) {
    throw new Error('a device identity with parts missing')
  }
  if (!Buffer.from(account).equals(accountSignatureKey))
    throw new Error('a device identity of another account')
  if (!isSignedBy(account, Buffer.concat([ACCOUNT_SIGNATURE, details, identity]), accountSignature)) {
    throw new Error('a device identity that the account did not sign')
  }
  const own = Buffer.concat([DEVICE_SIGNATURE, details, identity, account])
  if (!isSignedBy(identity, own, deviceSignature)) {
    throw new Error('a device identity that the device did not sign')
  }
}
