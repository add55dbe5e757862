import { assertNever } from '../../../shared/domain/assert-never.ts'
import { directChat } from '../../../shared/domain/direct-chat.ts'
import { parseSenderId } from '../../../shared/domain/identity.ts'
import type { Delivery } from '../provider.ts'
import { isGroupJid, parseUserJid } from './identity.ts'

/** A connection, as far as sending needs it. */
export interface Line {
  readonly isOpen: () => boolean
  readonly relay: (chat: string, text: string, id: string, writing: () => void) => Promise<void>
  /** It does not do what it should: another one has to come. */
  readonly giveUp: (why: string) => void
}

export interface SendingOptions {
  readonly now: () => number
  /** Of one message; WhatsApp and its phones show what has the same id once. */
  readonly newId: () => string
  /** Milliseconds for one message with all its tries. @default two minutes */
  readonly withinMs?: number
  /** Milliseconds after which a connection that acknowledges nothing is given up. @default 30 s */
  readonly ackWithinMs?: number
}

export interface Sending {
  readonly send: (chatId: string, text: string, mayGo: () => boolean) => Promise<Delivery>
  readonly lineUp: (line: Line) => void
  /** Another one is on its way. */
  readonly lineDown: () => void
  /** None is on its way: what waits ends now. */
  readonly noLine: (why: string) => void
  /** WhatsApp has it, or does not take it. */
  readonly acked: (id: string, error: string | undefined) => void
  /** What was sent under this id, and where to; undefined for what was not, or long ago. */
  readonly sent: (id: string) => { readonly chat: string; readonly text: string } | undefined
  /** Resolves when no message is under way. */
  readonly idle: () => Promise<void>
}

const WITHIN_MS = 120_000
const ACK_WITHIN_MS = 30_000
const MAX_REMEMBERED = 1_000
const MAX_UNDER_WAY = 1_000

/** How one try ended. */
type Tried =
  | { readonly kind: 'acked' }
  | { readonly kind: 'refused'; readonly error: string }
  /** The connection ended; or never answered. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'late' }
  | { readonly kind: 'gone'; readonly why: string }
  /** It could not be prepared. */
  | { readonly kind: 'failed' }
  | { readonly kind: 'withdrawn' }

/** A try that is over: nothing of it is written any more. */
class Abandoned extends Error {}
class Withdrawn extends Error {}

interface Message {
  readonly id: string
  readonly chat: string
  readonly text: string
  readonly mayGo: () => boolean
  /** Milliseconds since the epoch. */
  readonly deadline: number
  /** It may be at WhatsApp. */
  isWritten: boolean
}

/**
 * Sends texts, those of one chat in order: each waits until WhatsApp has acknowledged the one before. What was not acknowledged
 * when the connection ended goes out once more on the next, with the same id: WhatsApp's server and its phones drop what
 * they have, as they do for its own programs.
 */
export const createSending = (options: SendingOptions): Sending => {
  const { now, newId, withinMs = WITHIN_MS, ackWithinMs = ACK_WITHIN_MS } = options
  /** The one connection; without one, why none will come, if so. */
  let line: Line | undefined
  let why: string | undefined = 'WhatsApp is not connected'
  /** Who waits for a connection, and who for an acknowledgement. */
  const waiting = new Set<() => void>()
  const tries = new Map<string, (end: Tried) => void>()
  const queues = new Map<string, Promise<unknown>>()
  const remembered = new Map<string, { readonly chat: string; readonly text: string }>()
  let underWay = 0

  const changed = (): void => {
    for (const wake of waiting) wake()
  }
  const endAll = (end: Tried): void => {
    for (const settle of tries.values()) settle(end)
  }

  const remember = ({ id, chat, text }: Message): void => {
    remembered.set(id, { chat, text })
    const [oldest] = remembered.keys()
    if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest)
  }

  /** A text: why there will be none. Undefined: not in time. */
  const nextLine = async (deadline: number): Promise<Line | string | undefined> => {
    for (;;) {
      if (why !== undefined) return why
      if (line?.isOpen() === true) return line
      if (now() >= deadline) return undefined
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer)
          waiting.delete(wake)
          resolve()
        }
        const timer = setTimeout(wake, deadline - now())
        waiting.add(wake)
      })
    }
  }

  const tryOnce = (message: Message, on: Line): Promise<Tried> =>
    new Promise((resolve) => {
      let isOver = false
      let ackTimer: NodeJS.Timeout | undefined
      const settle = (end: Tried): void => {
        if (isOver) return
        isOver = true
        clearTimeout(lateTimer)
        clearTimeout(ackTimer)
        tries.delete(message.id)
        resolve(end)
      }
      const lateTimer = setTimeout(() => settle({ kind: 'late' }), Math.max(0, message.deadline - now()))
      tries.set(message.id, settle)
      const writing = (): void => {
        // Preparing takes as long as the network: only now is it known whether it may still go.
        if (isOver || !on.isOpen()) throw new Abandoned()
        if (!message.mayGo()) throw new Withdrawn()
        message.isWritten = true
        remember(message)
        ackTimer = setTimeout(() => settle({ kind: 'silent' }), ackWithinMs)
      }
      on.relay(message.chat, message.text, message.id, writing).catch((error: unknown) => {
        if (error instanceof Withdrawn) settle({ kind: 'withdrawn' })
        else if (!on.isOpen()) settle({ kind: 'lost' })
        // Written, or half: whether it arrived only an acknowledgement can say.
        else if (ackTimer === undefined) settle({ kind: 'failed' })
        else settle({ kind: 'silent' })
      })
    })

  const deliver = async (message: Message): Promise<Delivery> => {
    const undelivered = (reason: string): Delivery => ({
      kind: message.isWritten ? 'unconfirmed' : 'failed',
      why: reason,
    })
    for (;;) {
      const on = await nextLine(message.deadline)
      if (on === undefined) return undelivered('there was no connection to WhatsApp in time')
      if (typeof on === 'string') return undelivered(on)
      const wasWritten = message.isWritten
      if (!message.mayGo()) return wasWritten ? undelivered(NOT_AGAIN) : { kind: 'withdrawn' }
      const end = await tryOnce(message, on)
      switch (end.kind) {
        case 'acked':
          return { kind: 'sent', messageId: message.id }
        case 'refused': {
          const said = `WhatsApp did not take it (${plainCode(end.error)})`
          // What it says of a second try is no word about the first.
          return wasWritten ? undelivered(said) : { kind: 'failed', why: said }
        }
        case 'withdrawn':
          return wasWritten ? undelivered(NOT_AGAIN) : { kind: 'withdrawn' }
        case 'failed':
          return undelivered('it could not be prepared for its reader')
        case 'gone':
          return undelivered(end.why)
        case 'late':
          return undelivered('WhatsApp did not acknowledge it in time')
        case 'silent':
          on.giveUp('it acknowledges nothing')
          break
        case 'lost':
          break
        default:
          assertNever(end)
      }
    }
  }

  const inOrder = (chat: string, work: () => Promise<Delivery>): Promise<Delivery> => {
    const turn = (queues.get(chat) ?? Promise.resolve()).then(work)
    const settled = turn.then(
      () => undefined,
      () => undefined,
    )
    queues.set(chat, settled)
    void settled.then(() => queues.get(chat) === settled && queues.delete(chat))
    return turn
  }

  return {
    send: async (chatId, text, mayGo) => {
      const chat = chatOf(chatId)
      if (chat === undefined) return { kind: 'failed', why: 'this is no chat of WhatsApp' }
      if (why !== undefined) return { kind: 'failed', why }
      if (underWay >= MAX_UNDER_WAY) return { kind: 'failed', why: 'too many messages are under way' }
      underWay += 1
      const message = { id: newId(), chat, text, mayGo, deadline: now() + withinMs, isWritten: false }
      try {
        return await inOrder(chat, () => deliver(message))
      } finally {
        underWay -= 1
      }
    },
    lineUp: (next) => {
      line = next
      why = undefined
      changed()
    },
    lineDown: () => {
      line = undefined
      why = undefined
      endAll({ kind: 'lost' })
    },
    noLine: (reason) => {
      line = undefined
      why = reason
      endAll({ kind: 'gone', why: reason })
      changed()
    },
    acked: (id, error) =>
      tries.get(id)?.(error === undefined ? { kind: 'acked' } : { kind: 'refused', error }),
    sent: (id) => remembered.get(id),
    idle: async () => {
      await Promise.all(queues.values())
    },
  }
}

const NOT_AGAIN = 'it may have arrived; it must not be sent again'

const plainCode = (code: string): string => (/^[0-9]{1,4}$/.test(code) ? code : 'an error')

/** One person's, by number or account, or a group; undefined for everything else. */
export const chatOf = (chatId: string): string | undefined => {
  const sender = parseSenderId('whatsapp', chatId)
  if (sender !== undefined) return directChat('whatsapp', sender)
  const user = parseUserJid(chatId)
  if (user !== undefined) return directChat('whatsapp', user.id)
  return isGroupJid(chatId) ? chatId : undefined
}
