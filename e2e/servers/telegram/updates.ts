import type { Chat } from './bot-account.ts'
import type { RawUpdate, TelegramUser } from './types.ts'

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const isChat = (value: unknown): value is Chat =>
  isRecord(value) && typeof value['id'] === 'number' && typeof value['type'] === 'string'

/** The `message` of an update for a private text message; `more` adds fields or replaces these. */
export const privateMessage = (
  user: TelegramUser,
  text: string,
  messageId: number,
  date: number,
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => {
  const { id, first_name = 'User', last_name, username } = user
  const names = {
    first_name,
    ...(last_name !== undefined && { last_name }),
    ...(username !== undefined && { username }),
  }
  return {
    message_id: messageId,
    date,
    chat: { id, type: 'private', ...names },
    from: { is_bot: false, first_name, ...user },
    text,
    ...more,
  }
}

/** The chats an update tells the bot of: from then on the bot may write to them. */
export const chatsIn = (update: RawUpdate): readonly Chat[] =>
  Object.values(update)
    .map((content) => (isRecord(content) ? content['chat'] : undefined))
    .filter(isChat)
