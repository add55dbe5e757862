import { AsyncLocalStorage } from 'node:async_hooks'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { autoRetry } from '@grammyjs/auto-retry'
import { Api } from 'grammy'
import { ClawdbotError } from '../../../shared/domain/error.ts'
import { isLoopbackHost } from '../../../shared/domain/loopback.ts'

const API_ROOT = 'https://api.telegram.org'
/** How long Telegram holds a poll that has nothing to tell. */
export const POLL_SECONDS = 30
const POLL_TIMEOUT_SECONDS = POLL_SECONDS + 15
const SEND_TIMEOUT_SECONDS = 30
/** Of a whole file, over a slow line. */
const UPLOAD_TIMEOUT_SECONDS = 300
/** A hundred updates of the longest text stay far below. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024

export interface TelegramApis {
  readonly polling: Api
  readonly sending: Api
  /** The same for files, with more time. */
  readonly uploading: Api
  /** Where files are fetched from. It contains the token: it is for no log and no text. */
  readonly fileRoot: string
  /** Sends, and asks before each try, the first as well, whether it may still be made. Throws `Withdrawn`. */
  readonly whileAllowed: <T>(mayGo: () => boolean, send: () => Promise<T>) => Promise<T>
}

/** Nothing has left, and nothing is to leave any more. */
export class Withdrawn extends Error {}

/**
 * Clients of the Bot API. Those that send open a connection for each message: on a kept one that Telegram
 * has closed meanwhile, nobody could say whether the message was read.
 * @throws ClawdbotError `config_invalid` for a token that is none, or for an api root that is not loopback.
 */
export const createApis = (token: string, apiRoot: string = API_ROOT): TelegramApis => {
  if (!/^[0-9]{1,20}:[A-Za-z0-9_-]{1,100}$/.test(token))
    throw new ClawdbotError(
      'config_invalid',
      'The Telegram bot token is not of the form <number>:<letters>.',
      'Copy the whole token from @BotFather.',
    )
  if (apiRoot !== API_ROOT && !isLoopback(apiRoot))
    throw new ClawdbotError(
      'config_invalid',
      'Telegram can only be reached at its own address.',
      'Another address is for tests, and has to be http://127.0.0.1:<port>.',
    )
  const Agent = apiRoot.startsWith('https:') ? HttpsAgent : HttpAgent
  const common = { apiRoot, sensitiveLogs: false } as const
  const fetching = { redirect: 'error', size: MAX_ANSWER_BYTES, compress: false } as const
  const polling = new Api(token, {
    ...common,
    timeoutSeconds: POLL_TIMEOUT_SECONDS,
    baseFetchConfig: { ...fetching, agent: new Agent({ keepAlive: true }) },
  })
  // Telegram may have us wait for a minute and more between two tries, and meanwhile a right may end.
  const allowed = new AsyncLocalStorage<() => boolean>()
  const sendingWithin = (timeoutSeconds: number): Api => {
    const api = new Api(token, {
      ...common,
      timeoutSeconds,
      baseFetchConfig: { ...fetching, agent: new Agent({ keepAlive: false }) },
    })
    api.config.use((call, method, payload, signal) => {
      if (allowed.getStore()?.() === false) throw new Withdrawn()
      return call(method, payload, signal)
    })
    // A 429 proves that nothing was sent. After anything less certain auto-retry would send the message twice.
    api.config.use(
      autoRetry({
        maxRetryAttempts: 3,
        maxDelaySeconds: 30,
        rethrowHttpErrors: true,
        rethrowInternalServerErrors: true,
      }),
    )
    return api
  }
  return {
    polling,
    sending: sendingWithin(SEND_TIMEOUT_SECONDS),
    uploading: sendingWithin(UPLOAD_TIMEOUT_SECONDS),
    fileRoot: `${apiRoot}/file/bot${token}`,
    whileAllowed: (mayGo, send) => allowed.run(mayGo, send),
  }
}

/** grammY's types know only the AbortSignal of a polyfill; at run time it takes any that has listeners. */
type GrammySignal = NonNullable<Parameters<Api['getMe']>[0]>
const isGrammySignal = (signal: unknown): signal is GrammySignal => signal instanceof AbortSignal

export const forGrammy = (signal: AbortSignal): GrammySignal => {
  if (!isGrammySignal(signal)) throw new Error('this is no AbortSignal')
  return signal
}

const isLoopback = (apiRoot: string): boolean => {
  const url = URL.parse(apiRoot)
  return url?.protocol === 'http:' && isLoopbackHost(url.hostname)
}
