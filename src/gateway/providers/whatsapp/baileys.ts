import { createRequire } from 'node:module'
import type * as BaileysModule from '@whiskeysockets/baileys'
import type { ILogger } from '@whiskeysockets/baileys/lib/Utils/logger.js'
import { ClawdbotError } from '../../../shared/domain/error.ts'
import type { Logger } from '../../../shared/log/logger.ts'
import { type CipherPrototype, decryptWithSessions, isCipherPrototype } from './careful-sessions.ts'
import { constantText } from './constant-text.ts'
import { quietConsole } from './quiet-console.ts'
import { strictCurve, type VerifySignature } from './strict-curve.ts'

export type Baileys = typeof BaileysModule

/** The public keys of a device and their signature, as libsignal is given them to begin a session with it. */
export type KeyBundle = Parameters<BaileysModule.SignalRepository['injectE2ESession']>[0]['session']

export interface LoadOptions {
  readonly log: Logger
  /** Tests only: the public key, 32 bytes, that the server's certificates hang from. Absent: WhatsApp's own. */
  readonly rootKey?: Uint8Array
}

/** As Baileys brings them. */
let own:
  | { readonly curve: Baileys['Curve']; readonly rootKey: Baileys['WA_CERT_DETAILS']['PUBLIC_KEY'] }
  | undefined

/**
 * Baileys as it is safe to use, loaded when it is first asked for: about 35 MB and half a second. The console is gone before
 * its first line runs; its own log, which goes to stdout, is off; a wrong signature is wrong (research/providers.md
 * 1.3): of the server's certificates, of the account that is linked, and by `verifyBundle` of a device's keys; and a session
 * that does not fit a message stays as it was.
 * @throws ClawdbotError `internal` if it can not be loaded.
 */
export const loadBaileys = async ({ log, rootKey }: LoadOptions): Promise<Baileys> => {
  quietConsole(log)
  const [baileys, { default: itsLogger }, { TOKEN_MAP: words }] = await importIt()
  // It looks up each text that it sends. An id of `constructor`, which whoever writes to us may choose, was a word to it, and
  // was sent as nothing: no such message could ever be confirmed.
  Object.setPrototypeOf(words, null)
  itsLogger.level = 'silent'
  baileys.DEFAULT_CONNECTION_CONFIG.logger.level = 'silent'
  own ??= { curve: { ...baileys.Curve }, rootKey: baileys.WA_CERT_DETAILS.PUBLIC_KEY }
  Object.assign(baileys.Curve, strictCurve(baileys, own.curve, libsignalsVerify()))
  libsignalsCipher().decryptWithSessions = decryptWithSessions
  baileys.WA_CERT_DETAILS.PUBLIC_KEY = rootKey === undefined ? own.rootKey : Buffer.from(rootKey)
  return baileys
}

/**
 * libsignal begins a session with a device without looking at the signature of its keys; so whoever begins one asks here
 * first. Without it WhatsApp's server could put a key of its own in the place of a device's signed one.
 * @throws Error if the identity key has not signed the bundle.
 */
export const verifyBundle = ({ Curve }: Pick<Baileys, 'Curve'>, bundle: KeyBundle): void => {
  const { publicKey, signature } = bundle.signedPreKey
  if (!Curve.verify(bundle.identityKey, publicKey, signature))
    throw new Error('The keys of this device are not signed by its identity key.')
}

/**
 * For Baileys to log to. What it says below a warning is dropped, and of a warning or an error only its constant words are kept:
 * what goes with them are stanzas and keys.
 */
export const createBaileysLogger = (log: Logger): ILogger => {
  const logger: ILogger = {
    level: 'warn',
    child: () => logger,
    trace: drop,
    debug: drop,
    info: drop,
    warn: (first, second) => keep(first, second, (text) => log.warn(text)),
    error: (first, second) => keep(first, second, (text) => log.error(text)),
  }
  return logger
}

const drop = (): void => undefined

/** Baileys says `(objects, message)` or `(message)`. */
const keep = (first: unknown, second: unknown, write: (message: string) => void): void => {
  const text = constantText(typeof first === 'string' ? first : second)
  if (text !== undefined) write(text)
}

const importIt = async () => {
  try {
    return await Promise.all([
      import('@whiskeysockets/baileys'),
      import('@whiskeysockets/baileys/lib/Utils/logger.js'),
      import('@whiskeysockets/baileys/lib/WABinary/constants.js'),
    ])
  } catch (error) {
    throw unusable('can not be loaded', error)
  }
}

/** A part of the libsignal which Baileys itself uses, wherever it is installed. */
const ofLibsignal = (part: 'curve' | 'session_cipher'): unknown => {
  const baileysItself = createRequire(import.meta.url).resolve('@whiskeysockets/baileys')
  return createRequire(baileysItself)(`libsignal/src/${part}.js`)
}

const libsignalsVerify = (): VerifySignature => {
  const curve = ofLibsignal('curve')
  if (!hasVerify(curve)) throw unusable('has no libsignal that verifies signatures')
  return curve.verifySignature
}

const libsignalsCipher = (): CipherPrototype => {
  const cipher = ofLibsignal('session_cipher')
  const prototype: unknown = typeof cipher === 'function' ? cipher.prototype : undefined
  if (!isCipherPrototype(prototype)) throw unusable('has no libsignal whose sessions can be mended')
  return prototype
}

const hasVerify = (curve: unknown): curve is { verifySignature: VerifySignature } =>
  typeof curve === 'object' &&
  curve !== null &&
  'verifySignature' in curve &&
  typeof curve.verifySignature === 'function'

const unusable = (what: string, cause?: unknown): ClawdbotError =>
  new ClawdbotError(
    'internal',
    `What WhatsApp is spoken with, @whiskeysockets/baileys, ${what}.`,
    'Install Clawdbot anew.',
    cause,
  )
