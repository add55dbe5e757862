import type { ContentBlock, ReplyMessage } from './reply.ts'

export interface StreamEvent {
  readonly type: string
  readonly [field: string]: unknown
}

/** The frame of one server-sent event, as the API writes it: the type both as the event's name and in its data. */
export const frame = (event: StreamEvent): string =>
  `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`

/** The message as the API gives it to who does not want a stream. */
export const wholeMessage = (message: ReplyMessage): object => ({
  id: message.id,
  type: 'message',
  role: 'assistant',
  model: message.model,
  content: message.content,
  stop_reason: message.stopReason,
  stop_sequence: null,
  usage: { input_tokens: message.inputTokens, output_tokens: message.outputTokens },
})

/** Before the content: `message_start`, with an empty message. */
export const opening = (message: ReplyMessage): StreamEvent => ({
  type: 'message_start',
  message: {
    ...wholeMessage(message),
    content: [],
    stop_reason: null,
    usage: { input_tokens: message.inputTokens, output_tokens: 1 },
  },
})

/** After the content: why it ended, and that it ended. */
export const closing = (message: ReplyMessage): readonly StreamEvent[] => [
  {
    type: 'message_delta',
    delta: { stop_reason: message.stopReason, stop_sequence: null },
    usage: { output_tokens: message.outputTokens },
  },
  { type: 'message_stop' },
]

export const textDelta = (index: number, text: string): StreamEvent => ({
  type: 'content_block_delta',
  index,
  delta: { type: 'text_delta', text },
})

const pieces = (text: string, size: number): readonly string[] => {
  const characters = Array.from(text)
  return Array.from({ length: Math.ceil(characters.length / size) }, (_, index) =>
    characters.slice(index * size, (index + 1) * size).join(''),
  )
}

const blockEvents = (block: ContentBlock, index: number, chunkSize: number): readonly StreamEvent[] => {
  const start = (content_block: object): StreamEvent => ({
    type: 'content_block_start',
    index,
    content_block,
  })
  const stop: StreamEvent = { type: 'content_block_stop', index }
  if (block.type === 'text') {
    const deltas = pieces(block.text, chunkSize).map((piece) => textDelta(index, piece))
    return [start({ type: 'text', text: '' }), ...deltas, stop]
  }
  const deltas = pieces(JSON.stringify(block.input), chunkSize).map(
    (piece): StreamEvent => ({
      type: 'content_block_delta',
      index,
      delta: { type: 'input_json_delta', partial_json: piece },
    }),
  )
  return [start({ type: 'tool_use', id: block.id, name: block.name, input: {} }), ...deltas, stop]
}

/** The content, with a ping after the first event as the API likes to send it. */
export const contentEvents = (message: ReplyMessage, chunkSize: number): readonly StreamEvent[] => {
  const [first, ...rest] = message.content.flatMap((block, index) => blockEvents(block, index, chunkSize))
  return first === undefined ? [] : [first, { type: 'ping' }, ...rest]
}
