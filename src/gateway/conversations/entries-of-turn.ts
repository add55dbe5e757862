import { assertNever } from '../../shared/domain/assert-never.ts'
import type { CalledStep } from '../agent/run-turn.ts'
import type { ToolCall, TurnResult } from '../agent/turn.ts'
import type { AcceptedItem } from '../inbound/accepted-item.ts'
import { type SendResult, staysOpen } from '../outbound/send-request.ts'
import { WITHHELD } from '../outbound/withheld.ts'
import type { ToolResult } from '../tools/tool-result.ts'
import { FACTS, type InboundFact, type OutboundFact, type RefusedFact } from './transcript/facts.ts'
import type { NewEntry } from './transcript/transcript.ts'

/** The user's message, and the fact that says whose it is; written together. */
export const questionEntries = (item: AcceptedItem, entryId: string, text: string): readonly NewEntry[] => {
  const fact: InboundFact = {
    eventId: item.eventId,
    entryId,
    provider: item.provider,
    sender: item.sender,
    trust: item.trust,
    forwarded: item.forwarded,
  }
  return [
    { type: 'custom', customType: FACTS.inbound, data: fact },
    {
      type: 'message',
      id: entryId,
      message: { role: 'user', content: [{ type: 'text', text }], timestamp: item.acceptedAt },
    },
  ]
}

/** The model's answer; or what the sender was told instead of one, and in `errorMessage` why. */
export const answerEntry = (
  result: Exclude<TurnResult, { kind: 'aborted' }>,
  text: string,
  now: number,
): NewEntry => ({
  type: 'message',
  message: {
    role: 'assistant',
    content: [{ type: 'text', text }],
    ...modelFields(result),
    usage: { ...result.usage, cost: NO_COST },
    stopReason: result.kind === 'answer' ? result.stopReason : 'error',
    ...(result.kind === 'failed' ? { errorMessage: result.detail } : {}),
    timestamp: now,
  },
})

/** What the model called, and what it said with it. Written before anything of it is done. */
export const callsEntry = ({ model, text, calls, usage }: CalledStep, now: number): NewEntry => ({
  type: 'message',
  message: {
    role: 'assistant',
    content: [
      ...(text === '' ? [] : [{ type: 'text', text }]),
      ...calls.map((call) => ({ type: 'toolCall', ...call })),
    ],
    ...modelFields({ model }),
    usage: { ...usage, cost: NO_COST },
    stopReason: 'toolUse',
    timestamp: now,
  },
})

/** What a call came to. */
export const resultEntry = (call: ToolCall, result: ToolResult, now: number): NewEntry => ({
  type: 'message',
  message: {
    role: 'toolResult',
    toolCallId: call.id,
    toolName: call.name,
    content: [{ type: 'text', text: result.text }],
    details: result.details,
    isError: result.isError,
    timestamp: now,
  },
})

/** Somebody ended the turn: there is no answer and there will be none. */
export const abortedEntry = (model: TurnResult['model'], why: string, now: number): NewEntry => ({
  type: 'message',
  message: {
    role: 'assistant',
    content: [],
    ...modelFields({ model }),
    usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, totalTokens: 0, cost: NO_COST },
    stopReason: 'aborted',
    errorMessage: why,
    timestamp: now,
  },
})

/** Prices are not known here. */
const NO_COST = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 }

const modelFields = ({ model }: Pick<TurnResult, 'model'>) => ({
  api: model.api,
  provider: model.provider,
  model: model.model,
})

export const interruptedEntry = (eventId: string): NewEntry => ({
  type: 'custom',
  customType: FACTS.interrupted,
  data: { eventId },
})

export const outboundEntry = (fact: OutboundFact): NewEntry => ({
  type: 'custom',
  customType: FACTS.outbound,
  data: fact,
})

export const refusedEntry = (fact: RefusedFact): NewEntry => ({
  type: 'custom',
  customType: FACTS.refused,
  data: fact,
})

export const outboundFactOf = (eventId: string, result: SendResult): OutboundFact => {
  switch (result.kind) {
    case 'sent':
      return { eventId, result: 'sent', messageIds: [...result.messageIds] }
    case 'failed':
    case 'unconfirmed':
      return { eventId, result: result.kind, why: result.why }
    case 'withheld':
      return {
        eventId,
        result: 'withheld',
        why: result.said ?? WITHHELD[result.why],
        ...(staysOpen(result) ? { open: true } : {}),
      }
    default:
      return assertNever(result)
  }
}
