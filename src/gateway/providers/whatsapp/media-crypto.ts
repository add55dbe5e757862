import { createDecipheriv, createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { MediaRef, MediaType } from './media-ref.ts'

/** WhatsApp's names for what the keys of each type are derived under. */
const INFO: Readonly<Record<MediaType, string>> = {
  image: 'WhatsApp Image Keys',
  video: 'WhatsApp Video Keys',
  audio: 'WhatsApp Audio Keys',
  document: 'WhatsApp Document Keys',
}

const IV_BYTES = 16
const KEY_BYTES = 32
/** Of the HMAC, as much as WhatsApp keeps. */
const MAC_BYTES = 10
const BLOCK_BYTES = 16

/** What is stored of a file is longer than it by no more than this. */
export const MEDIA_OVERHEAD = BLOCK_BYTES + MAC_BYTES

/**
 * A file as it was stored, decrypted. Both hashes and the MAC have to be right before a byte of it is given out. Nothing of it
 * is looked at.
 * @throws Error if anything is not as the message said.
 */
export const decryptMedia = (
  stored: Uint8Array,
  { type, mediaKey, encrypted, plain }: MediaRef,
): Uint8Array => {
  if (!isSame(sha256(stored), encrypted)) throw new Error('the stored file has another hash')
  const keys = new Uint8Array(hkdfSync('sha256', mediaKey, new Uint8Array(0), INFO[type], 112))
  const iv = keys.subarray(0, IV_BYTES)
  const cipherKey = keys.subarray(IV_BYTES, IV_BYTES + KEY_BYTES)
  const macKey = keys.subarray(IV_BYTES + KEY_BYTES, IV_BYTES + 2 * KEY_BYTES)
  const ciphertext = stored.subarray(0, Math.max(0, stored.length - MAC_BYTES))
  const mac = stored.subarray(ciphertext.length)
  const right = createHmac('sha256', macKey).update(iv).update(ciphertext).digest().subarray(0, MAC_BYTES)
  if (!isSame(right, mac)) throw new Error('the MAC is wrong')
  const decipher = createDecipheriv('aes-256-cbc', cipherKey, iv)
  const file = Buffer.concat([decipher.update(ciphertext), decipher.final()])
  if (!isSame(sha256(file), plain)) throw new Error('the file has another hash')
  return file
}

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()

const isSame = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b)
