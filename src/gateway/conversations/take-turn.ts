import type { GatewayActivity } from '../../shared/contracts/gateway.ts'
import { assertNever } from '../../shared/domain/assert-never.ts'
import type { Logger } from '../../shared/log/logger.ts'
import { failureSentence } from '../agent/model-failure.ts'
import { runTurn, type TurnTools } from '../agent/run-turn.ts'
import type { AskModel, TurnMessage, TurnResult } from '../agent/turn.ts'
import type { Reached } from '../failpoint.ts'
import type { AcceptedItem } from '../inbound/accepted-item.ts'
import { type OutcomeFor, type Send, staysOpen } from '../outbound/send-request.ts'
import type { TakeIn } from '../tools/take-in.ts'
import { interruptedResult, type ToolResult } from '../tools/tool-result.ts'
import {
  abortedEntry,
  answerEntry,
  callsEntry,
  interruptedEntry,
  outboundEntry,
  outboundFactOf,
  questionEntries,
  resultEntry,
} from './entries-of-turn.ts'
import type { Session } from './sessions.ts'

/** Why a turn is ended from outside. */
export type EndTurn =
  /** The gateway stops. The message stays open, and the next run goes on with it. */
  | { readonly kind: 'closing' }
  /** The message is not to be answered any more. One sentence for the owner. */
  | { readonly kind: 'aborted'; readonly why: string }

export interface TurnParts {
  readonly log: Logger
  readonly now: () => number
  readonly newId: () => string
  readonly askModel: AskModel
  /** What the model may do in the turn for this message. */
  readonly toolsFor: (item: AcceptedItem) => TurnTools<ToolResult>
  /** Takes in what a message brought along. */
  readonly takeIn: TakeIn
  readonly send: Send
  readonly outcomeFor: OutcomeFor
  readonly reached: Reached
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
    return 'done'
  }

  const answered = await obtainAnswer(item, session, parts, signal, end, activity)
  if (answered.kind !== 'answer') return answered.kind

  if (signal.aborted) {
    const ended = end()
    if (ended?.kind !== 'aborted') return 'open'
    transcript.append(outboundEntry({ eventId, result: 'withheld', why: ended.why }))
    activity('withheld', ended.why)
    return 'done'
  }
  const result = await parts.send({
    session: item.session,
    provider: item.provider,
    chatId: item.chatId,
    text: answered.text,
    replyTo: eventId,
    kind: 'answer',
  })
  transcript.append(outboundEntry(outboundFactOf(eventId, result)))
  switch (result.kind) {
    case 'sent':
      activity('answered', answered.failed ? 'with an apology: the model failed' : 'answered')
      return 'done'
    case 'failed':
    case 'unconfirmed':
      activity(result.kind, result.why)
      return 'done'
    case 'withheld':
      activity('withheld', result.said ?? result.why)
      return staysOpen(result) ? 'open' : 'done'
    default:
      return assertNever(result)
  }
}

/** The contract's limit for a detail. */
const MAX_DETAIL = 500

type Answered =
  | { readonly kind: 'answer'; readonly text: string; readonly failed: boolean }
  | { readonly kind: 'done' | 'open' }

/** The answer that the transcript holds already, or a new one, written there. */
const obtainAnswer = async (
  item: AcceptedItem,
  session: Session,
  parts: TurnParts,
  signal: AbortSignal,
  end: () => EndTurn | undefined,
  activity: (kind: GatewayActivity['kind'], detail: string) => void,
): Promise<Answered> => {
  const { transcript } = session
  const state = transcript.stateOf(item.eventId)
  let entryId: string
  let text: string
  let stepsTaken = 0
  switch (state.kind) {
    case 'closed':
      return { kind: 'done' }
    case 'answered':
      return { kind: 'answer', text: state.text, failed: false }
    case 'asked':
      ;({ entryId, text, steps: stepsTaken } = state)
      transcript.append(
        interruptedEntry(item.eventId),
        // Whether they happened nobody knows, so they are never run again on a guess.
        ...state.openCalls.map((call) => resultEntry(call, interruptedResult(), parts.now())),
      )
      break
    case 'absent': {
      // Without files at once: whoever aborts a turn that has begun finds it where it was.
      const asked = item.attachments.length === 0 ? item.text : await questionOf(item, parts, signal)
      if (asked === undefined || (signal.aborted && end()?.kind !== 'aborted')) return { kind: 'open' }
      text = asked
      parts.reached('turn:before-user-entry')
      // The id was drawn at random elsewhere: one that is taken here belongs to another message.
      entryId = transcript.has(item.entryId) ? parts.newId() : item.entryId
      transcript.append(...questionEntries(item, entryId, text))
      break
    }
    default:
      return assertNever(state)
  }
  parts.reached('turn:after-user-entry')

  const result = await ask(item, { entryId, text, stepsTaken }, session, parts, signal)
  if (result.kind === 'aborted' || signal.aborted) {
    const ended = end()
    if (ended?.kind !== 'aborted') return { kind: 'open' }
    transcript.append(abortedEntry(result.model, ended.why, parts.now()))
    session.note({ abortedLastRun: true })
    activity('withheld', ended.why)
    return { kind: 'done' }
  }
  const answer = result.kind === 'answer' ? result.text : failureSentence(result.failure)
  transcript.append(answerEntry(result, answer, parts.now()))
  parts.reached('turn:after-answer-entry')
  session.note({
    surface: item.provider,
    lastChannel: item.provider,
    lastTo: item.chatId,
    model: result.model.model,
    modelProvider: result.model.provider,
    inputTokens: result.usage.input,
    outputTokens: result.usage.output,
    totalTokens: result.usage.totalTokens,
    abortedLastRun: false,
    systemSent: true,
  })
  if (result.kind === 'failed') {
    parts.log.error('the model gave no answer', {
      session: item.session,
      eventId: item.eventId,
      failure: result.failure,
      detail: result.detail,
      // A fault of ours has its stack; what a server threw may quote the conversation.
      ...(result.failure === 'internal' ? { error: result.error } : {}),
    })
    activity('failed', result.detail)
  }
  return { kind: 'answer', text: answer, failed: result.kind === 'failed' }
}

/** What the sender wrote, and a line for each file that came with it. Undefined: the next run is to go on. */
const questionOf = async (
  item: AcceptedItem,
  { takeIn }: TurnParts,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const taken = await takeIn(item, signal)
  if (taken.kind === 'open') return undefined
  return [item.text, ...taken.lines].filter((line) => line !== '').join('\n')
}

/** Where the question stands in the transcript, and how far the model has come with it. */
interface Asked {
  readonly entryId: string
  readonly text: string
  readonly stepsTaken: number
}

const ask = (
  item: AcceptedItem,
  { entryId, text, stepsTaken }: Asked,
  { transcript }: Session,
  parts: TurnParts,
  signal: AbortSignal,
): Promise<TurnResult> => {
  const origin = { provider: item.provider, trust: item.trust, forwarded: item.forwarded }
  const question: TurnMessage = { role: 'user', text, boundary: entryId, origin }
  let begun = false
  const request = {
    question: entryId,
    stepsTaken,
    origin,
    signal,
    // The question and its exchanges last, also where later messages were answered before it was taken up again.
    messages: () => {
      const [before, own] = split(transcript.messages(), entryId)
      return [...before, question, ...own]
    },
    onText: () => {
      if (begun) return
      begun = true
      parts.reached('turn:mid-stream')
    },
  }
  return runTurn(request, {
    askModel: parts.askModel,
    tools: parts.toolsFor(item),
    newCallId: () => `${parts.newId()}${parts.newId()}`,
    record: {
      called: (step) => {
        transcript.append(callsEntry(step, parts.now()))
        parts.reached('turn:after-calls-entry')
      },
      ended: (call, result) => {
        parts.reached('turn:before-result-entry')
        transcript.append(resultEntry(call, result, parts.now()))
        parts.reached('turn:after-result-entry')
      },
    },
  })
}

/** All messages but the question, and those that are exchanges for it. */
const split = (
  messages: readonly TurnMessage[],
  entryId: string,
): readonly [readonly TurnMessage[], readonly TurnMessage[]] => {
  const isOwn = (message: TurnMessage): boolean => message.role === 'exchange' && message.of === entryId
  const isQuestion = (message: TurnMessage): boolean =>
    message.role === 'user' && message.boundary === entryId
  return [messages.filter((message) => !isOwn(message) && !isQuestion(message)), messages.filter(isOwn)]
}
