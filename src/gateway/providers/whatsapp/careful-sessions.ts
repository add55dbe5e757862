/** What is needed here of libsignal's sessions. */
interface Session {
  readonly serialize: () => unknown
  readonly indexInfo: { used: number }
}

/** Of its `SessionCipher`. */
interface Cipher {
  readonly doDecryptWhisperMessage: (data: Uint8Array, session: Session) => Promise<Uint8Array>
}

interface Decrypted {
  readonly session: Session
  readonly plaintext: Uint8Array
}

/** Baileys' libsignal, as far as it is mended here. */
export interface CipherPrototype {
  decryptWithSessions: (this: Cipher, data: Uint8Array, sessions: readonly Session[]) => Promise<Decrypted>
}

/**
 * In the place of libsignal's own `decryptWithSessions`, which tries one session of a contact after the other and
 * - leaves the sessions that did not fit changed: what is next sent by one of them nobody can read;
 * - says of a message that was decrypted before only that no session fits, so that it would be asked for again, and the
 *   other phone begin a new session for it, whenever a gateway was killed between keeping a message and confirming it.
 */
export const decryptWithSessions: CipherPrototype['decryptWithSessions'] = async function (data, sessions) {
  for (const session of sessions) {
    // With one alone, a failure leaves everything as it is on disk.
    const before = sessions.length > 1 ? copyOf(session) : undefined
    try {
      const plaintext = await this.doDecryptWhisperMessage(data, session)
      session.indexInfo.used = Date.now()
      return { session, plaintext }
    } catch (error) {
      Object.assign(session, before)
      if (wasUsedBefore(error)) throw error
    }
  }
  throw new Error('No session fits this message.')
}

/** Libsignal, and Baileys for groups, say so of a message whose key is gone: it was decrypted before. */
export const wasUsedBefore = (error: unknown): boolean =>
  error instanceof Error &&
  (error.message === 'Key used already or never filled' ||
    error.message.startsWith('Received message with old counter: '))

export const isCipherPrototype = (value: unknown): value is CipherPrototype =>
  typeof value === 'object' &&
  value !== null &&
  'decryptWithSessions' in value &&
  typeof value.decryptWithSessions === 'function' &&
  'doDecryptWhisperMessage' in value &&
  typeof value.doDecryptWhisperMessage === 'function'

const copyOf = (session: Session): object => {
  const { constructor } = session
  if (!canDeserialize(constructor)) throw new Error('A session of libsignal can not be copied.')
  return constructor.deserialize(session.serialize())
}

const canDeserialize = (
  constructor: unknown,
): constructor is { readonly deserialize: (data: unknown) => object } =>
  typeof constructor === 'function' &&
  'deserialize' in constructor &&
  typeof constructor.deserialize === 'function'
