import {
  Curve,
  DEFAULT_CONNECTION_CONFIG,
  makeWASocket,
  type proto,
  type SocketConfig,
  WA_CERT_DETAILS,
  type WAMessage,
  type WASocket,
} from '@whiskeysockets/baileys'
import { Conditions } from '../../support/conditions.ts'
import type { WhatsAppServer } from '../server.ts'
import { silent } from '../testing/silent-log.ts'
import { isSignedBy } from './key-bundle.ts'
import { createMemoryLogin } from './memory-login.ts'
import { quietLibsignal } from './quiet-libsignal.ts'

/** The real Baileys, in this process, linked to a server: the other side in the tests of the phones. */
export interface TestClient {
  /** Of the connection there is now. */
  readonly socket: WASocket
  /** What it could read, in order. */
  readonly heard: readonly WAMessage[]
  /** What it could not. */
  readonly unreadable: readonly WAMessage[]
  /** Sends as the product does: no previews, an id of its own. */
  send(jid: string, message: string | proto.IMessage, id?: string): Promise<string>
  /** Resolves when the client heard `count` messages. */
  until(predicate: () => boolean, what: string): Promise<void>
  /** Loses every session and every key of a group: what comes next it can not read, and asks for again. */
  forgetSessions(): Promise<void>
  /** Goes and comes back with the same login. */
  reconnect(): Promise<void>
  disconnect(): Promise<void>
  stop(): Promise<void>
}

/** What is not as in a client without anything of its own. */
export interface ClientChange {
  readonly makeSignalRepository?: SocketConfig['makeSignalRepository']
  /** Called for each connection before anything comes. */
  readonly watch?: (ws: WASocket['ws']) => void
}

/** Whom the Baileys of this process trusts is the same for all of its clients: one server at a time. */
export const linkTestClient = async (
  server: WhatsAppServer,
  change: ClientChange = {},
): Promise<TestClient> => {
  quietLibsignal()
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(server.rootKey, 'hex')
  Curve.verify = isSignedBy
  const auth = createMemoryLogin()
  const conditions = new Conditions()
  const heard: WAMessage[] = []
  const unreadable: WAMessage[] = []
  const sent = new Map<string, proto.IMessage>()
  let isStopping = false

  const connect = (): Promise<WASocket> =>
    new Promise((resolve, reject) => {
      const socket = makeWASocket({
        ...DEFAULT_CONNECTION_CONFIG,
        auth,
        logger: silent,
        waWebSocketUrl: server.url,
        markOnlineOnConnect: false,
        syncFullHistory: false,
        shouldSyncHistoryMessage: () => false,
        emitOwnEvents: false,
        retryRequestDelayMs: 0,
        ...(change.makeSignalRepository === undefined
          ? {}
          : { makeSignalRepository: change.makeSignalRepository }),
        getMessage: async ({ id }) => sent.get(id ?? ''),
      })
      change.watch?.(socket.ws)
      socket.ev.on('creds.update', (update) => void Object.assign(auth.creds, update))
      socket.ev.on('messages.upsert', ({ messages }) => {
        for (const message of messages) (message.message ? heard : unreadable).push(message)
        conditions.changed()
      })
      socket.ev.on('connection.update', ({ qr, connection, lastDisconnect }) => {
        if (qr !== undefined) server.scan(qr).catch(reject)
        if (connection === 'open') resolve(socket)
        if (connection !== 'close' || isStopping) return
        const error = lastDisconnect?.error
        const isRestart = String(error).includes('restart required')
        if (isRestart) connect().then(resolve, reject)
        else reject(error ?? new Error('the connection ended'))
      })
    })

  let socket = await connect()
  let nextId = 1
  await server.until(() => server.isActive(), 'the client to be ready')
  return {
    get socket() {
      return socket
    },
    heard,
    unreadable,
    send: async (jid, content, id = `TEST${String(nextId++).padStart(8, '0')}`) => {
      const message = typeof content === 'string' ? { conversation: content } : content
      sent.set(id, message)
      await socket.relayMessage(jid, message, { messageId: id })
      return id
    },
    until: (predicate, what) => conditions.waitFor(predicate, what),
    forgetSessions: async () => {
      const own = `::${server.me.lid.replace('@lid', '_1')}::`
      for (const type of ['session', 'sender-key'] as const) {
        // Its own key of a group stays: it remembers elsewhere who was told of it.
        const ids = auth.ids(type).filter((id) => !id.includes(own))
        await auth.keys.set({ [type]: Object.fromEntries(ids.map((id) => [id, null])) })
      }
    },
    disconnect: async () => {
      isStopping = true
      await socket.end(undefined)
      await server.until(() => server.openConnections() === 0, 'the client to be gone')
    },
    reconnect: async () => {
      isStopping = true
      await socket.end(undefined)
      isStopping = false
      socket = await connect()
      await server.until(() => server.isActive(), 'the client to be ready')
    },
    stop: async () => {
      isStopping = true
      conditions.stop()
      await socket.end(undefined)
    },
  }
}
