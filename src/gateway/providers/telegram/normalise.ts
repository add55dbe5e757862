import { z } from 'zod'
import type { InboundKind } from '../../../shared/domain/inbound.ts'
import { nothingForUs, type ProviderEvent } from '../../inbound/provider-event.ts'
import { attachmentsOf } from './attachments.ts'
import { isStandIn, telegramSender } from './identity.ts'
import { SERVICE_KEYS } from './service-keys.ts'

const updateShape = z.looseObject({ update_id: z.int().nonnegative() })

const messageShape = z.looseObject({
  message_id: z.int(),
  /** Unix time in seconds. */
  date: z.int().nonnegative(),
  chat: z.looseObject({ id: z.int(), type: z.string() }),
  from: z.looseObject({ id: z.int(), is_bot: z.boolean() }),
  text: z.string().optional(),
  caption: z.string().optional(),
})
type Message = z.infer<typeof messageShape>

/** Every kind of update but `message`; one that is not here is `unknown`. */
const KIND_OF_UPDATE: Readonly<Record<string, InboundKind>> = {
  edited_message: 'edit',
  edited_channel_post: 'edit',
  edited_business_message: 'edit',
  channel_post: 'channel_post',
  business_connection: 'business',
  business_message: 'business',
  deleted_business_messages: 'business',
  guest_message: 'guest',
  message_reaction: 'reaction',
  message_reaction_count: 'reaction',
  callback_query: 'callback',
  inline_query: 'callback',
  my_chat_member: 'membership',
  chat_member: 'membership',
  chat_join_request: 'membership',
  chat_boost: 'membership',
  removed_chat_boost: 'membership',
}

/** Fields that say that `from` does not speak for themselves (providers.md 6). */
const ON_BEHALF_KEYS = [
  'sender_chat',
  'business_connection_id',
  'sender_business_bot',
  'guest_query_id',
  'guest_bot_caller_user',
  'guest_bot_caller_chat',
  'via_bot',
  'is_automatic_forward',
] as const

const FORWARD_KEYS = [
  'forward_origin',
  // Bot API before 7.0.
  'forward_from',
  'forward_from_chat',
  'forward_sender_name',
  'forward_date',
] as const

/** Names longer than the contract carries are cut. UTF-16 units. */
const MAX_CLAIM = 200

export interface Surroundings {
  readonly botId: number
  /** Without the @. */
  readonly botName?: string | undefined
  /** The update had waited at Telegram before we connected. */
  readonly waited: boolean
}

/** The id of an update, or undefined for what is none: it can be neither handled nor confirmed. */
export const updateIdOf = (raw: unknown): number | undefined => updateShape.safeParse(raw).data?.update_id

/**
 * One update of any shape, as an event. What does not look as the Bot API says becomes an event that the gate
 * drops, never a guess.
 */
export const normalise = (raw: unknown, around: Surroundings): ProviderEvent => {
  const update = updateShape.parse(raw)
  // Update ids and message ids are counted by each bot for itself: another token begins anew.
  const eventId = `telegram:${around.botId}:${update.update_id}`
  const nothing = (kind: InboundKind): ProviderEvent =>
    nothingForUs({ provider: 'telegram', kind, eventId, waited: around.waited })
  const payloads = Object.keys(update).filter((key) => key !== 'update_id')
  const [key = ''] = payloads
  if (key !== 'message' || payloads.length !== 1)
    return nothing(payloads.length === 1 ? (KIND_OF_UPDATE[key] ?? 'unknown') : 'unknown')
  const message = messageShape.safeParse(update['message'])
  return message.success ? messageEvent(message.data, eventId, around) : nothing('unknown')
}

const messageEvent = (message: Message, eventId: string, around: Surroundings): ProviderEvent => {
  const { from, chat } = message
  const otherIds = message.message_id > 0 ? [`telegram:${around.botId}:${chat.id}:${message.message_id}`] : []
  return {
    provider: 'telegram',
    kind: SERVICE_KEYS.some((key) => has(message, key)) ? 'service' : 'message',
    direct: chat.type === 'private' && chat.id === from.id,
    group: null,
    sender: telegramSender(from.id),
    account: null,
    chatId: String(chat.id),
    eventId,
    otherIds,
    sentAt: message.date * 1000,
    fromSelf: from.id === around.botId,
    selfChat: false,
    fromBot: from.is_bot,
    onBehalf: isStandIn(from.id) || ON_BEHALF_KEYS.some((key) => has(message, key)),
    forwarded: FORWARD_KEYS.some((key) => has(message, key)),
    text: message.text ?? message.caption ?? '',
    attachments: attachmentsOf(message),
    claims: claimsOf(from),
    waited: around.waited,
    ...(around.botName === undefined ? {} : { selfName: around.botName }),
  }
}

const has = (message: Readonly<Record<string, unknown>>, key: string): boolean => {
  const value = message[key]
  return value !== undefined && value !== null && value !== false
}

const claimsOf = (from: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (
      [
        ['username', from['username']],
        ['firstName', from['first_name']],
        ['lastName', from['last_name']],
      ] as const
    ).flatMap(([name, value]) =>
      typeof value === 'string' && value !== '' ? [[name, value.slice(0, MAX_CLAIM)]] : [],
    ),
  )
