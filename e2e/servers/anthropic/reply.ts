import type { MessagesRequest } from './request-schema.ts'

interface ToolUse {
  readonly name: string
  readonly input: Readonly<Record<string, unknown>>
}

/** What the model says: a text, or text and then calls of tools. */
export type Reply =
  | string
  | { readonly text?: string; readonly toolUses?: readonly ToolUse[]; readonly stopReason?: StopReason }

type StopReason = 'end_turn' | 'max_tokens' | 'stop_sequence' | 'tool_use' | 'refusal' | 'pause_turn'

export type ReplyFunction = (request: MessagesRequest) => Reply

export type ContentBlock =
  | { readonly type: 'text'; readonly text: string }
  | ({ readonly type: 'tool_use'; readonly id: string } & ToolUse)

/** A reply as the API's message. */
export interface ReplyMessage {
  readonly id: string
  readonly model: string
  readonly content: readonly ContentBlock[]
  readonly stopReason: StopReason
  readonly inputTokens: number
  readonly outputTokens: number
}

/** Not a tokenizer: a number that grows with the text is all that a test of usage needs. */
const tokensOf = (value: unknown): number => Math.max(1, Math.ceil(JSON.stringify(value).length / 4))

/** @param serial numbers the messages of one server, from 1. */
export const replyMessage = (reply: Reply, request: MessagesRequest, serial: number): ReplyMessage => {
  const { text = '', toolUses = [], stopReason } = typeof reply === 'string' ? { text: reply } : reply
  const calls = toolUses.map(
    (use, index): ContentBlock => ({
      type: 'tool_use',
      id: `toolu_${serial}_${index}`,
      name: use.name,
      input: use.input,
    }),
  )
  const content: readonly ContentBlock[] = text === '' ? calls : [{ type: 'text', text }, ...calls]
  return {
    id: `msg_${serial}`,
    model: request.model,
    content,
    stopReason: stopReason ?? (calls.length > 0 ? 'tool_use' : 'end_turn'),
    inputTokens: tokensOf(request.messages),
    outputTokens: tokensOf(content),
  }
}
