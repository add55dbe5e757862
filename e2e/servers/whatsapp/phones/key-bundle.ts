import {
  type BinaryNode,
  encodeBigEndian,
  generateSignalPubKey,
  getBinaryNodeChild,
} from '@whiskeysockets/baileys'
import { verifySignature } from 'libsignal/src/curve.js'

/** What one needs to open a session with a device that is not there. Public keys have 32 bytes, without Signal's prefix. */
export interface KeyBundle {
  readonly registrationId: number
  readonly identity: Uint8Array
  readonly signedPreKey: {
    readonly id: number
    readonly value: Uint8Array
    readonly signature: Uint8Array
  }
  /** A one-time key; none if the device has run out of them. */
  readonly preKey: { readonly id: number; readonly value: Uint8Array } | undefined
}

/** Whether the signature is good: libsignal's own answer, which Baileys' `Curve.verify` throws away. */
export const isSignedBy = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean =>
  signature.length === 64 &&
  verifySignature(Buffer.from(generateSignalPubKey(publicKey)), Buffer.from(message), Buffer.from(signature))

/** Signatures that were found good: everybody who writes to a device checks the same one. */
const known = new Set<string>()

/** Throws if the signed prekey is not signed by the identity: nobody may open a session with such a bundle. */
export const checkBundle = ({ identity, signedPreKey }: KeyBundle): void => {
  const { value, signature } = signedPreKey
  const all = Buffer.concat([identity, value, signature]).toString('base64')
  if (known.has(all)) return
  if (!isSignedBy(identity, generateSignalPubKey(value), signature)) {
    throw new Error('the signed prekey of a key bundle has a bad signature')
  }
  known.add(all)
}

const bytes = (node: BinaryNode | undefined, tag: string, length?: number): Uint8Array => {
  const content = getBinaryNodeChild(node, tag)?.content
  if (!(content instanceof Uint8Array) || (length !== undefined && content.length !== length)) {
    throw new Error(`a key bundle has no good <${tag}>`)
  }
  return content
}

const numberOf = (big: Uint8Array): number => big.reduce((sum, byte) => sum * 256 + byte, 0)

/** `<skey>`, `<identity>` and, if there is one, `<key>`: as in a bundle, an upload of keys and a retry receipt. */
export const bundleNodes = ({ identity, signedPreKey, preKey }: KeyBundle): BinaryNode[] => [
  { tag: 'type', attrs: {}, content: Uint8Array.of(5) },
  { tag: 'identity', attrs: {}, content: identity },
  ...(preKey === undefined
    ? []
    : [
        {
          tag: 'key',
          attrs: {},
          content: [
            { tag: 'id', attrs: {}, content: encodeBigEndian(preKey.id, 3) },
            { tag: 'value', attrs: {}, content: preKey.value },
          ],
        },
      ]),
  {
    tag: 'skey',
    attrs: {},
    content: [
      { tag: 'id', attrs: {}, content: encodeBigEndian(signedPreKey.id, 3) },
      { tag: 'value', attrs: {}, content: signedPreKey.value },
      { tag: 'signature', attrs: {}, content: signedPreKey.signature },
    ],
  },
]

/** Reads the `<keys>` of a retry receipt. Throws if a part is missing, has a wrong length or a bad signature. */
export const readBundle = (keys: BinaryNode, registrationId: number): KeyBundle => {
  const skey = getBinaryNodeChild(keys, 'skey')
  const key = getBinaryNodeChild(keys, 'key')
  const bundle: KeyBundle = {
    registrationId,
    identity: bytes(keys, 'identity', 32),
    signedPreKey: {
      id: numberOf(bytes(skey, 'id', 3)),
      value: bytes(skey, 'value', 32),
      signature: bytes(skey, 'signature', 64),
    },
    preKey:
      key === undefined ? undefined : { id: numberOf(bytes(key, 'id', 3)), value: bytes(key, 'value', 32) },
  }
  checkBundle(bundle)
  return bundle
}
