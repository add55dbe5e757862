import { FileStore } from './files.ts'
import { PollSlot } from './poll-slot.ts'
import type { BotIdentity, TelegramUser } from './types.ts'
import { UpdateQueue } from './update-queue.ts'

export interface Chat {
  readonly id: number
  readonly type: string
  readonly [field: string]: unknown
}

/** All that the server keeps for one bot. */
export class BotAccount {
  readonly token: string
  readonly identity: BotIdentity
  readonly queue = new UpdateQueue()
  readonly poll = new PollSlot()
  readonly files = new FileStore()
  /** Chats the bot may write to. A bot can not open a conversation: it knows who has written to it. */
  readonly chats = new Map<number, Chat>()
  readonly blockedBy = new Set<number>()
  /** As last asked for; it stays until a request names it again. Empty is the default set. */
  allowedUpdates: readonly string[] = []
  webhookUrl = ''
  /** What the last getUpdates asked for, and when: telegram-bot-api slows down who repeats itself. */
  lastPoll: { readonly offset: number; readonly startedAt: number; readonly finishedAt: number } | undefined
  #nextUpdateId = 1000

  constructor(token: string, identity: BotIdentity) {
    this.token = token
    this.identity = identity
  }

  get user(): TelegramUser {
    const { id, username, firstName } = this.identity
    return { id, is_bot: true, first_name: firstName ?? 'Bot', username }
  }

  /** The id for the next update: the wanted one if given, else one above all before it. */
  updateId(wanted?: number): number {
    const id = wanted ?? this.#nextUpdateId
    this.#nextUpdateId = Math.max(this.#nextUpdateId, id + 1)
    return id
  }
}
