import {
  type AuthenticationState,
  Curve,
  DEFAULT_CONNECTION_CONFIG,
  makeWASocket,
  WA_CERT_DETAILS,
  type WAMessage,
  type WASocket,
} from '@whiskeysockets/baileys'
import { Conditions } from '../../support/conditions.ts'
import { isSignedBy } from '../phones/key-bundle.ts'
import { createMemoryLogin } from '../phones/memory-login.ts'
import { quietLibsignal } from '../phones/quiet-libsignal.ts'
import type { WhatsAppServer } from '../server.ts'
import { silent } from './silent-log.ts'

/** One connection of the real Baileys, in this process, from its beginning to its end. It does nothing by itself. */
export interface Session {
  readonly socket: WASocket
  /** The codes that it has shown. */
  readonly codes: readonly string[]
  readonly heard: readonly WAMessage[]
  /** What its listener for bytes threw: nobody else would catch that. */
  readonly thrown: readonly string[]
  /** How it ended; undefined as long as it did not. */
  ended(): { readonly code: number | undefined; readonly message: string } | undefined
  isOpen(): boolean
  until(condition: () => boolean, what: string): Promise<void>
  untilOpen(): Promise<void>
  /** Resolves with the status code with which Baileys says that it ended. */
  untilEnded(): Promise<number | undefined>
  /** Resolves with the code on show. */
  code(): Promise<string>
  close(): Promise<void>
}

type Config = Parameters<typeof makeWASocket>[0]

export const newLogin = (): AuthenticationState => createMemoryLogin()

/** Whom the Baileys of this process trusts is the same for all of its clients: one server at a time. */
export const connect = (
  server: WhatsAppServer,
  auth: AuthenticationState,
  config: Partial<Config> = {},
): Session => {
  quietLibsignal()
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(server.rootKey, 'hex')
  Curve.verify = isSignedBy
  const conditions = new Conditions()
  const codes: string[] = []
  const heard: WAMessage[] = []
  const thrown: string[] = []
  let isOpen = false
  let ended: { readonly code: number | undefined; readonly message: string } | undefined
  const socket = makeWASocket({
    ...DEFAULT_CONNECTION_CONFIG,
    auth,
    logger: silent,
    waWebSocketUrl: server.url,
    markOnlineOnConnect: false,
    shouldSyncHistoryMessage: () => false,
    emitOwnEvents: false,
    retryRequestDelayMs: 0,
    ...config,
  })
  const listeners = socket.ws.listeners('message')
  socket.ws.removeAllListeners('message')
  for (const listener of listeners) {
    socket.ws.on('message', (data: unknown) => {
      Promise.resolve(listener(data)).catch((error: unknown) => {
        thrown.push(String(error))
        conditions.changed()
      })
    })
  }
  socket.ev.on('creds.update', (update) => void Object.assign(auth.creds, update))
  socket.ev.on('messages.upsert', ({ messages }) => {
    heard.push(...messages)
    conditions.changed()
  })
  socket.ev.on('connection.update', ({ qr, connection, lastDisconnect }) => {
    if (qr !== undefined) codes.push(qr)
    if (connection === 'open') isOpen = true
    if (connection === 'close') {
      isOpen = false
      const error = lastDisconnect?.error
      ended = { code: statusOf(error), message: error?.message ?? '' }
    }
    conditions.changed()
  })
  const session: Session = {
    socket,
    codes,
    heard,
    thrown,
    ended: () => ended,
    isOpen: () => isOpen,
    until: (condition, what) => conditions.waitFor(condition, what),
    untilOpen: async () => {
      await conditions.waitFor(() => isOpen || ended !== undefined, 'an open connection')
      if (ended !== undefined) throw new Error(`the connection ended: ${ended.code} ${ended.message}`)
    },
    untilEnded: async () => {
      await conditions.waitFor(() => ended !== undefined, 'the end of the connection')
      return ended?.code
    },
    code: async () => {
      await conditions.waitFor(() => codes.length > 0, 'a code to scan')
      return codes.at(-1) ?? ''
    },
    close: async () => {
      conditions.stop()
      await socket.end(undefined)
    },
  }
  return session
}

/** Pairs, starts again as it is told to, and resolves when the device is ready to be written to. */
export const link = async (
  server: WhatsAppServer,
  auth: AuthenticationState,
  config: Partial<Config> = {},
): Promise<Session> => {
  const pairing = connect(server, auth, config)
  await server.scan(await pairing.code())
  await pairing.untilEnded()
  return login(server, auth, config)
}

/** Resolves when the device is ready to be written to. */
export const login = async (
  server: WhatsAppServer,
  auth: AuthenticationState,
  config: Partial<Config> = {},
): Promise<Session> => {
  const session = connect(server, auth, config)
  await session.untilOpen()
  await server.until(() => server.isActive(), 'the client to be active')
  return session
}

const statusOf = (error: unknown): number | undefined => {
  const output: unknown = error instanceof Error ? Reflect.get(error, 'output') : undefined
  const status: unknown =
    typeof output === 'object' && output !== null ? Reflect.get(output, 'statusCode') : undefined
  return typeof status === 'number' ? status : undefined
}
