import type { GatewayActivity } from '../../shared/contracts/gateway.ts'
import { assertNever } from '../../shared/domain/assert-never.ts'
import type { Usage } from '../agent/turn.ts'
import { NO_USAGE } from '../agent/usage.ts'
import type { AcceptedItem } from '../inbound/accepted-item.ts'
import { type OutcomeFor, type Send, type SendResult, staysOpen } from '../outbound/send-request.ts'
import { WITHHELD } from '../outbound/withheld.ts'
import { outboundEntry, outboundFactOf } from './entries-of-turn.ts'
import { type AnswerParts, type EndTurn, obtainAnswer, type Running } from './obtain-answer.ts'
import type { Session } from './sessions.ts'

export interface TurnParts extends AnswerParts {
  readonly send: Send
  readonly outcomeFor: OutcomeFor
  /** Shows whoever wrote that an answer is on its way, or no longer. Never throws. */
  readonly typing: (item: AcceptedItem, state: 'on' | 'off') => void
  readonly report: (activity: GatewayActivity) => void
}

/**
 * Takes one accepted message to its end, from wherever an earlier attempt left it: what is done already is read
 * from the transcript and from the ledger of replies, and is not done again.
 * @param end tells why `signal` was aborted.
 * @returns `done` if nothing is left to do for it; `open` if the next run of the gateway is to go on.
 * @throws the system's error if the disk refuses; nothing was answered that is not on disk.
 */
export const takeTurn = async (
  item: AcceptedItem,
  session: Session,
  parts: TurnParts,
  signal: AbortSignal,
  end: () => EndTurn | undefined,
): Promise<'done' | 'open'> => {
  const { log, now } = parts
  const about = { event: item.eventId, session: item.session }
  const from = now()
  log.info('a turn begins', about)
  const turn = parts.progress.begin(item.session, item.eventId)
  parts.typing(item, 'on')
  try {
    const taken = await take(item, session, parts, { signal, end, turn })
    const { input: inputTokens, output: outputTokens } = taken.usage ?? NO_USAGE
    const state = taken.kind === 'done' ? 'done' : 'stays open'
    log.info('a turn ended', { ...about, state, durationMs: now() - from, inputTokens, outputTokens })
    return taken.kind
  } finally {
    parts.typing(item, 'off')
    turn.over()
  }
}

/** How a turn ended, and what it cost; undefined where the model was not asked. */
interface Taken {
  readonly kind: 'done' | 'open'
  readonly usage?: Usage | undefined
}

const take = async (
  item: AcceptedItem,
  session: Session,
  parts: TurnParts,
  { signal, end, turn }: Running,
): Promise<Taken> => {
  const { transcript } = session
  const { eventId } = item
  const activity = (kind: GatewayActivity['kind'], detail: string): void =>
    parts.report({
      at: parts.now(),
      kind,
      provider: item.provider,
      sender: item.sender,
      session: item.session,
      detail: detail.slice(0, MAX_DETAIL),
    })

  const begun = parts.outcomeFor(eventId)
  if (begun !== undefined) {
    // A reply was begun before, and its end is in the ledger: it never leaves a second time.
    if (transcript.stateOf(eventId).kind !== 'closed') {
      transcript.append(outboundEntry({ eventId, result: begun, why: 'before a restart' }))
    }
    return { kind: 'done' }
  }

  const answered = await obtainAnswer(item, session, parts, { signal, end, turn }, activity)
  if (answered.kind !== 'answer') return answered
  const { usage } = answered

  if (signal.aborted) {
    const ended = end()
    if (ended?.kind !== 'aborted') return { kind: 'open', usage }
    transcript.append(outboundEntry({ eventId, result: 'withheld', why: ended.why }))
    noteSending(item, parts, { kind: 'withheld', why: 'refused', said: ended.why })
    activity('withheld', ended.why)
    return { kind: 'done', usage }
  }
  const result = await parts.send({
    session: item.session,
    provider: item.provider,
    chatId: item.chatId,
    recipient: item.sender,
    text: answered.text,
    replyTo: eventId,
    kind: 'answer',
  })
  transcript.append(outboundEntry(outboundFactOf(eventId, result)))
  noteSending(item, parts, result)
  switch (result.kind) {
    case 'sent':
      activity('answered', answered.failed ? 'with an apology: the model failed' : 'answered')
      return { kind: 'done', usage }
    case 'failed':
    case 'unconfirmed':
      activity(result.kind, result.why)
      return { kind: 'done', usage }
    case 'withheld':
      activity('withheld', result.said ?? result.why)
      return { kind: staysOpen(result) ? 'open' : 'done', usage }
    default:
      return assertNever(result)
  }
}

/** For the log: what became of the answer, without a word of it. */
const noteSending = (
  { eventId: event, session }: AcceptedItem,
  { log }: TurnParts,
  result: SendResult,
): void => {
  if (result.kind === 'sent') log.info('the answer was sent', { event, session })
  else {
    const why = result.kind === 'withheld' ? (result.said ?? WITHHELD[result.why]) : result.why
    log.warn(NOT_SENT[result.kind], { event, session, why })
  }
}

const NOT_SENT: Readonly<Record<Exclude<SendResult['kind'], 'sent'>, string>> = {
  failed: 'the answer could not be sent',
  unconfirmed: 'nobody knows whether the answer was sent',
  withheld: 'the answer was withheld',
}

/** The contract's limit for a detail. */
const MAX_DETAIL = 500
