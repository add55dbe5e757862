import { InputFile } from 'grammy'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import { parseSenderId } from '../../../shared/domain/identity.ts'
import type { Delivery, Provider } from '../provider.ts'
import { createApis, Withdrawn } from './api.ts'
import { readFailure } from './api-failure.ts'
import { createDownload } from './download.ts'
import { poll } from './polling.ts'

export interface TelegramOptions {
  readonly botToken: string
  /** For tests: loopback only. */
  readonly apiRoot?: string | undefined
  /** The first pause after a failure. Milliseconds. */
  readonly pauseMs?: number
}

/** In UTF-16 units this is never more than Telegram's 4096 characters. */
const MAX_TEXT = 4096
const MAX_CAPTION = 1024

/**
 * Telegram by long polling.
 * @throws ClawdbotError `config_invalid` for a token or an api root that can not be one.
 */
export const createTelegram = ({ botToken, apiRoot, pauseMs = 1000 }: TelegramOptions): Provider => {
  const { polling, sending, uploading, fileRoot, whileAllowed } = createApis(botToken, apiRoot)
  const stopping = new AbortController()
  let running: Promise<void> = Promise.resolve()

  const deliver = async (
    chatId: string,
    mayGo: () => boolean,
    send: (chat: number) => Promise<unknown>,
  ): Promise<Delivery> => {
    // A private chat has the id of its person. Groups and channels have other forms, and get nothing.
    const chat = Number(chatId)
    if (parseSenderId('telegram', chatId) === undefined || !Number.isSafeInteger(chat))
      return { kind: 'failed', why: 'this is no private chat' }
    try {
      return confirmed(await whileAllowed(mayGo, () => send(chat)))
    } catch (error) {
      if (error instanceof Withdrawn) return { kind: 'withdrawn' }
      return undelivered(error, botToken)
    }
  }

  return {
    id: 'telegram',
    maxTextLength: MAX_TEXT,
    maxCaptionLength: MAX_CAPTION,
    start: (handlers) => {
      running = poll({ api: polling, token: botToken, handlers, signal: stopping.signal, pauseMs })
    },
    stop: async () => {
      stopping.abort()
      await running
    },
    send: (chatId, text, mayGo) =>
      deliver(chatId, mayGo, (chat) =>
        sending.sendMessage(chat, text, {
          // A preview would make Telegram fetch an address that the text names.
          link_preview_options: { is_disabled: true },
        }),
      ),
    sendFile: (chatId, { name, bytes }, caption, mayGo) =>
      deliver(chatId, mayGo, (chat) =>
        uploading.sendDocument(chat, new InputFile(bytes, name), {
          // It arrives as the file that it is, byte by byte, not as a picture or a film made of it.
          disable_content_type_detection: true,
          ...(caption === '' ? {} : { caption }),
        }),
      ),
    fetchFile: createDownload({ api: sending, token: botToken, fileRoot }),
  }
}

const confirmed = (sent: unknown): Delivery =>
  typeof sent === 'object' && sent !== null && 'message_id' in sent && Number.isSafeInteger(sent.message_id)
    ? { kind: 'sent', messageId: String(sent.message_id) }
    : { kind: 'unconfirmed', why: 'the answer could not be understood' }

const undelivered = (error: unknown, token: string): Delivery => {
  const failure = readFailure(error, token)
  switch (failure.kind) {
    case 'refused':
    case 'busy':
    case 'rejected':
    case 'unreachable':
      return { kind: 'failed', why: failure.why }
    case 'conflict':
      return { kind: 'failed', why: 'Telegram refused it' }
    case 'ambiguous':
      return { kind: 'unconfirmed', why: failure.why }
    default:
      return assertNever(failure)
  }
}
