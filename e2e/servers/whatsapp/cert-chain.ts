import { Curve, type KeyPair, proto, WA_CERT_DETAILS } from '@whiskeysockets/baileys'

/**
 * What the server shows for its certificates:
 * - `honest`: a chain under its own root, whose leaf names its static key;
 * - `root`: a chain that is right in itself, under a root that nobody trusts;
 * - `intermediate`: the intermediate certificate of the trusted root, and a leaf that another key signed;
 * - `leaf`: certificates of the trusted root, the key in the leaf changed after it was signed;
 * - `issuer`: a signed chain whose intermediate certificate names another issuer;
 * - `replayed`: an honest chain of another server, whose leaf names the other's key;
 * - `missing`: none at all;
 * - `none`: nothing is forged, the same as `honest`.
 */
export type Chain = 'honest' | 'root' | 'intermediate' | 'leaf' | 'issuer' | 'replayed' | 'missing' | 'none'

export interface ServerKeys {
  readonly root: KeyPair
  readonly intermediate: KeyPair
  /** What the leaf certificate names, and the handshake proves. */
  readonly static: KeyPair
}

export const createServerKeys = (): ServerKeys => ({
  root: Curve.generateKeyPair(),
  intermediate: Curve.generateKeyPair(),
  static: Curve.generateKeyPair(),
})

const { Details } = proto.CertChain.NoiseCertificate
const UNTIL = 4_000_000_000

const details = (serial: number, issuerSerial: number, key: Uint8Array): Uint8Array =>
  Details.encode({ serial, issuerSerial, key, notBefore: 0, notAfter: UNTIL }).finish()

/** The bytes of a certificate chain. It costs two slow signatures. */
export const certChain = (keys: ServerKeys, kind: Chain): Uint8Array => {
  const { NoiseCertificate } = proto.CertChain
  if (kind === 'missing') return proto.CertChain.encode({}).finish()
  const other = createServerKeys()
  const issuer = kind === 'issuer' ? WA_CERT_DETAILS.SERIAL + 1 : WA_CERT_DETAILS.SERIAL
  const intermediate = details(1, issuer, keys.intermediate.public)
  const signer = kind === 'root' ? other.root : keys.root
  const leafKey = kind === 'replayed' ? other.static.public : keys.static.public
  const leaf = details(2, 1, leafKey)
  const leafSigner = kind === 'intermediate' ? other.intermediate : keys.intermediate
  const signed = kind === 'leaf' ? details(2, 1, other.static.public) : leaf
  return proto.CertChain.encode({
    intermediate: NoiseCertificate.create({
      details: intermediate,
      signature: Curve.sign(signer.private, intermediate),
    }),
    leaf: NoiseCertificate.create({
      details: leaf,
      signature: Curve.sign(leafSigner.private, signed),
    }),
  }).finish()
}
