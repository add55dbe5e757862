import type * as BaileysModule from '@whiskeysockets/baileys'

/** libsignal's: its result is the answer, and it throws for what is no key and no signature at all. */
export type VerifySignature = (publicKey: Buffer, message: Buffer, signature: Buffer) => unknown

type Baileys = typeof BaileysModule
type Curve = Pick<Baileys['Curve'], 'sharedKey' | 'verify'>

/**
 * What Baileys' own `Curve` leaves out (research/providers.md 1.3). It asks libsignal whether a signature is right, and does not look
 * at the answer. And its handshake checks that WhatsApp's root has signed the server's certificates, but not that they are of this
 * server: a chain that was shown to anybody once would do for everybody. As WhatsApp's own programs do, the key that the leaf
 * names is compared with the one that the server has proven to hold.
 *
 * The handshake asks in one go: `sharedKey` with the server's key, `verify` of the leaf, `verify` of the intermediate certificate by
 * the root. So when the root is asked for, the two before it are known.
 */
export const strictCurve = (
  baileys: Pick<Baileys, 'generateSignalPubKey' | 'proto' | 'WA_CERT_DETAILS'>,
  curve: Curve,
  verifySignature: VerifySignature,
): Curve => {
  const { sharedKey } = curve
  const { Details } = baileys.proto.CertChain.NoiseCertificate
  let proven: Uint8Array = new Uint8Array()
  let verified: Uint8Array = new Uint8Array()

  const isSigned = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean => {
    try {
      const key = Buffer.from(baileys.generateSignalPubKey(publicKey))
      return verifySignature(key, Buffer.from(message), Buffer.from(signature)) === true
    } catch {
      // It is no key or no signature.
      return false
    }
  }

  const namesKey = (leaf: Uint8Array, key: Uint8Array): boolean => {
    try {
      return key.length === 32 && Buffer.from(Details.decode(leaf).key ?? []).equals(key)
    } catch {
      // It is no certificate.
      return false
    }
  }

  return {
    sharedKey: (privateKey, publicKey) => {
      proven = publicKey
      return sharedKey(privateKey, publicKey)
    },
    verify: (publicKey, message, signature) => {
      const before = verified
      verified = message
      if (!isSigned(publicKey, message, signature)) return false
      const isRoot = Buffer.from(publicKey).equals(baileys.WA_CERT_DETAILS.PUBLIC_KEY)
      return !isRoot || namesKey(before, proven)
    },
  }
}
