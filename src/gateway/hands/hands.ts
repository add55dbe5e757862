import type { ToGateway } from '../../shared/contracts/gateway.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import type { Place } from '../../shared/domain/hands.ts'
import type { SessionKey } from '../../shared/domain/session.ts'
import type { BoxChannel } from './box-channel.ts'
import type { ByteStream } from './byte-stream.ts'
import { createHelperClient, type HelperClient, type OwnHelperClient } from './helper-client.ts'

/** Where the tools of a session act: its sandbox, or the host. */
export interface Hands {
  /**
   * The helper of this session's sandbox, or that of the host, alive as far as is known. Whether the session may have
   * it is not looked at here.
   * @throws ClawdbotError `sandbox_refused`.
   */
  of(place: Place, session: SessionKey): Promise<HelperClient>
  /**
   * People or rules are others than before: which sandbox is whose, the supervisor is asked anew. Somebody who lost
   * rights does not stay in a sandbox that they shared with those who have them.
   */
  rulesChanged(): void
  hear(message: Extract<ToGateway, { readonly type: 'box-answer' | 'box-gone' }>): void
  /** Gives all of them up. */
  close(): void
}

export interface HandsOptions {
  /** Asks the supervisor for a session's sandbox. False if it was not handed over. */
  readonly ask: (askId: number, session: string) => boolean
  readonly violation: (box: number, why: string) => void
  readonly channel: BoxChannel
  /** Undefined while this process may not start others. */
  readonly host: (() => ByteStream) | undefined
  readonly now: () => number
}

interface Ask {
  readonly ready: (client: HelperClient) => void
  readonly refused: (error: ClawdbotError) => void
}

/** A sandbox that dies as soon as it is there is asked for again, but not for ever. */
const MAX_ASKS = 3
/** The contract's limit for what is said of a violation. UTF-16 units. */
const MAX_WHY = 500

export const createHands = ({ ask, violation, channel, host, now }: HandsOptions): Hands => {
  /** By the number of the sandbox: sessions may share one. */
  const boxes = new Map<number, OwnHelperClient>()
  const bySession = new Map<SessionKey, HelperClient>()
  const coming = new Map<SessionKey, Promise<HelperClient>>()
  const asks = new Map<number, Ask>()
  let lastAsk = 0
  let hostClient: OwnHelperClient | undefined
  let closed = false

  const askOnce = (session: SessionKey): Promise<HelperClient> =>
    new Promise((ready, reject) => {
      lastAsk += 1
      const askId = lastAsk
      asks.set(askId, { ready, refused: reject })
      if (closed || !ask(askId, session)) {
        asks.delete(askId)
        reject(refused('the gateway is ending'))
      }
    })

  const askFor = async (session: SessionKey): Promise<HelperClient> => {
    for (let asked = 0; asked < MAX_ASKS; asked += 1) {
      const client = await askOnce(session)
      if (!client.isGone()) return client
    }
    throw refused('its sandbox dies as soon as it is started')
  }

  const clientOf = (box: number): HelperClient => {
    const known = boxes.get(box)
    if (known !== undefined) return known
    const stream = channel.stream(box, (why) => violation(box, why.slice(0, MAX_WHY)))
    const client = createHelperClient(stream, { now })
    boxes.set(box, client)
    return client
  }

  const sandboxOf = (session: SessionKey): Promise<HelperClient> => {
    const known = bySession.get(session)
    if (known !== undefined && !known.isGone()) return Promise.resolve(known)
    bySession.delete(session)
    const onItsWay = coming.get(session)
    if (onItsWay !== undefined) return onItsWay
    const asked: Promise<HelperClient> = askFor(session)
      .then((client) => {
        // Opened by the rules of then, which are others by now.
        if (coming.get(session) !== asked) return sandboxOf(session)
        bySession.set(session, client)
        return client
      })
      .finally(() => {
        if (coming.get(session) === asked) coming.delete(session)
      })
    coming.set(session, asked)
    return asked
  }

  /** It takes a moment to come up, and the rules are looked at after that, not before. */
  const onHost = async (): Promise<HelperClient> => {
    const client = startedOnHost()
    await client.ready()
    return client
  }

  const startedOnHost = (): OwnHelperClient => {
    if (host === undefined || closed) throw refused('this process may not start others')
    if (hostClient !== undefined && !hostClient.isGone()) return hostClient
    try {
      hostClient = createHelperClient(host(), { now })
      return hostClient
    } catch (error) {
      throw refused('the helper on the host could not be started', error)
    }
  }

  return {
    of: (place, session) => (place === 'host' ? onHost() : sandboxOf(session)),
    rulesChanged: () => {
      bySession.clear()
      coming.clear()
    },
    hear: (message) => {
      if (message.type === 'box-gone') {
        boxes.delete(message.box)
        channel.gone(message.box, message.why)
        return
      }
      const { askId, outcome } = message
      const asked = asks.get(askId)
      asks.delete(askId)
      if (outcome.kind === 'ready') asked?.ready(clientOf(outcome.box))
      else asked?.refused(refused(outcome.why))
    },
    close: () => {
      closed = true
      for (const asked of asks.values()) asked.refused(refused('the gateway is ending'))
      asks.clear()
      channel.close()
      hostClient?.close('the gateway is ending')
    },
  }
}

const refused = (why: string, cause?: unknown): ClawdbotError =>
  new ClawdbotError(
    'sandbox_refused',
    `There is no place for this tool to act: ${why}`,
    'The Sandboxes screen says more.',
    cause,
  )
