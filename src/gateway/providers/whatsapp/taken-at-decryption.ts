import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import type { BinaryNode, proto, SignalAuthState, SocketConfig } from '@whiskeysockets/baileys'
import { type Baileys, verifyBundle } from './baileys.ts'
import { wasUsedBefore } from './careful-sessions.ts'
import { rememberingNone } from './numbers-alone.ts'
import { createRepeats } from './repeats.ts'

/** A message at the moment at which it could be read. */
export interface Taken {
  /** What the server said of it. */
  readonly stanza: BinaryNode
  /** As decrypted: a `deviceSentMessage` is not unwrapped, whoever sent it. */
  readonly message: proto.IMessage
}

/** What is needed here of Baileys' websocket. */
interface Watched {
  readonly prependListener: (event: string, listener: (stanza: BinaryNode) => void) => unknown
  readonly close: () => Promise<void>
}

export interface TakenAtDecryption {
  readonly makeSignalRepository: SocketConfig['makeSignalRepository']
  /** To be called for each socket before anything comes: by this a ciphertext is known by its stanza. */
  readonly watch: (ws: Watched) => void
}

type Repository = ReturnType<SocketConfig['makeSignalRepository']>

/** One connection. */
interface Line {
  /** Something of it could not be taken: nothing more of it is. */
  isBroken: boolean
  readonly close: () => Promise<void>
}

/** All sessions change one after the other: the same one can be known by a number and by an account. */
const SESSIONS = 'all-sessions'

/**
 * Baileys decrypts a message, writes the keys, tells the server that it is delivered, and only then shows it: whoever dies in
 * between has lost it. Here each message is given to `take` between its decryption and the writing of the keys. If the
 * gateway dies before, the server still has it and it can be decrypted once more; if `take` throws, the keys stay as they
 * were, and the connection is closed before anything could tell the server that it arrived. It comes again with the next.
 *
 * Every change of a session is a transaction of its own here, durable before it returns. Baileys does those of a send within
 * the transaction of the whole send, which lasts as long as the network takes: in the end it writes what it read in the
 * beginning over what was received meanwhile, and it sends before it writes.
 *
 * One for all connections of a login: it remembers what it took, so that a repetition is answered and not taken twice.
 */
export const takenAtDecryption = (baileys: Baileys, take: (taken: Taken) => void): TakenAtDecryption => {
  const arrivals = new WeakMap<Uint8Array, { readonly stanza: BinaryNode; readonly line: Line }>()
  const repeats = createRepeats()
  /** Where the message came from that was decrypted last; Baileys handles one after the other. */
  let lastFrom: string | undefined

  /** Decrypts what came, and has it taken in the same transaction. */
  const receive = async (
    ciphertext: Uint8Array,
    address: string,
    alone: Alone,
    decrypt: () => Promise<Uint8Array>,
  ): Promise<Uint8Array> => {
    const arrival = arrivals.get(ciphertext)
    const id = createHash('sha256').update(address).update('\0').update(ciphertext).digest('base64')
    lastFrom = arrival?.stanza.attrs['from']
    const before = repeats.get(id)
    if (before !== undefined) return before
    let isRead = false
    try {
      const plaintext = await alone(async () => {
        // What came after one that was not taken comes again after it: the order stays.
        if (arrival?.line.isBroken === true) throw notTaken()
        const decrypted = await decrypt()
        isRead = true
        const message = decode(decrypted, baileys)
        if (arrival !== undefined && message !== undefined) take({ stanza: arrival.stanza, message })
        return decrypted
      })
      repeats.add(id, plaintext)
      return plaintext
    } catch (error) {
      // It is decrypted and taken in one: what was decrypted by an earlier gateway was taken by it, and is to be confirmed.
      if (!isRead && wasUsedBefore(error)) return NOTHING
      if (!isRead) throw error
      if (arrival !== undefined) breakOff(arrival.line)
      throw notTaken(error)
    }
  }

  return {
    watch: (ws) => {
      const line: Line = { isBroken: false, close: () => ws.close() }
      ws.prependListener('CB:message', (stanza) => {
        if (!Array.isArray(stanza.content)) return
        for (const { tag, content } of stanza.content)
          if (tag === 'enc' && content instanceof Uint8Array) arrivals.set(content, { stanza, line })
      })
    },
    makeSignalRepository: (auth, logger, pnToLid) => {
      const ask = pnToLid && rememberingNone(pnToLid)
      const inner = baileys.DEFAULT_CONNECTION_CONFIG.makeSignalRepository(auth, logger, ask)
      const { alone, outside } = transactionsOf(auth)
      return {
        ...inner,
        ...separated(inner, alone, outside),
        decryptMessage: (options) =>
          receive(options.ciphertext, `${options.type} ${options.jid}`, alone, () =>
            inner.decryptMessage(options),
          ),
        decryptGroupMessage: (options) =>
          receive(options.msg, `skmsg ${options.group} ${options.authorJid}`, alone, () =>
            inner.decryptGroupMessage(options),
          ),
        processSenderKeyDistributionMessage: async (options) => {
          // It names a group in the sender's words, whoever is in it, and each name would be kept for ever.
          if (lastFrom !== undefined && options.item.groupId !== lastFrom) return
          await alone(() => inner.processSenderKeyDistributionMessage(options))
        },
        injectE2ESession: async (options) => {
          try {
            verifyBundle(baileys, options.session)
          } catch {
            // One device with wrong keys must not keep a message from the others: it alone gets none.
            logger.warn('No session was begun with a device whose keys are not signed by its identity key.')
            return
          }
          await alone(() => inner.injectE2ESession(options))
        },
      }
    },
  }
}

type Alone = <T>(work: () => Promise<T>) => Promise<T>

/** `outside`: not in the transaction of the caller. `alone`: in one of its own, after all others of this kind. */
const transactionsOf = ({ keys }: SignalAuthState): { readonly alone: Alone; readonly outside: Alone } => {
  if (!('transaction' in keys)) throw new Error('Baileys gave a key store without transactions.')
  const snapshot = AsyncLocalStorage.snapshot()
  const outside: Alone = (work) => snapshot(work)
  return { alone: (work) => outside(() => keys.transaction(work, SESSIONS)), outside }
}

/** Everything else that touches a session. */
const separated = (inner: Repository, alone: Alone, outside: Alone): Omit<Repository, Kept> => ({
  encryptMessage: (options) => alone(() => inner.encryptMessage(options)),
  encryptGroupMessage: (options) => alone(() => inner.encryptGroupMessage(options)),
  getSenderKeyDistributionMessage: (options) => alone(() => inner.getSenderKeyDistributionMessage(options)),
  migrateSession: (from, to) => alone(() => inner.migrateSession(from, to)),
  deleteSession: (jids) => alone(() => inner.deleteSession(jids)),
  hasSenderKey: (options) => outside(() => inner.hasSenderKey(options)),
  getSessionInfo: (jid) => outside(() => inner.getSessionInfo(jid)),
  validateSession: (jid) => outside(() => inner.validateSession(jid)),
})

/** What is wrapped elsewhere, or touches no session. */
type Kept =
  | 'decryptMessage'
  | 'decryptGroupMessage'
  | 'injectE2ESession'
  | 'processSenderKeyDistributionMessage'
  | 'jidToSignalProtocolAddress'
  | 'lidMapping'
  | 'close'

/** A message without anything, padded. */
const NOTHING = Uint8Array.of(1)

/** Undefined for what is no message, which Baileys then refuses itself. */
const decode = (
  padded: Uint8Array,
  { proto: { Message }, unpadRandomMax16 }: Baileys,
): proto.IMessage | undefined => {
  try {
    return Message.decode(unpadRandomMax16(padded))
  } catch {
    return undefined
  }
}

const breakOff = (line: Line): void => {
  line.isBroken = true
  line.close().catch(() => {
    // It is closed either way, and whoever connects again hears of it by itself.
  })
}

/** Baileys compares the words of some errors, and would acknowledge the message: these are not among them. */
const notTaken = (cause?: unknown): Error => new Error('The message was not taken in.', { cause })
