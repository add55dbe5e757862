import type { GatewayActivity } from '../../shared/contracts/gateway.ts'
import { assertNever } from '../../shared/domain/assert-never.ts'
import type { Logger } from '../../shared/log/logger.ts'
import { failureSentence } from '../agent/model-failure.ts'
import { runTurn, type TurnTools } from '../agent/run-turn.ts'
import type { AskModel, TurnMessage, TurnResult, Usage } from '../agent/turn.ts'
import type { Reached } from '../failpoint.ts'
import type { AcceptedItem } from '../inbound/accepted-item.ts'
import type { TakeIn } from '../tools/take-in.ts'
import { toolName } from '../tools/tool-name.ts'
import { interruptedResult, type ToolResult } from '../tools/tool-result.ts'
import {
  abortedEntry,
  answerEntry,
  callsEntry,
  interruptedEntry,
  questionEntries,
  resultEntry,
} from './entries-of-turn.ts'
import type { Progress, TurnInProgress } from './progress.ts'
import type { Session } from './sessions.ts'

/** Why a turn is ended from outside. */
export type EndTurn =
  /** The gateway stops. The message stays open, and the next run goes on with it. */
  | { readonly kind: 'closing' }
  /** The message is not to be answered any more. One sentence for the owner. */
  | { readonly kind: 'aborted'; readonly why: string }

export interface AnswerParts {
  readonly log: Logger
  readonly now: () => number
  readonly newId: () => string
  readonly askModel: AskModel
  /** What the model may do in the turn for this message. */
  readonly toolsFor: (item: AcceptedItem) => TurnTools<ToolResult>
  /** Takes in what a message brought along. */
  readonly takeIn: TakeIn
  readonly reached: Reached
  /** Gets told how the turn goes. */
  readonly progress: Pick<Progress, 'begin'>
}

/** What a turn that runs may be ended by, and who is told how it goes. */
export interface Running {
  readonly signal: AbortSignal
  /** Why `signal` was aborted. */
  readonly end: () => EndTurn | undefined
  readonly turn: TurnInProgress
}

/** `usage` is undefined where the model was not asked now. */
type Answered =
  | {
      readonly kind: 'answer'
      readonly text: string
      readonly failed: boolean
      readonly usage: Usage | undefined
    }
  | { readonly kind: 'done' | 'open' }

/** The answer that the transcript holds already, or a new one, written there. */
export const obtainAnswer = async (
  item: AcceptedItem,
  session: Session,
  parts: AnswerParts,
  { signal, end, turn }: Running,
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
      return { kind: 'answer', text: state.text, failed: false, usage: undefined }
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

  const result = await ask(item, { entryId, text, stepsTaken }, session, parts, { signal, turn })
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
      event: item.eventId,
      session: item.session,
      failure: result.failure,
      detail: result.detail,
      // A fault of ours has its stack; what a server threw may quote the conversation.
      ...(result.failure === 'internal' ? { error: result.error } : {}),
    })
    activity('failed', result.detail)
  }
  return { kind: 'answer', text: answer, failed: result.kind === 'failed', usage: result.usage }
}

/** What the sender wrote, and a line for each file that came with it. Undefined: the next run is to go on. */
const questionOf = async (
  item: AcceptedItem,
  { takeIn }: Pick<AnswerParts, 'takeIn'>,
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
  parts: AnswerParts,
  { signal, turn }: Pick<Running, 'signal' | 'turn'>,
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
    onText: (piece: string) => {
      turn.says(piece)
      if (begun) return
      begun = true
      parts.reached('turn:mid-stream')
    },
  }
  const tools = parts.toolsFor(item)
  return runTurn(request, {
    askModel: (asked) => {
      turn.asks()
      return parts.askModel(asked)
    },
    tools: {
      ...tools,
      run: (call, callSignal) => {
        turn.runs(toolName(call.name))
        return tools.run(call, callSignal)
      },
    },
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
