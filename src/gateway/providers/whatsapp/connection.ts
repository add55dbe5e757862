import type { ClientRequest, IncomingMessage } from 'node:http'
import type { BinaryNode, CacheStore, proto, WAMessageKey, WASocket } from '@whiskeysockets/baileys'
import type { Logger } from '../../../shared/log/logger.ts'
import { type Baileys, createBaileysLogger } from './baileys.ts'
import { FULL_CACHE } from './bounded-cache.ts'
import { type Ending, type LastWords, readEnding } from './endings.ts'
import type { Endpoint } from './endpoint.ts'
import { guardListeners } from './guarded-listeners.ts'
import type { LoginStore } from './login/login-store.ts'
import { handleMessagesInTurn } from './message-turns.ts'
import { onlyNeeded } from './needed-stanzas.ts'
import type { TakenAtDecryption } from './taken-at-decryption.ts'

/** What outlives a connection. */
export interface Caches {
  /** Of everybody, which devices there are. */
  readonly devices: CacheStore
  /** How often a message was asked for again. */
  readonly retries: CacheStore
  readonly calls: CacheStore
}

interface ConnectionHandlers {
  readonly code: (text: string) => void
  readonly paired: () => void
  readonly opened: () => void
  /** A message has come, and will be taken in as soon as it is decrypted. */
  readonly arrived: (stanza: BinaryNode) => void
  /** Everything that had waited at WhatsApp has come. */
  readonly drained: () => void
  /** The account says more of itself. */
  readonly self: () => void
  /** WhatsApp has a message of ours; or, with `error`, does not take it. */
  readonly acked: (id: string, error: string | undefined) => void
  /** Once, and nothing after it. */
  readonly ended: (ending: Ending) => void
}

export interface ConnectionOptions {
  readonly baileys: Baileys
  readonly store: LoginStore
  readonly taken: TakenAtDecryption
  readonly endpoint: Endpoint
  readonly caches: Caches
  readonly log: Logger
  readonly getMessage: (key: WAMessageKey, sameChat: SameChat) => Promise<proto.IMessage | undefined>
  /** Was this message sent from here? */
  readonly wasSent: (id: string) => boolean
  readonly handlers: ConnectionHandlers
  /** How long each code is shown. Milliseconds; absent: a minute for the first, 20 s for the others. */
  readonly codeMs?: number | undefined
}

/** Are these two names, as far as WhatsApp has said, of the same chat? */
export type SameChat = (one: string, other: string) => Promise<boolean>

export interface Connection {
  readonly isOpen: () => boolean
  /**
   * Gives a message to WhatsApp. `writing` is called when everything is prepared, right before it goes onto the wire; if it
   * throws, nothing does. Rejects with whatever went wrong.
   */
  readonly relay: (chat: string, text: string, id: string, writing: () => void) => Promise<void>
  readonly showTyping: (chat: string, state: 'composing' | 'paused') => void
  /** Tells WhatsApp that this device is not linked any more. Resolves when it has said yes; rejects, or resolves with false, otherwise. */
  readonly logOut: () => Promise<boolean>
  /** Ends it, for this reason. */
  readonly end: (ending: Ending) => void
  /** Ends it without a word to anybody. Resolves when nothing of it is left. */
  readonly close: () => Promise<void>
}

/** How WhatsApp lists this device on the phone. */
const BROWSER: [string, string, string] = ['Clawdbot', 'Desktop', '1.0.0']
/** Once a connection is to be closed, the other side has this long to close it properly. */
const CLOSE_WITHIN_MS = 1_000
/** From the first byte until it is open, or shows a code. */
const OPEN_WITHIN_MS = 120_000
const QUERY_WITHIN_MS = 30_000
const LOG_OUT_WITHIN_MS = 5_000

/**
 * One connection to WhatsApp. It does not connect again by itself, keeps what it is told in `store`, and has every message taken
 * at its decryption. What Baileys shows of messages is not looked at.
 */
export const openConnection = (options: ConnectionOptions): Connection => {
  const { baileys, store, handlers, log, endpoint } = options
  const words: { -readonly [K in keyof LastWords]: LastWords[K] } = {}
  let raw: IncomingMessage['socket'] | undefined
  let ours: Ending | undefined
  let isOver = false
  /** Resolves when nothing is left of it. */
  const whenGone = new AbortController()

  /** Whatever happens to the other side: after a moment there is no socket any more. */
  const closing = (): void => {
    setTimeout(() => raw?.destroy(), CLOSE_WITHIN_MS).unref()
  }

  const over = (error: unknown): void => {
    whenGone.abort()
    if (isOver) return
    isOver = true
    clearTimeout(limit)
    handlers.ended(ours ?? readEnding(words, error))
  }

  const end = (ending: Ending): void => {
    ours ??= ending
    closing()
    void sock.end(undefined).catch(over)
  }

  /** What a connection that is over still wants to keep is of a past that the next one may have overtaken. */
  const keeping = <T>(act: () => T): T => {
    if (isOver) throw new Error('this connection is over')
    try {
      return act()
    } catch (error) {
      log.error('what belongs to the login could not be kept', { error })
      end({ kind: 'not kept', why: error instanceof Error ? error.message : 'the login can not be written' })
      throw error
    }
  }

  const creds = store.creds()
  const keys = store.keys
  const sock: WASocket = baileys.makeWASocket({
    auth: {
      creds,
      keys: {
        get: (type, ids) => keys.get(type, ids),
        set: (data) => keeping(() => keys.set(data)),
        clear: () => keeping(() => keys.clear?.()),
      },
    },
    waWebSocketUrl: endpoint.url,
    ...(endpoint.agent === undefined ? {} : { agent: endpoint.agent }),
    ...(options.codeMs === undefined ? {} : { qrTimeout: options.codeMs }),
    logger: createBaileysLogger(log),
    browser: BROWSER,
    makeSignalRepository: (...given) => {
      const repository = options.taken.makeSignalRepository(...given)
      return {
        ...repository,
        // The first thing that Baileys does when it ends a connection, before it waits for the other side, for up to 30 s.
        close: () => {
          closing()
          repository.close?.()
        },
      }
    },
    getMessage: async (key) => await options.getMessage(key, sameChat),
    defaultQueryTimeoutMs: QUERY_WITHIN_MS,
    transactionOpts: { maxCommitRetries: 1, delayBetweenTriesMs: 0 },
    userDevicesCache: options.caches.devices,
    msgRetryCounterCache: options.caches.retries,
    callOfferCache: options.caches.calls,
    // The phone is not asked for what could not be decrypted: what it would tell is not listened to.
    placeholderResendCache: FULL_CACHE,
    // It holds what others wrote as well, and gives it, as if we had written it, to whoever asks for it by its id.
    enableRecentMessageCache: false,
    enableAutoSessionRecreation: false,
    markOnlineOnConnect: false,
    syncFullHistory: false,
    shouldSyncHistoryMessage: () => false,
    emitOwnEvents: false,
    generateHighQualityLinkPreview: false,
  })
  const { ws, ev } = sock

  const unhandled = (event: string, error: unknown): void => {
    if (isOver) return
    const kind = error instanceof Error ? error.name : typeof error
    log.warn('something from WhatsApp could not be handled', { event: event.split(',')[0], kind })
    // What can not be decrypted or parsed leaves both sides with different counts: nothing after it can be read.
    if (event === 'message') end({ kind: 'lost', why: 'what it sent could not be read' })
  }
  const isEnding = (): boolean => isOver || ours !== undefined
  handleMessagesInTurn(ws, isEnding, (error) => unhandled('CB:message', error))
  guardListeners(ws, unhandled)
  onlyNeeded(ws, {
    isLinked: store.isLinked(),
    wasSent: options.wasSent,
    acknowledge: (stanza) => {
      sock.sendMessageAck(stanza).catch((error: unknown) => unhandled('ack', error))
    },
  })
  options.taken.watch(ws)
  ws.prependListener('CB:message', handlers.arrived)
  ws.prependListener('CB:ib,,offline', handlers.drained)
  ws.prependListener('CB:failure', (node: BinaryNode) => {
    words.failure = node
  })
  ws.prependListener('CB:stream:error', (node: BinaryNode) => {
    words.streamError = node
  })
  ws.on('upgrade', (answer: IncomingMessage) => {
    raw = answer.socket
  })
  // Baileys listens to this and does nothing, so that nobody else does either: without us it would wait for ever.
  ws.on('unexpected-response', (request: ClientRequest, { statusCode }: IncomingMessage) => {
    request.destroy()
    end({ kind: 'lost', why: `something on the way answered ${statusCode ?? 'something else'} in its place` })
  })
  ws.on('CB:ack,class:message', ({ attrs }: BinaryNode) => {
    if (attrs['id'] !== undefined) handlers.acked(attrs['id'], attrs['error'])
  })
  // What it would make of calls is nothing that is listened to.
  ev.removeAllListeners('call')
  ev.on('creds.update', (update) => {
    keeping(() => store.saveCreds(update))
    if (update.me !== undefined) handlers.self()
  })
  ev.on('connection.update', (update) => {
    if (update.connection === 'close') return over(update.lastDisconnect?.error)
    if (isOver) return
    if (update.qr !== undefined) handlers.code(update.qr)
    if (update.qr !== undefined || update.connection === 'open') clearTimeout(limit)
    if (update.isNewLogin === true) handlers.paired()
    if (update.connection === 'open') handlers.opened()
  })
  const limit = setTimeout(() => end({ kind: 'lost', why: 'it did not answer in time' }), OPEN_WITHIN_MS)

  const sameChat: SameChat = async (one, other) => {
    if (one === other) return true
    const { lidMapping } = sock.signalRepository
    const [number, account] = one.endsWith('@lid') ? [other, one] : [one, other]
    const known = await lidMapping.getLIDForPN(number)
    return known !== null && baileys.jidNormalizedUser(known) === account
  }

  return {
    isOpen: () => !isEnding() && ws.isOpen,
    relay: async (chat, text, id, writing) => {
      await sock.relayMessage(
        chat,
        { conversation: text },
        { messageId: id, additionalNodes: askedLast(writing) },
      )
    },
    showTyping: (chat, state) => {
      sock.sendPresenceUpdate(state, chat).catch(() => {
        // A sign that does not arrive is none.
      })
    },
    logOut: async () => {
      const jid = creds.me?.id
      if (jid === undefined) return false
      const answer: unknown = await sock.query(removal(jid), LOG_OUT_WITHIN_MS)
      return answer !== undefined
    },
    end,
    close: () => {
      isOver = true
      clearTimeout(limit)
      closing()
      void sock.end(undefined).catch(() => whenGone.abort())
      return aborted(whenGone.signal)
    },
  }
}

/**
 * The nodes that go with a message, of which there are none. Baileys looks how many there are in the very step in which it
 * writes the message, after everything that could still fail.
 */
const askedLast = (writing: () => void): BinaryNode[] =>
  new Proxy<BinaryNode[]>([], {
    get: (nodes, key) => {
      if (key === 'length') writing()
      return Reflect.get(nodes, key)
    },
  })

/** What Baileys' own `logout` says; but its answer is waited for. */
const removal = (jid: string): BinaryNode => ({
  tag: 'iq',
  attrs: { to: 's.whatsapp.net', type: 'set', xmlns: 'md' },
  content: [{ tag: 'remove-companion-device', attrs: { jid, reason: 'user_initiated' } }],
})

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
