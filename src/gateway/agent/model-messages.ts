import type { ModelMessage } from 'ai'
import { assertNever } from '../../shared/domain/assert-never.ts'
import { wrapUserText } from './instructions.ts'
import type { ToolCall, TurnMessage } from './turn.ts'

/** A message as the AI SDK wants it: an exchange is two, the calls and their results. */
export const toModelMessages = (message: TurnMessage): readonly ModelMessage[] => {
  switch (message.role) {
    case 'user':
      return [{ role: 'user', content: wrapUserText(message) }]
    case 'assistant':
      return [{ role: 'assistant', content: message.text }]
    case 'exchange': {
      const said = message.text.trim() === '' ? [] : [{ type: 'text' as const, text: message.text.trimEnd() }]
      const calls = message.calls.map(({ call }) => ({
        type: 'tool-call' as const,
        toolCallId: idOf(call),
        toolName: nameOf(call),
        input: call.arguments,
      }))
      const results = message.calls.map(({ call, answer }) => ({
        type: 'tool-result' as const,
        toolCallId: idOf(call),
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

const idOf = ({ id }: ToolCall): string => id.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, MAX_ID)

const nameOf = ({ name }: ToolCall): string =>
  name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, MAX_ID) || 'unknown'
