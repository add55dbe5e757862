import { z } from 'zod'

// What the Messages API accepts, as far as this product may use it. Everything is strict: a field that is not
// here is a mistake of ours until somebody adds it here on purpose.

const cacheControl = z.strictObject({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).optional() })

const textBlock = z.strictObject({
  type: z.literal('text'),
  text: z.string().min(1, 'text content blocks must be non-empty'),
  cache_control: cacheControl.nullish(),
})

const imageBlock = z.strictObject({
  type: z.literal('image'),
  source: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('base64'), media_type: z.string().regex(/^image\//), data: z.base64() }),
    z.strictObject({ type: z.literal('url'), url: z.url() }),
  ]),
  cache_control: cacheControl.nullish(),
})

const thinkingBlock = z.strictObject({
  type: z.literal('thinking'),
  thinking: z.string(),
  signature: z.string(),
})

const toolUseBlock = z.strictObject({
  type: z.literal('tool_use'),
  id: z.string().regex(/^[a-zA-Z0-9_-]+$/),
  name: z.string().min(1),
  input: z.record(z.string(), z.unknown()),
  cache_control: cacheControl.nullish(),
})

const toolResultBlock = z.strictObject({
  type: z.literal('tool_result'),
  tool_use_id: z.string().min(1),
  content: z.union([z.string(), z.array(z.discriminatedUnion('type', [textBlock, imageBlock]))]).optional(),
  is_error: z.boolean().optional(),
  cache_control: cacheControl.nullish(),
})

const message = z.discriminatedUnion('role', [
  z.strictObject({
    role: z.literal('user'),
    content: z.union([
      z.string().min(1),
      z.array(z.discriminatedUnion('type', [textBlock, imageBlock, toolResultBlock])).min(1),
    ]),
  }),
  z.strictObject({
    role: z.literal('assistant'),
    content: z.union([
      z.string(),
      z.array(z.discriminatedUnion('type', [textBlock, thinkingBlock, toolUseBlock])).min(1),
    ]),
  }),
])

const tool = z.strictObject({
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/),
  description: z.string().optional(),
  input_schema: z.looseObject({ type: z.literal('object') }),
  eager_input_streaming: z.boolean().optional(),
  strict: z.boolean().optional(),
  cache_control: cacheControl.nullish(),
})

const toolChoice = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('auto'), disable_parallel_tool_use: z.boolean().optional() }),
  z.strictObject({ type: z.literal('any'), disable_parallel_tool_use: z.boolean().optional() }),
  z.strictObject({
    type: z.literal('tool'),
    name: z.string(),
    disable_parallel_tool_use: z.boolean().optional(),
  }),
  z.strictObject({ type: z.literal('none') }),
])

export const messagesRequest = z.strictObject({
  model: z.string().min(1),
  max_tokens: z.int().min(1),
  messages: z.array(message).min(1),
  system: z.union([z.string(), z.array(textBlock)]).optional(),
  stream: z.boolean().optional(),
  temperature: z.number().min(0).max(1).optional(),
  top_k: z.int().min(0).optional(),
  top_p: z.number().min(0).max(1).optional(),
  stop_sequences: z.array(z.string().min(1)).optional(),
  tools: z.array(tool).optional(),
  tool_choice: toolChoice.optional(),
  metadata: z.strictObject({ user_id: z.string().optional() }).optional(),
  thinking: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('enabled'), budget_tokens: z.int().min(1024) }),
      z.strictObject({ type: z.literal('adaptive') }),
      z.strictObject({ type: z.literal('disabled') }),
    ])
    .optional(),
})

export type MessagesRequest = z.output<typeof messagesRequest>
type Message = MessagesRequest['messages'][number]

const toolUses = (from: Message | undefined): readonly string[] =>
  from?.role === 'assistant' && typeof from.content !== 'string'
    ? from.content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []))
    : []

const toolResults = (from: Message | undefined): readonly string[] =>
  from?.role === 'user' && typeof from.content !== 'string'
    ? from.content.flatMap((block) => (block.type === 'tool_result' ? [block.tool_use_id] : []))
    : []

/** What the shape alone can not say; the API answers each of these with invalid_request_error. */
export const conversationFault = ({ messages }: MessagesRequest): string | undefined => {
  for (const [index, current] of messages.entries()) {
    const results = toolResults(messages[index + 1])
    const unanswered = toolUses(current).filter((id) => !results.includes(id))
    if (unanswered.length > 0) {
      return `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${unanswered.join(', ')}`
    }
    const asked = toolUses(messages[index - 1])
    const unasked = toolResults(current).filter((id) => !asked.includes(id))
    if (unasked.length > 0) {
      return `messages.${index}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${unasked.join(', ')}`
    }
  }
  const last = messages.at(-1)
  if (last?.role === 'assistant' && typeof last.content === 'string' && /\s$/.test(last.content)) {
    return 'messages: final assistant content cannot end with trailing whitespace'
  }
  return undefined
}

/** The text of the last message of the user, empty if it has none. */
export const lastUserText = ({ messages }: MessagesRequest): string => {
  const last = messages.findLast((candidate) => candidate.role === 'user')
  if (last === undefined) return ''
  if (typeof last.content === 'string') return last.content
  return last.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n')
}

/** The system instructions as one text. */
export const systemText = ({ system = '' }: MessagesRequest): string =>
  typeof system === 'string' ? system : system.map((block) => block.text).join('\n')
