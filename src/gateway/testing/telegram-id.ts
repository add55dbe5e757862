// Test support: the id of somebody on Telegram.
import { parseSenderId, type SenderId } from '../../shared/domain/identity.ts'

export const telegramId = (text: string): SenderId => {
  const sender = parseSenderId('telegram', text)
  if (sender === undefined) throw new Error(`${text} is no id`)
  return sender
}
