/** Shows in a chat that somebody writes, or takes it back. */
type ShowTyping = (chat: string, state: 'composing' | 'paused') => void

export interface Typing {
  readonly set: (chat: string, state: 'on' | 'off') => void
  /** Takes all back. */
  readonly close: () => void
}

export interface TypingOptions {
  /** Does nothing while there is no connection. */
  readonly show: ShowTyping
  readonly now: () => number
  /** Milliseconds. @default 10 s, since phones take the sign back by themselves a little later */
  readonly renewMs?: number
}

const RENEW_MS = 10_000
const MAX_CHATS = 20
/** Whoever forgets to take it back does not leave it there for ever. */
const MAX_MS = 30 * 60_000

/** The typing sign of some chats at once; of more than that, the others get none. */
export const createTyping = ({ show, now, renewMs = RENEW_MS }: TypingOptions): Typing => {
  const since = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined

  const remove = (chat: string): void => {
    if (!since.delete(chat)) return
    show(chat, 'paused')
    if (since.size === 0) stop()
  }
  const renew = (): void => {
    for (const [chat, at] of since) {
      if (now() - at > MAX_MS) remove(chat)
      else show(chat, 'composing')
    }
  }
  const stop = (): void => {
    clearInterval(timer)
    timer = undefined
  }

  return {
    set: (chat, state) => {
      if (state === 'off') return remove(chat)
      if (!since.has(chat) && since.size >= MAX_CHATS) return
      since.set(chat, now())
      show(chat, 'composing')
      timer ??= setInterval(renew, renewMs).unref()
    },
    close: () => {
      for (const chat of since.keys()) remove(chat)
    },
  }
}
