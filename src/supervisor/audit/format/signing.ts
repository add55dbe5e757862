import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { rm } from 'node:fs/promises'
import { readBounded, syncFolder, writeDurably } from '../../../shared/state/atomic-file.ts'
import type { AuditFiles } from './audit-files.ts'
import { sha256 } from './record.ts'

const MAX_KEY_BYTES = 4_096

/** The half that anyone may have. */
export interface Verifier {
  /** `signature` as 128 lower-case hexadecimal digits. */
  readonly verify: (text: string, signature: string) => boolean
  /** The SHA-256 of the public key. */
  readonly fingerprint: string
}

/** The half that only the supervisor has: the gateway's grants do not reach the folder. */
export interface Signer extends Verifier {
  readonly sign: (text: string) => string
}

const verifierOf = (key: KeyObject): Verifier => ({
  verify: (text, signature) =>
    /^[0-9a-f]{128}$/.test(signature) && verify(null, Buffer.from(text), key, Buffer.from(signature, 'hex')),
  fingerprint: sha256(key.export({ type: 'spki', format: 'der' })),
})

const signerOf = (key: KeyObject): Signer => ({
  ...verifierOf(createPublicKey(key)),
  sign: (text) => sign(null, Buffer.from(text), key).toString('hex'),
})

/** What a key file gives; `why` completes the sentence “the file …”. */
export type KeyRead<T> =
  | { readonly kind: 'key'; readonly key: T }
  | { readonly kind: 'none'; readonly file: string; readonly why: string }

export const readVerifier = (files: AuditFiles): Promise<KeyRead<Verifier>> =>
  readKey(files.publicKey, (pem) => verifierOf(createPublicKey(pem)))

export const readSigner = (files: AuditFiles): Promise<KeyRead<Signer>> =>
  readKey(files.signingKey, (pem) => signerOf(createPrivateKey(pem)))

const readKey = async <T>(file: string, parse: (pem: string) => T): Promise<KeyRead<T>> => {
  const found = await readBounded(file, MAX_KEY_BYTES)
  if (found.kind === 'absent') return { kind: 'none', file, why: 'is missing' }
  if (found.kind === 'unfit') return { kind: 'none', file, why: found.why }
  if (found.kind === 'failed') return { kind: 'none', file, why: `can not be read: ${found.why}` }
  try {
    return { kind: 'key', key: parse(found.text) }
  } catch {
    // What the parser says may hold parts of a private key.
    return { kind: 'none', file, why: 'holds no key' }
  }
}

/** Makes both files anew. What an earlier key signed can no longer be checked: only for a chain without records. */
export const makeKeys = async (files: AuditFiles): Promise<Signer> => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  await rm(files.signingKey, { force: true })
  await rm(files.publicKey, { force: true })
  await writeDurably(files.signingKey, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  await writeDurably(files.publicKey, publicKey.export({ type: 'spki', format: 'pem' }))
  await syncFolder(files.folder)
  return signerOf(privateKey)
}
