import type { IncomingMessage, ServerResponse } from 'node:http'
import { Conditions } from '../support/conditions.ts'
import { type Loopback, listenOnLoopback } from '../support/loopback.ts'
import { BotAccount, type Chat } from './bot-account.ts'
import { Exchange } from './exchange.ts'
import { FaultInjection } from './fault-injection.ts'
import { fileRequested, sendStored } from './files.ts'
import { METHODS } from './methods.ts'
import { type ParsedRequest, parseRequest } from './request.ts'
import { respond } from './respond.ts'
import {
  type BotIdentity,
  type Call,
  failure,
  type MessageOptions,
  type Outcome,
  type PushOptions,
  type RawUpdate,
  type SentMessage,
  type TelegramUser,
  type UploadedFile,
} from './types.ts'
import { isAllowed } from './update-kinds.ts'
import { chatsIn, privateMessage } from './updates.ts'
import { Wires } from './wires.ts'

export interface TelegramServerOptions {
  readonly token?: string
  readonly bot?: BotIdentity
  /** Milliseconds since 1970; the system's clock if not given. */
  readonly now?: () => number
  /** Slow down who repeats an offset, as telegram-bot-api does: within 3 s it waits 3 s, within 0.5 s it gets one update. */
  readonly slowRepeatedPolls?: boolean
}

/**
 * A strict Telegram Bot API server on loopback. It behaves as telegram-bot-api does, answers 4xx to what it does
 * not know and notes it in `violations`, and fails on purpose where a test orders it to.
 */
export class TelegramServer extends FaultInjection {
  /** The token of the first bot. */
  readonly token: string
  /** Requests that no correct client of ours makes. A test ends with `expect(server.violations).toEqual([])`. */
  readonly violations: string[] = []
  /** Updates that `allowed_updates` kept from a bot. */
  readonly filtered: RawUpdate[] = []
  /** Files that were asked for, by their paths. */
  readonly downloads: string[] = []
  readonly #sent: SentMessage[] = []
  readonly #calls: Call[] = []
  readonly #bots = new Map<string, BotAccount>()
  readonly #conditions = new Conditions()
  readonly #wires = new Wires()
  readonly #now: () => number
  readonly #slowRepeatedPolls: boolean
  #loopback: Loopback | undefined
  #nextMessageId = 1

  constructor(options: TelegramServerOptions = {}) {
    super()
    this.token = options.token ?? '123456:TEST-token'
    this.#now = options.now ?? Date.now
    this.#slowRepeatedPolls = options.slowRepeatedPolls ?? false
    this.addBot(this.token, options.bot ?? { id: 123_456, username: 'test_bot' })
  }

  async start(): Promise<this> {
    this.#loopback = await listenOnLoopback((req, res) => void this.#handle(req, res))
    return this
  }

  /** Ends all requests and waits. Idempotent. */
  async stop(): Promise<void> {
    const loopback = this.#loopback
    this.#loopback = undefined
    this.#conditions.stop()
    this.heal()
    for (const bot of this.#bots.values()) bot.poll.expire()
    await loopback?.close()
  }

  /** For grammY's `apiRoot`. */
  get url(): string {
    if (this.#loopback === undefined) throw new Error('the Telegram server is not running')
    return this.#loopback.url
  }

  /** Messages that exist for Telegram, oldest first. */
  get sent(): readonly SentMessage[] {
    return this.#sent
  }

  /** Requests with a good token and a known method, oldest first, answered or not. */
  get calls(): readonly Call[] {
    return this.#calls
  }

  addBot(token: string, identity: BotIdentity): void {
    this.#bots.set(token, new BotAccount(token, identity))
  }

  /**
   * Makes two bots each other's correspondents: what one sends to the id of the other arrives there as a private
   * message from a user with the id of the sender, who is marked as a bot only if `isBot`.
   */
  wire(tokenA: string, tokenB: string, { isBot }: { readonly isBot: boolean }): void {
    const [a, b] = [this.#bot(tokenA), this.#bot(tokenB)]
    this.#wires.connect(a, b, isBot)
    this.allowChat(b.identity.id, { bot: tokenA })
    this.allowChat(a.identity.id, { bot: tokenB })
  }

  /** Lets the bot write to a private chat in which nobody has written to it during this test. */
  allowChat(id: number, { bot }: { readonly bot?: string } = {}): void {
    this.#learn(this.#bot(bot), { id, type: 'private', first_name: 'User' })
  }

  /** The user blocks the bot: the bot's messages to them are refused with 403 until they unblock it. */
  block(userId: number, { bot }: { readonly bot?: string } = {}): void {
    this.#bot(bot).blockedBy.add(userId)
  }

  unblock(userId: number, { bot }: { readonly bot?: string } = {}): void {
    this.#bot(bot).blockedBy.delete(userId)
  }

  /** A private text message from `user`. Returns the ids it was given. */
  dm(
    user: TelegramUser,
    text: string,
    options: MessageOptions = {},
  ): { updateId: number; messageId: number } {
    const messageId = options.message_id ?? this.#nextMessageId++
    const date = options.date ?? Math.floor(this.#now() / 1000)
    const message = privateMessage(user, text, messageId, date, options.message)
    const wanted = options.update_id === undefined ? {} : { update_id: options.update_id }
    return { updateId: this.push({ ...wanted, message }, options), messageId }
  }

  /** A private message with a document. `size` is what Telegram says of its length, where that is not the true one. */
  document(
    user: TelegramUser,
    file: UploadedFile & { readonly caption?: string; readonly size?: number },
    options: MessageOptions = {},
  ): { updateId: number; messageId: number } {
    const { fileId, fileName, size } = this.#bot(options.bot).files.add(file, file.size)
    const document = { file_id: fileId, file_unique_id: fileId, file_name: fileName, file_size: size }
    const message = { text: undefined, caption: file.caption, document, ...options.message }
    return this.dm(user, '', { ...options, message })
  }

  /**
   * Puts an update of any shape into the bot's queue, at its end. An own `update_id` may repeat or precede earlier ones.
   * Returns the update's id.
   */
  push(update: RawUpdate, options: PushOptions = {}): number {
    const bot = this.#bot(options.bot)
    const wanted = update['update_id']
    const updateId = bot.updateId(typeof wanted === 'number' ? wanted : undefined)
    for (const chat of chatsIn(update)) this.#learn(bot, chat)
    if (options.pastFilter === true || isAllowed(update, bot.allowedUpdates)) {
      bot.queue.push({ ...update, update_id: updateId }, options.ignoreOffset === true)
      bot.poll.wake()
    } else {
      this.filtered.push(update)
    }
    this.#conditions.changed()
    return updateId
  }

  /** How many updates the bot has not confirmed yet. */
  pending({ bot }: { readonly bot?: string } = {}): number {
    return this.#bot(bot).queue.size
  }

  /** Whether a long poll of the bot is waiting right now. */
  isPolling({ bot }: { readonly bot?: string } = {}): boolean {
    return this.#bot(bot).poll.occupied
  }

  /** Answers the waiting long poll with no updates, as after its timeout. */
  expirePoll({ bot }: { readonly bot?: string } = {}): void {
    this.#bot(bot).poll.expire()
  }

  /** Resolves when the predicate is true; it is asked after everything that happens at this server. */
  waitFor(predicate: () => boolean, what = 'a condition of the Telegram server'): Promise<void> {
    return this.#conditions.waitFor(
      predicate,
      `${what} (${this.#calls.length} calls, ${this.#sent.length} sent)`,
    )
  }

  /** Resolves when the bots have sent `count` messages in all. */
  async waitForSent(count: number): Promise<readonly SentMessage[]> {
    await this.waitFor(() => this.#sent.length >= count, `${count} sent messages`)
    return this.#sent
  }

  /** Resolves with the next call of the method that is answered from now on. */
  async once(method: string): Promise<Call> {
    const from = this.#calls.filter((call) => call.method === method && call.state === 'answered').length
    const answered = () => this.#calls.filter((call) => call.method === method && call.state === 'answered')
    await this.waitFor(() => answered().length > from, `a call of ${method}`)
    const call = answered()[from]
    if (call === undefined) throw new Error(`the call of ${method} is lost`)
    return call
  }

  #bot(token = this.token): BotAccount {
    const bot = this.#bots.get(token)
    if (bot === undefined) throw new Error('no bot has this token')
    return bot
  }

  #learn(bot: BotAccount, chat: Chat): void {
    bot.chats.set(chat.id, chat)
  }

  async #handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    try {
      const wanted = fileRequested(req)
      if (wanted !== undefined) return await this.#download(wanted, req, res)
      const request = await parseRequest(req)
      await (request.kind === 'call' ? this.#call(request, res) : this.#refuse(req, res, request))
    } catch (error) {
      // A client that goes away while it sends is no fault of ours or of its own.
      if (req.destroyed || res.destroyed) return
      this.violations.push(`the test server itself failed: ${String(error)}`)
      respond(res, failure(500, 'Internal Server Error'))
    }
  }

  #refuse(req: IncomingMessage, res: ServerResponse, why: ParsedRequest & { kind: 'refused' }): void {
    const path = (req.url ?? '').replace(/\/bot[^/]*/, '/bot<token>')
    this.#violation(`${req.method ?? ''} ${path}: ${why.description}`)
    respond(res, failure(why.status, why.description))
  }

  async #download(
    { token, path }: { readonly token: string; readonly path: string },
    req: IncomingMessage,
    res: ServerResponse,
  ): Promise<void> {
    const file = this.#bots.get(token)?.files.at(path)
    this.downloads.push(path)
    this.#conditions.changed()
    if (req.method === 'GET' && file !== undefined) return sendStored(file, res, this.plan)
    this.#violation(`${req.method ?? ''} /file/bot<token>/${path}: there is no such file`)
    respond(res, failure(404, 'Not Found'))
  }

  async #call(request: ParsedRequest & { kind: 'call' }, res: ServerResponse): Promise<void> {
    const bot = this.#bots.get(request.token)
    if (bot === undefined) return respond(res, failure(401, 'Unauthorized'))
    const known = METHODS.get(request.method.toLowerCase())
    if (known === undefined) {
      this.#violation(`unknown method ${request.method}`)
      return respond(res, failure(404, 'Not Found: method not found'))
    }
    const call = { botId: bot.identity.id, method: known.name, params: request.params }
    const exchange = new Exchange(call, res, () => this.#conditions.changed())
    this.#calls.push(exchange)
    this.#conditions.changed()
    await exchange.carryOut(this.plan, async (): Promise<Outcome> => {
      const context = {
        bot,
        gone: exchange.gone,
        now: this.#now,
        slowRepeatedPolls: this.#slowRepeatedPolls,
        nextMessageId: () => this.#nextMessageId++,
        send: (message: SentMessage) => this.#deliver(bot, message),
      }
      const running = known.method.call(request.params, context)
      // A long poll has taken its slot now; who waits for that is to hear of it.
      this.#conditions.changed()
      const outcome = await running
      if (outcome.kind !== 'violation') return outcome
      this.#violation(`${known.name}: ${outcome.why}`)
      return failure(400, `Bad Request: ${outcome.why}`)
    })
  }

  #deliver(bot: BotAccount, message: SentMessage): void {
    this.#sent.push(message)
    const wire = this.#wires.from(bot, message.chatId)
    if (wire !== undefined && message.document === undefined)
      this.dm(wire.sender, message.text, { bot: wire.to.token, date: message.date })
    this.#conditions.changed()
  }

  #violation(what: string): void {
    this.violations.push(what)
    this.#conditions.changed()
  }
}
