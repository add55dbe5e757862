import { type FromGateway, type ToGateway, toGateway } from '../../shared/contracts/gateway.ts'
import type { StartMessage } from '../../shared/contracts/gateway-told.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'

/** The part of `process` that is an ipc channel. */
interface Channel {
  readonly send?: (message: unknown, callback: (error: Error | null) => void) => boolean
  on(event: 'message', listener: (message: unknown) => void): unknown
  once(event: 'disconnect', listener: () => void): unknown
}

type Told = Exclude<ToGateway, StartMessage>
/** What the supervisor can do without: reports that say what is also on disk, or only how often. */
const DISPENSABLE: ReadonlySet<FromGateway['type']> = new Set([
  'activity',
  'drops',
  'pairing-seen',
  'progress',
  'simulated',
])
/** Messages that the channel has not taken yet. Beyond it, what is dispensable is not even tried. */
const MAX_WAITING = 1_000
/**
 * What is said at once, and the rate at which that fills up again: half of what the supervisor takes before it calls
 * a gateway mad and kills it (`supervisor/children/inbox.ts`). The last part is for what is not dispensable.
 */
const BURST = 5_000
const PER_SECOND = 1_000
const NOT_FOR_REPORTS = 2_500

export interface SupervisorLink {
  /** Resolves with the first `start`. Rejects if what comes first is not one. */
  readonly started: Promise<StartMessage>
  /** False if the message was not handed over. */
  send(message: FromGateway): boolean
  /** It was told as much as it can hear, or takes nothing. What it has to hear of should not happen until it does. */
  isBehind(): boolean
  /** As `send`, and resolves when the channel has taken it or can not. For the last words. */
  sendLast(message: FromGateway): Promise<void>
  /** From now on every further message goes here, and those that came since the start, in order. */
  listen(listener: (message: Told) => void): void
}

export interface LinkOptions {
  readonly channel: Channel
  /** Milliseconds of a clock that is never set. */
  readonly now: () => number
  /** The supervisor is gone: nobody can stop, see or pay this process any more. */
  readonly onGone: () => void
  /** A message that is not in the contract. It is not acted upon, so nothing it asks for is acknowledged. */
  readonly onRefused: (error: ClawdbotError) => void
}

/** The one line to the supervisor: everything in both directions is typed, and what comes in is parsed. */
export const connectSupervisor = ({ channel, now, onGone, onRefused }: LinkOptions): SupervisorLink => {
  let waiting = 0
  let allowance = BURST
  let filledAt = now()
  let listener: ((message: Told) => void) | undefined
  const early: Told[] = []
  let begun = false
  const { promise: started, resolve, reject } = startPromise()

  channel.once('disconnect', onGone)
  channel.on('message', (raw) => {
    const parsed = toGateway.safeParse(raw)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      // Only the place: the value may be a secret.
      const error = violation(`a message was not understood at ${issue?.path.join('.') || 'its type'}`)
      if (begun) onRefused(error)
      else reject(error)
      return
    }
    const message = parsed.data
    if (message.type === 'start') {
      if (begun) onRefused(violation('a second start'))
      begun = true
      resolve(message)
    } else if (listener === undefined) early.push(message)
    else listener(message)
  })

  const refill = (): number => {
    const at = now()
    allowance = Math.min(BURST, allowance + ((at - filledAt) / 1000) * PER_SECOND)
    filledAt = at
    return allowance
  }

  const transmit = (message: FromGateway, done: () => void): boolean => {
    if (channel.send === undefined) {
      done()
      return false
    }
    waiting += 1
    allowance -= 1
    try {
      channel.send(message, () => {
        waiting -= 1
        done()
      })
      return true
    } catch {
      // The channel closed a moment ago; `disconnect` tells the rest.
      waiting -= 1
      done()
      return false
    }
  }

  return {
    started,
    send: (message) => {
      const hasRoom = refill() > NOT_FOR_REPORTS && waiting < MAX_WAITING
      return hasRoom || !DISPENSABLE.has(message.type) ? transmit(message, () => undefined) : false
    },
    isBehind: () => refill() <= 0 || waiting >= MAX_WAITING,
    sendLast: (message) => new Promise((onTaken) => void transmit(message, onTaken)),
    listen: (given) => {
      listener = given
      for (const message of early.splice(0)) given(message)
    },
  }
}

/** `Promise.withResolvers`, which the library that the project compiles against does not know. */
const startPromise = (): {
  readonly promise: Promise<StartMessage>
  readonly resolve: (start: StartMessage) => void
  readonly reject: (error: ClawdbotError) => void
} => {
  const settle: { with?: (start: StartMessage) => void; against?: (error: ClawdbotError) => void } = {}
  const promise = new Promise<StartMessage>((onStart, onError) => {
    settle.with = onStart
    settle.against = onError
  })
  return {
    promise,
    resolve: (start) => settle.with?.(start),
    reject: (error) => settle.against?.(error),
  }
}

const violation = (what: string): ClawdbotError =>
  new ClawdbotError(
    'contract_violation',
    `The supervisor broke its contract: ${what}.`,
    'This is a fault in Clawdbot. Are the app and the gateway of the same version?',
  )
