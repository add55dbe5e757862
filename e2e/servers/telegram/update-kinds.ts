/** Every kind of update that Bot API 10 and grammY 1.46 know; `allowed_updates` may name no other. */
export const UPDATE_KINDS = [
  'message',
  'edited_message',
  'channel_post',
  'edited_channel_post',
  'business_connection',
  'business_message',
  'edited_business_message',
  'deleted_business_messages',
  'guest_message',
  'stopped_message_generation',
  'message_reaction',
  'message_reaction_count',
  'inline_query',
  'chosen_inline_result',
  'callback_query',
  'shipping_query',
  'pre_checkout_query',
  'purchased_paid_media',
  'poll',
  'poll_answer',
  'my_chat_member',
  'chat_member',
  'chat_join_request',
  'chat_boost',
  'removed_chat_boost',
  'managed_bot',
  'subscription',
] as const

/** Kinds that a bot receives only when it names them (Bot API, `getUpdates`, `allowed_updates`). */
const ONLY_WHEN_NAMED: ReadonlySet<string> = new Set([
  'chat_member',
  'message_reaction',
  'message_reaction_count',
])

/** Whether an update of this content reaches a bot that last asked for `allowed` (empty: the default set). */
export const isAllowed = (update: Readonly<Record<string, unknown>>, allowed: readonly string[]): boolean =>
  Object.keys(update).some((key) => {
    if (key === 'update_id') return false
    return allowed.length === 0 ? !ONLY_WHEN_NAMED.has(key) : allowed.includes(key)
  })
