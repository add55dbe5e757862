import type { ModelMessage } from 'ai'
import { assertNever } from '../../shared/domain/assert-never.ts'
import { wrapUserText } from './instructions.ts'
import type { ToolCall, TurnMessage } from './turn.ts'

/** A conversation as the AI SDK wants it: an exchange is two messages, the calls and their results. */
export const toModelMessages = (messages: readonly TurnMessage[]): readonly ModelMessage[] => {
  const taken = new Set<string>()
  return messages.flatMap((message) => modelMessagesOf(message, taken))
}

/** @param taken the ids of calls so far; added to */
const modelMessagesOf = (message: TurnMessage, taken: Set<string>): readonly ModelMessage[] => {
  switch (message.role) {
    case 'user':
      return [{ role: 'user', content: wrapUserText(message) }]
    case 'assistant':
      return [{ role: 'assistant', content: message.text }]
    case 'exchange': {
      const said = message.text.trim() === '' ? [] : [{ type: 'text' as const, text: message.text.trimEnd() }]
      const named = message.calls.map((each) => ({ ...each, toolCallId: idOf(each.call, taken) }))
      const calls = named.map(({ call, toolCallId }) => ({
        type: 'tool-call' as const,
        toolCallId,
        toolName: nameOf(call),
        input: call.arguments,
      }))
      const results = named.map(({ call, answer, toolCallId }) => ({
        type: 'tool-result' as const,
        toolCallId,
        toolName: nameOf(call),
        output: { type: answer.isError ? ('error-text' as const) : ('text' as const), value: answer.text },
      }))
      return [
        { role: 'assistant', content: [...said, ...calls] },
        { role: 'tool', content: results },
      ]
    }
    default:
      return assertNever(message)
  }
}

/** All that a message says, for whoever has to know it again. */
export const textsOf = (message: TurnMessage): readonly string[] =>
  message.role === 'exchange'
    ? [
        message.text,
        ...message.calls.flatMap(({ call, answer }) => [
          answer.text,
          ...Object.values(call.arguments).filter((value) => typeof value === 'string'),
        ]),
      ]
    : [message.text]

// Transcripts of other programs hold what other models said; the APIs refuse a whole conversation for one of them.
const MAX_ID = 64

/** Some models count from 0 in each answer: an id that is there already becomes another one, for a call and its result. */
const idOf = ({ id }: ToolCall, taken: Set<string>): string => {
  const wanted = id.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, MAX_ID)
  let given = wanted
  for (let count = 2; taken.has(given); count += 1) {
    const more = `_${count}`
    given = wanted.slice(0, MAX_ID - more.length) + more
  }
  taken.add(given)
  return given
}

const nameOf = ({ name }: ToolCall): string =>
  name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, MAX_ID) || 'unknown'
