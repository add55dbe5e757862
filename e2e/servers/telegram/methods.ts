import { z } from 'zod'
import type { BotAccount } from './bot-account.ts'
import { MAX_FETCH_BYTES } from './files.ts'
import { getUpdates, getUpdatesParams } from './get-updates.ts'
import { chatId, flag, integer, json } from './params.ts'
import { TERMINATED_BY_WEBHOOK } from './poll-slot.ts'
import { failure, type Outcome, result, type SentMessage } from './types.ts'
import { UPDATE_KINDS } from './update-kinds.ts'

/** What a method may use besides its parameters. */
interface MethodContext {
  readonly bot: BotAccount
  /** Aborted when the client has closed the connection. */
  readonly gone: AbortSignal
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly slowRepeatedPolls: boolean
  readonly nextMessageId: () => number
  readonly send: (message: SentMessage) => void
}

export interface Method {
  /** Runs the method, or says which rule of this server the parameters break. */
  call(
    params: unknown,
    context: MethodContext,
  ): Promise<Outcome> | Outcome | { readonly kind: 'violation'; readonly why: string }
}

const method = <Schema extends z.ZodType>(
  schema: Schema,
  run: (params: z.output<Schema>, context: MethodContext) => Outcome | Promise<Outcome>,
): Method => ({
  call: (params, context) => {
    const parsed = schema.safeParse(params)
    if (parsed.success) return run(parsed.data, context)
    return { kind: 'violation', why: z.prettifyError(parsed.error).replaceAll('\n', ' ') }
  },
})

/** Telegram's limit for the text of one message, in characters (code points). */
const MAX_TEXT = 4096

const linkPreview = z.strictObject({ is_disabled: flag.optional() })
const replyTo = z.strictObject({
  message_id: integer,
  chat_id: chatId.optional(),
  allow_sending_without_reply: flag.optional(),
})

/** Why the bot may not write to this chat, if it may not. */
const refusal = (bot: BotAccount, id: number | string): Outcome | undefined => {
  if (typeof id === 'string' || !bot.chats.has(id)) return failure(400, 'Bad Request: chat not found')
  if (bot.blockedBy.has(id)) return failure(403, 'Forbidden: bot was blocked by the user')
  return undefined
}

/** `parse_mode`, `entities` and `reply_markup` are not known: this server could not check them, so it takes none. */
const sendMessage = method(
  z.strictObject({
    chat_id: chatId,
    text: z.string().optional(),
    disable_notification: flag.optional(),
    protect_content: flag.optional(),
    link_preview_options: json(linkPreview).optional(),
    reply_parameters: json(replyTo).optional(),
  }),
  (params, { bot, now, nextMessageId, send }) => {
    const { chat_id: id, text = '', reply_parameters: reply } = params
    if (text.trim() === '') return failure(400, 'Bad Request: message text is empty')
    if (Array.from(text).length > MAX_TEXT) return failure(400, 'Bad Request: message is too long')
    const refused = refusal(bot, id)
    const chat = bot.chats.get(Number(id))
    if (refused !== undefined || chat === undefined)
      return refused ?? failure(400, 'Bad Request: chat not found')
    const messageId = nextMessageId()
    const date = Math.floor(now() / 1000)
    const sent: SentMessage = { botId: bot.identity.id, chatId: chat.id, text, messageId, date }
    send(reply === undefined ? sent : { ...sent, replyTo: reply.message_id })
    return result({ message_id: messageId, from: bot.user, chat, date, text })
  },
)

const MAX_CAPTION = 1024

const uploaded = z.strictObject({ fileName: z.string().min(1), bytes: z.instanceof(Uint8Array) })

/** Only an upload: a `file_id` and an address to fetch from are ways that no client of ours goes. */
const sendDocument = method(
  z.strictObject({
    chat_id: chatId,
    document: uploaded,
    caption: z.string().optional(),
    disable_content_type_detection: flag.optional(),
  }),
  ({ chat_id: id, document, caption = '' }, { bot, now, nextMessageId, send }) => {
    if (document.bytes.length === 0) return failure(400, 'Bad Request: file must be non-empty')
    if (Array.from(caption).length > MAX_CAPTION)
      return failure(400, 'Bad Request: message caption is too long')
    const refused = refusal(bot, id)
    const chat = bot.chats.get(Number(id))
    if (refused !== undefined || chat === undefined)
      return refused ?? failure(400, 'Bad Request: chat not found')
    const messageId = nextMessageId()
    const date = Math.floor(now() / 1000)
    const { fileId, size } = bot.files.add(document)
    send({ botId: bot.identity.id, chatId: chat.id, text: caption, document, messageId, date })
    const described = {
      file_id: fileId,
      file_unique_id: fileId,
      file_name: document.fileName,
      file_size: size,
    }
    return result({ message_id: messageId, from: bot.user, chat, date, document: described, caption })
  },
)

const getFile = method(z.strictObject({ file_id: z.string() }), ({ file_id: fileId }, { bot }) => {
  const file = bot.files.get(fileId)
  if (file === undefined)
    return failure(400, 'Bad Request: wrong file_id or the file is temporarily unavailable')
  if (file.size > MAX_FETCH_BYTES) return failure(400, 'Bad Request: file is too big')
  const { size, path } = file
  return result({ file_id: fileId, file_unique_id: fileId, file_size: size, file_path: path })
})

const CHAT_ACTIONS = [
  'typing',
  'upload_photo',
  'record_video',
  'upload_video',
  'record_voice',
  'upload_voice',
  'upload_document',
  'choose_sticker',
  'find_location',
  'record_video_note',
  'upload_video_note',
]

const sendChatAction = method(
  z.strictObject({ chat_id: chatId, action: z.enum(CHAT_ACTIONS) }),
  (params, { bot }) => refusal(bot, params.chat_id) ?? result(true),
)

const getChat = method(z.strictObject({ chat_id: chatId }), (params, { bot }) => {
  const chat = bot.chats.get(Number(params.chat_id))
  return chat === undefined ? failure(400, 'Bad Request: chat not found') : result(chat)
})

const getMe = method(z.strictObject({}), (_params, { bot }) =>
  result({
    ...bot.user,
    can_join_groups: true,
    can_read_all_group_messages: false,
    supports_guest_queries: false,
    supports_inline_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
    has_topics_enabled: false,
    allows_users_to_create_topics: false,
    can_manage_bots: false,
    supports_join_request_queries: false,
  }),
)

const deleteWebhook = method(z.strictObject({ drop_pending_updates: flag.optional() }), (params, { bot }) => {
  bot.webhookUrl = ''
  if (params.drop_pending_updates === true) bot.queue.clear()
  return result(true)
})

/** Sets the webhook, so that getUpdates is refused; updates are not posted to it, they stay in the queue. */
const setWebhook = method(
  z.strictObject({
    url: z.string(),
    max_connections: integer.optional(),
    allowed_updates: json(z.array(z.enum(UPDATE_KINDS))).optional(),
    drop_pending_updates: flag.optional(),
    secret_token: z.string().optional(),
  }),
  (params, { bot }) => {
    if (params.url !== '' && !params.url.startsWith('https://')) {
      return failure(400, 'Bad Request: bad webhook: An HTTPS URL must be provided for webhook')
    }
    bot.webhookUrl = params.url
    if (params.allowed_updates !== undefined) bot.allowedUpdates = params.allowed_updates
    if (params.drop_pending_updates === true) bot.queue.clear()
    if (params.url !== '') bot.poll.terminate(TERMINATED_BY_WEBHOOK)
    return result(true)
  },
)

const getWebhookInfo = method(z.strictObject({}), (_params, { bot }) =>
  result({
    url: bot.webhookUrl,
    has_custom_certificate: false,
    pending_update_count: bot.queue.size,
    ...(bot.allowedUpdates.length > 0 && { allowed_updates: bot.allowedUpdates }),
  }),
)

/** By lower-case name: Telegram ignores the case of method names. */
export const METHODS: ReadonlyMap<string, { readonly name: string; readonly method: Method }> = new Map(
  Object.entries({
    getMe,
    getUpdates: method(getUpdatesParams, getUpdates),
    deleteWebhook,
    setWebhook,
    getWebhookInfo,
    sendMessage,
    sendDocument,
    getFile,
    sendChatAction,
    getChat,
  }).map(([name, known]) => [name.toLowerCase(), { name, method: known }]),
)
