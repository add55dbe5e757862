import type { GatewayActivity } from '../../shared/contracts/gateway.ts'
import type { SessionKey } from '../../shared/domain/session.ts'
import type { Logger } from '../../shared/log/logger.ts'
import type { TurnTools } from '../agent/run-turn.ts'
import type { AskModel } from '../agent/turn.ts'
import type { Reached } from '../failpoint.ts'
import type { AcceptedItem } from '../inbound/accepted-item.ts'
import { type OutcomeFor, type Send, staysOpen } from '../outbound/send-request.ts'
import type { TakeIn } from '../tools/take-in.ts'
import type { ToolResult } from '../tools/tool-result.ts'
import { refusedEntry } from './entries-of-turn.ts'
import type { EndTurn } from './obtain-answer.ts'
import type { Progress } from './progress.ts'
import { createRefusals } from './refusals.ts'
import { createSessions } from './sessions.ts'
import { takeTurn } from './take-turn.ts'
import type { RefusedFact } from './transcript/facts.ts'
import { createTurnQueues, type TurnEnd } from './turn-queues.ts'

export interface ConversationsOptions {
  readonly stateDir: string
  readonly log: Logger
  readonly now: () => number
  /** 8 hex digits. */
  readonly newId: () => string
  /** A uuid in lower case. */
  readonly newSessionId: () => string
  readonly askModel: AskModel
  /** What the model may do in the turn for a message. */
  readonly toolsFor: (item: AcceptedItem) => TurnTools<ToolResult>
  /** Takes in what a message brought along. */
  readonly takeIn: TakeIn
  readonly send: Send
  readonly outcomeFor: OutcomeFor
  /** Shows whoever wrote that an answer is on its way, or no longer. Never throws. */
  readonly typing: (item: AcceptedItem, state: 'on' | 'off') => void
  /** Nothing is left to do for the event: it is never to be handed in again. */
  readonly onDone: (eventId: string) => void
  readonly reached: Reached
  /** Gets told how turns go. */
  readonly progress: Pick<Progress, 'begin'>
  readonly report: (activity: GatewayActivity) => void
  /** @default 8 */
  readonly maxRunning?: number
  /** Messages that may wait in one session. @default 50 */
  readonly maxWaiting?: number
  /** Messages of all sessions that may wait, not counting the owner's. @default 1,000 */
  readonly maxInAll?: number
  /** Estimated tokens of the conversation so far that the model gets. @default 32,000 */
  readonly contextTokens?: number
  /** Milliseconds until a message is tried again that the disk refused. @default 10 s */
  readonly retryMs?: number
}

export interface Conversations {
  /** A message that the gate let in and that stands in the inbox. */
  enqueue(item: AcceptedItem): void
  /** What an earlier run left open, in the order of acceptance. To be called once, before anything else. */
  recover(openItems: readonly AcceptedItem[]): void
  /** Ends the turn of a session and gives up what waits in it. Nothing is sent. `why` is one sentence. */
  abortSession(session: SessionKey, why: string): void
  /** The gate refused somebody: noted in the transcript of the session, if there is one. Quick, and never throws. */
  refused(session: SessionKey, refused: Omit<RefusedFact, 'count'>): void
  /** Turns that run or wait. */
  turns(): number
  /** Ends all turns where they are; their messages stay open for the next run. */
  close(): Promise<void>
}

const TOO_MANY =
  'You have sent more messages than I can take in. I have left out the latest; please wait for my answers.'

/** Turns accepted messages into answers: one queue a session, everything on disk before it has an effect. */
export const createConversations = (options: ConversationsOptions): Conversations => {
  const { log, maxWaiting = 50, maxInAll = 1_000, retryMs = 10_000 } = options
  const sessions = createSessions({ ...options, contextTokens: options.contextTokens ?? 32_000 })
  const refusals = createRefusals({
    isKnown: (session) => sessions.isKnown(session),
    write: (session, fact) => {
      try {
        sessions.append(session, refusedEntry(fact))
      } catch (error) {
        // The drop is in the audit; who writes next finds out what is wrong with the file.
        log.warn('a refusal could not be noted in its transcript', { session, error })
      }
    },
  })
  const noteRefusal = (session: SessionKey, refused: Omit<RefusedFact, 'count'>): void => {
    try {
      refusals.note(session, refused)
    } catch (error) {
      log.warn('a refusal could not be noted', { session, error })
    }
  }
  const ends = new Map<SessionKey, { readonly controller: AbortController; end: EndTurn | undefined }>()
  const known = new Set<string>()
  const toldTooMany = new Set<SessionKey>()
  const retries = new Set<NodeJS.Timeout>()
  let closing = false

  const finish = (item: AcceptedItem): void => {
    known.delete(item.eventId)
    options.onDone(item.eventId)
  }

  const run = async (key: SessionKey, item: AcceptedItem): Promise<TurnEnd> => {
    const turn: { readonly controller: AbortController; end: EndTurn | undefined } = {
      controller: new AbortController(),
      end: undefined,
    }
    ends.set(key, turn)
    try {
      const session = sessions.open(key)
      const result = await takeTurn(item, session, options, turn.controller.signal, () => turn.end)
      if (result === 'open') return 'wait'
      finish(item)
      return 'finished'
    } catch (error) {
      // The disk is full, or a file may not be read. The message waits, and so do those behind it: the order of
      // a conversation counts more than its speed.
      sessions.forget(key)
      log.error('a message waits because its conversation can not be written', {
        event: item.eventId,
        session: key,
        error,
      })
      reportFor(item, 'failed', 'the conversation can not be written; it is tried again')
      if (!closing) retryLater(key)
      return 'wait'
    } finally {
      sessions.release(key)
      ends.delete(key)
      if (queues.length(key) <= 1) toldTooMany.delete(key)
    }
  }
  const queues = createTurnQueues({ maxRunning: options.maxRunning ?? 8, run })

  const reportFor = (item: AcceptedItem, kind: GatewayActivity['kind'], detail: string): void =>
    options.report({
      at: options.now(),
      kind,
      provider: item.provider,
      sender: item.sender,
      session: item.session,
      detail: detail.slice(0, 500),
    })

  const retryLater = (key: SessionKey): void => {
    const timer = setTimeout(() => {
      retries.delete(timer)
      queues.wake(key)
    }, retryMs)
    timer.unref()
    retries.add(timer)
  }

  const add = (item: AcceptedItem): void => {
    if (known.has(item.eventId)) return
    known.add(item.eventId)
    queues.add(item.session, item)
  }

  const noteTooMany = ({ session, provider, sender }: AcceptedItem): void =>
    noteRefusal(session, { provider, sender, reason: 'too_many_waiting' })

  /** So many wait in all, as when everybody may write, that telling each of them would be a flood of its own. */
  const giveUp = (item: AcceptedItem): void => {
    log.warn('too many messages wait in all', { event: item.eventId, session: item.session })
    reportFor(item, 'failed', `more than ${maxInAll} messages wait in all sessions together`)
    noteTooMany(item)
    options.onDone(item.eventId)
  }

  /** Too many wait already: the sender is told once, and the message is given up. */
  const refuse = async (item: AcceptedItem): Promise<void> => {
    log.warn('too many messages wait in a session', { event: item.eventId, session: item.session })
    reportFor(item, 'failed', `more than ${maxWaiting} messages wait in this session`)
    noteTooMany(item)
    if (!toldTooMany.has(item.session)) {
      toldTooMany.add(item.session)
      const { session, provider, chatId, eventId: replyTo } = item
      try {
        const result = await options.send({
          session,
          provider,
          chatId,
          recipient: item.sender,
          text: TOO_MANY,
          replyTo,
          kind: 'notice',
        })
        if (staysOpen(result)) return
      } catch (error) {
        log.error('the sender could not be told that too many messages wait', { session, error })
      }
    }
    options.onDone(item.eventId)
  }

  return {
    enqueue(item) {
      if (closing || known.has(item.eventId)) return
      if (queues.length(item.session) > maxWaiting) void refuse(item)
      else if (item.trust !== 'owner' && known.size >= maxInAll) giveUp(item)
      else add(item)
    },
    recover(openItems) {
      for (const item of openItems) add(item)
    },
    abortSession(session, why) {
      const turn = ends.get(session)
      if (turn !== undefined && turn.end === undefined) {
        turn.end = { kind: 'aborted', why }
        turn.controller.abort(new Error(why))
      }
      for (const item of queues.removeWaiting(session)) {
        log.info('a waiting message is given up', { event: item.eventId, session, why })
        reportFor(item, 'withheld', why)
        finish(item)
      }
    },
    refused: (session, refused) => {
      if (!closing) noteRefusal(session, refused)
    },
    turns: () => queues.total(),
    async close() {
      closing = true
      refusals.close()
      for (const timer of retries) clearTimeout(timer)
      const stopped = queues.stop()
      for (const turn of ends.values()) {
        turn.end ??= { kind: 'closing' }
        turn.controller.abort(new Error('the gateway stops'))
      }
      await stopped
      sessions.close()
    },
  }
}
