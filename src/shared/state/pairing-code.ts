import { randomInt } from 'node:crypto'
import { CODE_ALPHABET, CODE_LENGTH } from '../domain/pairing.ts'

/** A new pairing code from the system's cryptographic generator: 40 bits, without bias. */
export const newPairingCode = (): string =>
  Array.from({ length: CODE_LENGTH }, () => CODE_ALPHABET.charAt(randomInt(CODE_ALPHABET.length))).join('')
