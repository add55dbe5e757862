import { assertNever } from '../../../shared/domain/assert-never.ts'
import type { ToolAnswer, TurnMessage } from '../../agent/turn.ts'
import { type Entry, textOf, toolCallsOf } from './entry.ts'
import { type InboundFact, inboundFact, interruptedFact } from './facts.ts'

/** Follows the entries of one transcript and holds what of it the model is to see. */
export interface Context {
  /** The next entry of the same branch. */
  add(entry: Entry): void
  messages(): readonly TurnMessage[]
}

/** A message with what it costs. */
interface Weighed {
  message: TurnMessage
  tokens: number
}

/** What the model gets where a transcript does not say what a call came to. */
const NO_ANSWER: ToolAnswer = { text: 'What came of this call is not known.', isError: true }

/**
 * @param maxTokens estimated; the oldest messages are dropped whole to stay below it, calls together with their
 *   results. The newest always stays; while that is an exchange, the user's newest does too.
 */
export const createContext = (branch: readonly Entry[], maxTokens: number): Context => {
  const origins = new Map<string, InboundFact>()
  const entryOfEvent = new Map<string, string>()
  const kept: Weighed[] = []
  /** Calls to the exchange that they are part of. */
  const awaited = new Map<string, Weighed>()
  let question = ''
  let total = 0

  const drop = (): void => {
    // While a turn is under way, what it is about.
    const isUnderWay = kept.at(-1)?.message.role === 'exchange'
    const lastUser = isUnderWay ? kept.findLast(({ message }) => message.role === 'user') : undefined
    while (total > maxTokens) {
      const index = kept.findIndex((each, at) => each !== lastUser && at < kept.length - 1)
      if (index < 0) return
      total -= kept.splice(index, 1)[0]?.tokens ?? 0
    }
  }

  const weigh = (weighed: Weighed, message: TurnMessage): void => {
    total -= weighed.tokens
    weighed.message = message
    weighed.tokens = costOf(message)
    total += weighed.tokens
    drop()
  }

  const answered = (callId: string, answer: ToolAnswer): void => {
    const exchange = awaited.get(callId)
    awaited.delete(callId)
    // A result without its call, or of calls that were dropped, says nothing to a model.
    if (exchange?.message.role !== 'exchange' || !kept.includes(exchange)) return
    const calls = exchange.message.calls.map((each) => (each.call.id === callId ? { ...each, answer } : each))
    weigh(exchange, { ...exchange.message, calls })
  }

  const note = (entry: Entry): void => {
    const inbound = inboundFact(entry)
    if (inbound !== undefined) {
      origins.set(inbound.entryId, inbound)
      entryOfEvent.set(inbound.eventId, inbound.entryId)
    }
    const takenUp = interruptedFact(entry)
    if (takenUp !== undefined) question = entryOfEvent.get(takenUp.eventId) ?? question
    if (entry.message?.role === 'user') question = entry.id
  }

  const add = (entry: Entry): void => {
    note(entry)
    const { message: said } = entry
    if (said?.role === 'toolResult' && said.toolCallId !== undefined) {
      return answered(said.toolCallId, { text: textOf(said.content), isError: said.isError ?? false })
    }
    const message = messageOf(entry, origins.get(entry.id), question)
    origins.delete(entry.id)
    if (message === undefined) return
    const weighed: Weighed = { message, tokens: 0 }
    kept.push(weighed)
    if (message.role === 'exchange') {
      awaited.clear()
      for (const { call } of message.calls) awaited.set(call.id, weighed)
    }
    weigh(weighed, message)
  }
  for (const entry of compacted(branch)) add(entry)
  return {
    add,
    messages: () => {
      const messages = kept.map(({ message }) => message)
      // A conversation that begins with an answer makes no sense to a model, and some refuse it.
      return messages.slice(
        Math.max(
          0,
          messages.findIndex((message) => message.role === 'user'),
        ),
      )
    },
  }
}

const costOf = (message: TurnMessage): number => {
  switch (message.role) {
    case 'user':
    case 'assistant':
      return estimateTokens(message.text)
    case 'exchange':
      return message.calls.reduce(
        (sum, { call, answer }) =>
          sum + estimateTokens(JSON.stringify(call.arguments)) + estimateTokens(answer.text),
        estimateTokens(message.text),
      )
    default:
      return assertNever(message)
  }
}

/** Too high rather than too low: three characters a token is dense text, or code. */
export const estimateTokens = (text: string): number => Math.ceil(text.length / 3) + 8

/** The entries from the root to the last one; entries on other branches are not part of the conversation. */
export const branchOf = (entries: readonly Entry[]): readonly Entry[] => {
  const byId = new Map(entries.map((entry) => [entry.id, entry]))
  const branch: Entry[] = []
  let at = entries.at(-1)
  while (at !== undefined) {
    branch.push(at)
    at = at.parentId === null ? undefined : byId.get(at.parentId)
  }
  return branch.toReversed()
}

/** Where pi has summed up the beginning of a conversation, the summary and what it kept stand for it. */
const compacted = (branch: readonly Entry[]): readonly Entry[] => {
  const at = branch.findLastIndex((entry) => entry.type === 'compaction')
  const compaction = branch[at]
  if (compaction === undefined) return branch
  const kept = branch.findIndex((entry) => entry.id === compaction.firstKeptEntryId)
  return [compaction, ...(kept < 0 ? [] : branch.slice(kept, at)), ...branch.slice(at + 1)]
}

const messageOf = (
  entry: Entry,
  fact: InboundFact | undefined,
  question: string,
): TurnMessage | undefined => {
  if (entry.type === 'compaction' && entry.summary !== undefined) {
    const text = `Summary of the conversation so far: ${entry.summary}`
    return { role: 'user', text, boundary: entry.id, origin: undefined }
  }
  const { message } = entry
  if (message === undefined) return undefined
  const text = textOf(message.content)
  const calls = message.role === 'assistant' ? toolCallsOf(message) : []
  if (calls.length > 0) {
    return { role: 'exchange', text, calls: calls.map((call) => ({ call, answer: NO_ANSWER })), of: question }
  }
  if (text.trim() === '') return undefined
  if (message.role === 'user') return { role: 'user', text, boundary: entry.id, origin: fact }
  // What was said when the model failed is not something the model said.
  if (message.role !== 'assistant' || message.stopReason === 'error' || message.stopReason === 'aborted') {
    return undefined
  }
  return { role: 'assistant', text }
}
