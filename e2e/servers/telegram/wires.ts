import type { BotAccount } from './bot-account.ts'
import type { TelegramUser } from './types.ts'

interface Wire {
  readonly to: BotAccount
  /** Who the message comes from, as the receiving bot sees it. */
  readonly sender: TelegramUser
}

/** Which bots hear each other. Telegram lets accounts, not bots, do that: so each bot stands for an account. */
export class Wires {
  readonly #wires = new Map<string, Wire>()

  connect(a: BotAccount, b: BotAccount, isBot: boolean): void {
    this.#wires.set(this.#key(a, b.identity.id), { to: b, sender: { ...a.user, is_bot: isBot } })
    this.#wires.set(this.#key(b, a.identity.id), { to: a, sender: { ...b.user, is_bot: isBot } })
  }

  from(bot: BotAccount, chatId: number): Wire | undefined {
    return this.#wires.get(this.#key(bot, chatId))
  }

  #key(bot: BotAccount, chatId: number): string {
    return `${bot.token} ${chatId}`
  }
}
