import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { Conditions } from '../support/conditions.ts'
import { type Loopback, listenOnLoopback, parseJson, readBody } from '../support/loopback.ts'
import { answerError, answerMessage } from './answer.ts'
import { type ErrorType, FaultInjection } from './faults.ts'
import { type ReplyFunction, replyMessage } from './reply.ts'
import {
  conversationFault,
  lastUserText,
  type MessagesRequest,
  messagesRequest,
  systemText,
} from './request-schema.ts'

/**
 * - `open`: not answered to the end yet
 * - `answered`: the whole answer was written, an ordered error included
 * - `cut`: the connection ended before, by an ordered fault or because the client left
 */
type RequestState = 'open' | 'answered' | 'cut'

export interface RecordedRequest {
  readonly headers: IncomingHttpHeaders
  readonly body: MessagesRequest
  /** The system instructions as one text. */
  readonly system: string
  /** The text of the user's last message. */
  readonly userText: string
  readonly state: RequestState
}

export interface AnthropicServerOptions {
  readonly apiKey?: string
  /** Characters in one delta of a stream. */
  readonly chunkSize?: number
  readonly reply?: ReplyFunction
}

const API_VERSION = '2023-06-01'
/** The API's limit for one request. */
const MAX_BODY_BYTES = 32 * 1024 * 1024

/** Says what it was told: enough to see in a test that the right text came and went. */
const echo: ReplyFunction = (request) => `You said: ${lastUserText(request)}`

/**
 * A strict server of Anthropic's Messages API on loopback, streaming or not. What a correct client of ours would not
 * send is answered with the API's error and noted in `violations`; a wrong key is answered but is no violation.
 */
export class AnthropicServer extends FaultInjection {
  readonly apiKey: string
  readonly violations: string[] = []
  readonly #requests: RecordedRequest[] = []
  readonly #conditions = new Conditions()
  readonly #chunkSize: number
  #reply: ReplyFunction
  #loopback: Loopback | undefined

  constructor(options: AnthropicServerOptions = {}) {
    super()
    this.apiKey = options.apiKey ?? 'sk-ant-test-key'
    this.#chunkSize = options.chunkSize ?? 8
    this.#reply = options.reply ?? echo
  }

  async start(): Promise<this> {
    this.#loopback = await listenOnLoopback((req, res) => void this.#handle(req, res))
    return this
  }

  /** Cuts all streams and ends all waits. Idempotent. */
  async stop(): Promise<void> {
    const loopback = this.#loopback
    this.#loopback = undefined
    this.#conditions.stop()
    this.heal()
    await loopback?.close()
  }

  /** For `createAnthropic({ baseURL })`. */
  get baseUrl(): string {
    if (this.#loopback === undefined) throw new Error('the Anthropic server is not running')
    return `${this.#loopback.url}/v1`
  }

  /** Requests with a good key and a good body, oldest first. */
  get requests(): readonly RecordedRequest[] {
    return this.#requests
  }

  /** From now on the model says what the function returns. */
  reply(reply: ReplyFunction): void {
    this.#reply = reply
  }

  /** Resolves when the predicate is true; it is asked after everything that happens at this server. */
  waitFor(predicate: () => boolean, what = 'a condition of the Anthropic server'): Promise<void> {
    return this.#conditions.waitFor(predicate, `${what} (${this.#requests.length} requests)`)
  }

  async #handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    try {
      await this.#answer(req, res)
    } catch (error) {
      // A client that goes away while it sends is no fault of ours or of its own.
      if (req.destroyed || res.destroyed) return
      this.#refuse(res, 'api_error', `the test server itself failed: ${String(error)}`)
    }
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const text = await readBody(req, MAX_BODY_BYTES)
    const path = `${req.method ?? ''} ${req.url ?? ''}`
    if (path !== 'POST /v1/messages') return this.#refuse(res, 'not_found_error', `Not Found: ${path}`)
    const { headers } = req
    if (headers['x-api-key'] !== this.apiKey) {
      const message =
        headers['x-api-key'] === undefined ? 'x-api-key header is required' : 'invalid x-api-key'
      return answerError(res, { type: 'authentication_error', message })
    }
    if (headers['anthropic-version'] !== API_VERSION) {
      return this.#refuse(res, 'invalid_request_error', `anthropic-version: ${API_VERSION} is required`)
    }
    if (text === undefined) return this.#refuse(res, 'request_too_large', 'Request exceeds the maximum size')
    if (headers['content-type']?.startsWith('application/json') !== true) {
      return this.#refuse(res, 'invalid_request_error', 'content-type: application/json is required')
    }
    const parsed = messagesRequest.safeParse(parseJson(text))
    if (!parsed.success) {
      const why = z.prettifyError(parsed.error).replaceAll('\n', ' ')
      return this.#refuse(res, 'invalid_request_error', why)
    }
    const fault = conversationFault(parsed.data)
    if (fault !== undefined) return this.#refuse(res, 'invalid_request_error', fault)
    await this.#serve(headers, parsed.data, res)
  }

  async #serve(headers: IncomingHttpHeaders, body: MessagesRequest, res: ServerResponse): Promise<void> {
    const state = (): RequestState => {
      if (res.writableFinished) return 'answered'
      return res.destroyed ? 'cut' : 'open'
    }
    this.#requests.push({
      headers,
      body,
      system: systemText(body),
      userText: lastUserText(body),
      get state() {
        return state()
      },
    })
    res.once('close', () => this.#conditions.changed())
    res.once('finish', () => this.#conditions.changed())
    const fault = this.takeFault()
    const message = replyMessage(this.#reply(body), body, this.#requests.length)
    this.#conditions.changed()
    await answerMessage(res, message, { stream: body.stream === true, chunkSize: this.#chunkSize, fault })
  }

  #refuse(res: ServerResponse, type: ErrorType, message: string): void {
    this.violations.push(message)
    this.#conditions.changed()
    if (!res.headersSent) answerError(res, { type, message })
    else res.destroy()
  }
}
