import { randomBytes } from 'node:crypto'
import type { Logger } from '../../../shared/log/logger.ts'
import type { Provider } from '../provider.ts'
import { createMediaDownload } from './download.ts'
import { endpointOf, type TestServers } from './endpoint.ts'
import { createLogin } from './login.ts'
import { chatOf, createSending } from './sending.ts'
import { createTyping } from './typing.ts'

export interface WhatsAppOptions {
  /** Of the login; nobody else writes there. */
  readonly folder: string
  /** Tests only, and only on this machine. */
  readonly test: TestServers | undefined
  readonly log: Logger
  readonly now: () => number
  /** From 0 to 1. */
  readonly random: () => number
  /** A fault in here, after which nothing can be relied on. */
  readonly onFault: (error: unknown) => void
  /** The pause after a second failure; it doubles up to 60 of them. Milliseconds. */
  readonly pauseMs?: number
  /** How long each code is shown. Milliseconds; absent: as WhatsApp does. */
  readonly codeMs?: number
  /** Milliseconds for one message with all its tries. @default two minutes */
  readonly sendWithinMs?: number
  /** Milliseconds after which a connection that acknowledges nothing is given up. @default 30 s */
  readonly ackWithinMs?: number
}

/** In UTF-16 units. */
const MAX_TEXT = 4096

/**
 * WhatsApp, as a device that is linked to a phone. Without a login nothing of it is loaded.
 * @throws ClawdbotError `config_invalid` for servers of tests that are not on this machine.
 */
export const createWhatsApp = (options: WhatsAppOptions): Provider => {
  const { now, sendWithinMs, ackWithinMs } = options
  const endpoint = endpointOf(options.test)
  const sending = createSending({
    now,
    newId: newMessageId,
    ...(sendWithinMs === undefined ? {} : { withinMs: sendWithinMs }),
    ...(ackWithinMs === undefined ? {} : { ackWithinMs }),
  })
  const typing = createTyping({ show: (chat, state) => login.showTyping(chat, state), now })
  const login = createLogin({ ...options, endpoint, sending })
  return {
    id: 'whatsapp',
    maxTextLength: MAX_TEXT,
    start: login.start,
    stop: async () => {
      typing.close()
      await login.stop()
    },
    send: sending.send,
    typing: (chatId, state) => {
      const chat = chatOf(chatId)
      if (chat !== undefined) typing.set(chat, state)
    },
    link: login.act,
    // Whoever is under test fetches from the test's server, or from none.
    fetchFile: createMediaDownload(
      options.test === undefined ? {} : { mediaUrl: endpoint.mediaUrl ?? NOWHERE },
    ),
  }
}

/** Of the form that WhatsApp's own program for the desktop makes. Nobody can guess it. */
const newMessageId = (): string => `3EB0${randomBytes(9).toString('hex').toUpperCase()}`

/** The port of nobody, on this machine. */
const NOWHERE = 'http://127.0.0.1:9'
