import type { PairingOutcome } from '../../shared/contracts/gateway.ts'
import { assertNever } from '../../shared/domain/assert-never.ts'
import type { SenderId } from '../../shared/domain/identity.ts'
import { isExpired, MAX_PENDING } from '../../shared/domain/pairing.ts'
import type { ProviderId } from '../../shared/domain/provider.ts'

/** A stranger's message, as far as pairing needs it. */
export interface StrangersMessage {
  readonly provider: ProviderId
  readonly sender: SenderId
  /** The account behind the sender, where the messenger asserts one besides. */
  readonly account: SenderId | null
  /** The number they write from, which was let in when it stood for another account. */
  readonly moved: SenderId | null
  readonly chatId: string
  readonly eventId: string
  readonly claims: Readonly<Record<string, string>>
  /** What the gate said: false for backlog and for silent providers. */
  readonly answer: boolean
}

/** Why a stranger's message was not even worth a question. */
type PairingDrop = 'pairing_full' | 'pairing_refused'

export interface PairingOptions {
  /** Who waits already, with the times of their requests, as the supervisor told it last. */
  readonly pending: (provider: ProviderId) => ReadonlyMap<SenderId, number>
  readonly ask: (askId: number, message: StrangersMessage) => void
  /** More messages from somebody who waits, gathered over a second. */
  readonly seen: (provider: ProviderId, sender: SenderId, count: number) => void
  /** The request is made. The stranger is to be told the code only if it is given here. */
  readonly created: (message: StrangersMessage, code: string | undefined) => void
  readonly dropped: (provider: ProviderId, reason: PairingDrop) => void
  readonly now: () => number
}

export interface Pairing {
  stranger(message: StrangersMessage): void
  /** The supervisor's answer to a question. One that nobody waits for any more is ignored. */
  answered(askId: number, outcome: PairingOutcome): void
  /** The supervisor has told its whole list again: what was learnt from answers is in it. */
  peopleChanged(): void
  /** Reports what is gathered and stops the timers. */
  close(): void
}

/** A question is forgotten after this; the stranger may write again. */
const ANSWER_WITHIN_MS = 30_000
/** After a refusal the same stranger costs no further question for this long. */
const REFUSED_FOR_MS = 60_000
const REFUSED_REMEMBERED = 100
/** After `full`, which only a race can bring about, nobody costs a question for this long. */
const FULL_FOR_MS = 1_000
const SEEN_EVERY_MS = 1_000

/** The strangers before one provider's door. */
interface Queue {
  /** Whose requests exist, learnt from answers since the list was last told. */
  readonly learnt: Map<SenderId, number>
  readonly asking: Set<SenderId>
  readonly refusedUntil: Map<SenderId, number>
  readonly seen: Map<SenderId, number>
  fullUntil: number
}

interface Ask {
  readonly message: StrangersMessage
  readonly timer: NodeJS.Timeout
}

/**
 * Asks the supervisor for pairing requests. What it keeps is bounded by the three requests that can wait at a
 * provider, however many strangers write: while three wait, a further one costs a lookup and nothing else.
 */
export const createPairing = (options: PairingOptions): Pairing => {
  const queues = new Map<ProviderId, Queue>()
  const asks = new Map<number, Ask>()
  let lastAskId = 0
  let seenTimer: NodeJS.Timeout | undefined

  const queueOf = (provider: ProviderId): Queue => {
    const known = queues.get(provider)
    if (known !== undefined) return known
    const queue: Queue = {
      learnt: new Map(),
      asking: new Set(),
      refusedUntil: new Map(),
      seen: new Map(),
      fullUntil: 0,
    }
    queues.set(provider, queue)
    return queue
  }

  /** Everybody with a request that has not expired, or with a question under way. */
  const waiting = (provider: ProviderId, queue: Queue): ReadonlySet<SenderId> => {
    const now = options.now()
    const senders = new Set(queue.asking)
    for (const requests of [options.pending(provider), queue.learnt])
      for (const [sender, createdAt] of requests) if (!isExpired({ createdAt }, now)) senders.add(sender)
    return senders
  }

  const flushSeen = (): void => {
    clearTimeout(seenTimer)
    seenTimer = undefined
    for (const [provider, queue] of queues) {
      for (const [sender, count] of queue.seen) options.seen(provider, sender, count)
      queue.seen.clear()
    }
  }

  const ask = (message: StrangersMessage, queue: Queue): void => {
    lastAskId += 1
    const askId = lastAskId
    const forget = (): void => {
      asks.delete(askId)
      queue.asking.delete(message.sender)
    }
    asks.set(askId, { message, timer: setTimeout(forget, ANSWER_WITHIN_MS).unref() })
    queue.asking.add(message.sender)
    options.ask(askId, message)
  }

  const refuse = (sender: SenderId, queue: Queue): void => {
    const now = options.now()
    for (const [other, until] of queue.refusedUntil) if (until <= now) queue.refusedUntil.delete(other)
    if (queue.refusedUntil.size < REFUSED_REMEMBERED) queue.refusedUntil.set(sender, now + REFUSED_FOR_MS)
  }

  return {
    stranger: (message) => {
      const { provider, sender } = message
      const queue = queueOf(provider)
      const now = options.now()
      const inLine = waiting(provider, queue)
      if (inLine.has(sender)) {
        queue.seen.set(sender, (queue.seen.get(sender) ?? 0) + 1)
        seenTimer ??= setTimeout(flushSeen, SEEN_EVERY_MS).unref()
      } else if ((queue.refusedUntil.get(sender) ?? 0) > now) options.dropped(provider, 'pairing_refused')
      else if (inLine.size >= MAX_PENDING || queue.fullUntil > now) options.dropped(provider, 'pairing_full')
      else ask(message, queue)
    },
    answered: (askId, outcome) => {
      const found = asks.get(askId)
      if (found === undefined) return
      const { message, timer } = found
      const queue = queueOf(message.provider)
      asks.delete(askId)
      queue.asking.delete(message.sender)
      clearTimeout(timer)
      switch (outcome.kind) {
        case 'created':
          queue.learnt.set(message.sender, options.now())
          options.created(message, outcome.reply && message.answer ? outcome.code : undefined)
          return
        case 'seen':
          queue.learnt.set(message.sender, options.now())
          return
        case 'full':
          queue.fullUntil = options.now() + FULL_FOR_MS
          options.dropped(message.provider, 'pairing_full')
          return
        case 'refused':
          refuse(message.sender, queue)
          options.dropped(message.provider, 'pairing_refused')
          return
        default:
          assertNever(outcome)
      }
    },
    peopleChanged: () => {
      for (const queue of queues.values()) {
        queue.learnt.clear()
        queue.refusedUntil.clear()
        queue.fullUntil = 0
      }
    },
    close: () => {
      flushSeen()
      for (const { timer } of asks.values()) clearTimeout(timer)
      asks.clear()
      queues.clear()
    },
  }
}
