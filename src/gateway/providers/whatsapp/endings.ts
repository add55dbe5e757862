import type { BinaryNode } from '@whiskeysockets/baileys'

/** Why a connection ended, as far as it matters what to do next. `why` is a sentence, or of `lost` and `not kept` a part of one. */
export type Ending =
  /** The network, or a server that is not well. */
  | { readonly kind: 'lost'; readonly why: string }
  /** 515: WhatsApp wants us to connect again, as after linking. */
  | { readonly kind: 'restart' }
  /** 440: the login is in use elsewhere. Who fights for it takes turns with the other, and both are blocked. */
  | { readonly kind: 'replaced' }
  /** 401, said by WhatsApp itself: this device is not linked any more. */
  | { readonly kind: 'removed'; readonly why: string }
  /** WhatsApp does not let the account in. The login may still be good. */
  | { readonly kind: 'barred'; readonly why: string }
  | { readonly kind: 'paused'; readonly why: string; readonly forMs: number }
  /** Not to be tried again before somebody has looked. */
  | { readonly kind: 'refused'; readonly why: string }
  /** Fault on our side: what speaks with WhatsApp can not be used. */
  | { readonly kind: 'unusable'; readonly why: string }
  | { readonly kind: 'codes used up' }
  | { readonly kind: 'not paired'; readonly why: string }
  /** WhatsApp is well, and we could not keep what it told us. */
  | { readonly kind: 'not kept'; readonly why: string }

/** What WhatsApp said last, in its own words. */
export interface LastWords {
  /** `<failure reason="…">`, in place of a login. */
  readonly failure?: BinaryNode | undefined
  /** `<stream:error>` */
  readonly streamError?: BinaryNode | undefined
}

/** How long an account is left alone of which WhatsApp says that it is blocked for a while, if it does not say how long. */
const PAUSE_MS = 10 * 60_000
const MAX_PAUSE_MS = 6 * 60 * 60_000

const REMOVED = 'The phone has removed this device, or the account was logged out. Link again to go on.'
const OUTDATED = 'WhatsApp takes this version of Clawdbot no longer. Update Clawdbot, then connect again.'

/**
 * Only what WhatsApp itself says through the encrypted connection ends a login. A proxy or a hotel's login page may answer the
 * same numbers in HTTP, and Baileys passes both on as one `statusCode`.
 */
export const readEnding = ({ failure, streamError }: LastWords, error: unknown): Ending => {
  if (failure !== undefined) return readFailure(failure)
  if (streamError !== undefined) return readStreamError(streamError)
  return readError(error)
}

const readFailure = ({ attrs }: BinaryNode): Ending => {
  const reason = attrs['reason'] ?? ''
  switch (reason) {
    case '401':
      return { kind: 'removed', why: REMOVED }
    case '402':
      return {
        kind: 'paused',
        why: 'it has blocked this account for a while',
        forMs: pauseOf(attrs['expire']),
      }
    case '403':
      return {
        kind: 'barred',
        why: 'WhatsApp has banned this account, or its phone is gone. See what WhatsApp says on the phone; the login is kept.',
      }
    case '406':
      return {
        kind: 'barred',
        why: 'WhatsApp has logged this device out without saying why. Connect again, or unlink and link anew; the login is kept.',
      }
    case '405':
    case '409':
      return { kind: 'refused', why: OUTDATED }
    default:
      return { kind: 'lost', why: `it refused the login with ${plainCode(reason)}` }
  }
}

/** `expire` is in seconds. */
const pauseOf = (expire: string | undefined): number => {
  const seconds = /^[0-9]{1,9}$/.test(expire ?? '') ? Number(expire) : 0
  return seconds === 0 ? PAUSE_MS : Math.min(MAX_PAUSE_MS, seconds * 1000)
}

const readStreamError = ({ attrs, content }: BinaryNode): Ending => {
  const children = Array.isArray(content) ? content : []
  const conflict = children.find(({ tag }) => tag === 'conflict')
  if (conflict?.attrs['type'] === 'device_removed') return { kind: 'removed', why: REMOVED }
  if (conflict !== undefined) return { kind: 'replaced' }
  const code = attrs['code'] ?? ''
  if (code === '515') return { kind: 'restart' }
  return { kind: 'lost', why: `it ended the connection with ${plainCode(code)}` }
}

/** Of what was said over the network, a number is all that is passed on. */
const plainCode = (code: string): string => (/^[0-9]{1,4}$/.test(code) ? code : 'an error')

/** The sentences that Baileys 7.0.0-rc14 throws; whatever else it throws is the network until WhatsApp says otherwise. */
const UNPROVEN: ReadonlySet<string> = new Set([
  'invalid noise leaf certificate',
  'invalid noise intermediate certificate',
  'noise certificate signature invalid',
  'noise intermediate certificate signature invalid',
  'certification match failed',
])
const NOT_PAIRED: ReadonlySet<string> = new Set([
  'Missing device-identity or device in pair success node',
  'Invalid account signature',
  'Failed to verify account signature',
])

const readError = (error: unknown): Ending => {
  const message = error instanceof Error ? error.message : ''
  if (UNPROVEN.has(message))
    return {
      kind: 'refused',
      why: 'The server could not prove that it is WhatsApp: its certificate is not signed by the key that is known. Nothing was sent to it. Check the network, then connect again.',
    }
  if (NOT_PAIRED.has(message))
    return {
      kind: 'not paired',
      why: 'The phone’s answer was not signed as it has to be, so it was not believed.',
    }
  if (message === 'QR refs attempts ended') return { kind: 'codes used up' }
  if (message === 'Multi-device beta not joined') return { kind: 'refused', why: OUTDATED }
  if (message === 'Connection was lost') return { kind: 'lost', why: 'nothing comes from it any more' }
  return { kind: 'lost', why: networkWords(error) }
}

/** Baileys wraps what the socket threw into another error. */
const networkWords = (error: unknown): string => {
  const inner = error instanceof Error && 'data' in error ? error.data : error
  const code = inner instanceof Error && 'code' in inner && typeof inner.code === 'string' ? inner.code : ''
  if (/^[A-Z][A-Z0-9_]{1,40}$/.test(code)) return `the connection failed (${code})`
  return 'the connection broke'
}
