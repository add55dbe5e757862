/** A file as somebody uploads it. */
export interface UploadedFile {
  readonly fileName: string
  readonly bytes: Uint8Array
}

/** A Telegram user as it stands in `from`. Any further field is passed on as it is. */
export interface TelegramUser {
  readonly id: number
  readonly is_bot?: boolean
  readonly first_name?: string
  readonly last_name?: string
  readonly username?: string
  readonly language_code?: string
}

/** What `addBot` needs to know about a bot. */
export interface BotIdentity {
  readonly id: number
  readonly username: string
  readonly firstName?: string
}

/** An update of any shape: tests must be able to send what no type of ours foresees. */
export type RawUpdate = Readonly<Record<string, unknown>>

export interface QueuedUpdate {
  readonly update_id: number
  readonly [kind: string]: unknown
}

export interface PushOptions {
  /** The token of the bot that receives the update; the server's first bot if not given. */
  readonly bot?: string
  /** Deliver although `allowed_updates` excludes the kind, as Telegram does with updates queued before the change. */
  readonly pastFilter?: boolean
  /** Deliver once although the bot's offset is past this id: a server that repeats itself. */
  readonly ignoreOffset?: boolean
}

export interface MessageOptions extends PushOptions {
  /** Unix time in seconds; the server's clock if not given. */
  readonly date?: number
  readonly update_id?: number
  readonly message_id?: number
  /** Further fields of the message, or other values for those set by default. */
  readonly message?: Readonly<Record<string, unknown>>
}

/** A message that a bot has sent and that, for Telegram, exists. */
export interface SentMessage {
  readonly botId: number
  readonly chatId: number
  /** Of a document: its caption. */
  readonly text: string
  readonly document?: UploadedFile
  readonly messageId: number
  /** Unix time in seconds. */
  readonly date: number
  readonly replyTo?: number
}

/**
 * - `received`: not answered yet (a long poll that waits, a held or stalled request)
 * - `answered`: the whole answer was written
 * - `cut`: the server closed the connection instead of answering
 * - `gone`: the client went away first
 */
export type CallState = 'received' | 'answered' | 'cut' | 'gone'

export interface Call {
  readonly botId: number
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
  readonly state: CallState
}

/** An error as the Bot API reports it; `status` is both the HTTP status and `error_code`. */
export interface ApiError {
  readonly status: number
  readonly description: string
  readonly parameters?: { readonly retry_after?: number; readonly migrate_to_chat_id?: number }
}

export type Outcome =
  | { readonly kind: 'result'; readonly value: unknown }
  | { readonly kind: 'error'; readonly error: ApiError }

export const result = (value: unknown): Outcome => ({ kind: 'result', value })

export const failure = (
  status: number,
  description: string,
  parameters?: ApiError['parameters'],
): Outcome => ({
  kind: 'error',
  error: parameters === undefined ? { status, description } : { status, description, parameters },
})

/** Whether a fault comes before the method has had its effect (nothing was sent) or after it (it was). */
export type Effect = 'before' | 'after'
