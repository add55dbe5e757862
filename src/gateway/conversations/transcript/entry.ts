import { z } from 'zod'
import type { ToolCall } from '../../agent/turn.ts'

// Pi's session format version 3: a header line, then a tree of entries, one JSON object a line. Everything that
// this version does not know is kept as it is: other programs write these files too.

export const SESSION_VERSION = 3

const header = z.looseObject({
  type: z.literal('session'),
  version: z.literal(SESSION_VERSION),
  id: z.string().min(1),
  timestamp: z.string(),
  cwd: z.string(),
  parentSession: z.string().optional(),
})
export type Header = z.infer<typeof header>

const message = z.looseObject({
  role: z.string(),
  content: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]).optional(),
  stopReason: z.string().optional(),
  /** Of a `toolResult`. */
  toolCallId: z.string().optional(),
  isError: z.boolean().optional(),
})

const entry = z.looseObject({
  type: z.string().min(1),
  id: z.string().min(1),
  parentId: z.string().nullable(),
  timestamp: z.string(),
  message: message.optional(),
  customType: z.string().optional(),
  data: z.unknown().optional(),
  /** Of a compaction. */
  summary: z.string().optional(),
  firstKeptEntryId: z.string().optional(),
})
export type Entry = z.infer<typeof entry>

export const parseHeader = (value: unknown): Header | undefined => header.safeParse(value).data

/** An entry of any type, known or not; a `message` without a message is none. */
export const parseEntry = (value: unknown): Entry | undefined => {
  const parsed = entry.safeParse(value).data
  return parsed === undefined || (parsed.type === 'message' && parsed.message === undefined)
    ? undefined
    : parsed
}

/** The text of a message's content, without pictures, thoughts and tool calls. */
export const textOf = (content: NonNullable<Entry['message']>['content']): string => {
  if (content === undefined) return ''
  if (typeof content === 'string') return content
  return content
    .map((part) => (part.type === 'text' && typeof part['text'] === 'string' ? part['text'] : ''))
    .filter((text) => text !== '')
    .join('\n')
}

const toolCall = z.looseObject({
  type: z.literal('toolCall'),
  id: z.string().min(1),
  name: z.string(),
  arguments: z.record(z.string(), z.unknown()).catch({}),
})

/** The calls of an assistant's message that ended with them, in order. */
export const toolCallsOf = ({ stopReason, content }: NonNullable<Entry['message']>): readonly ToolCall[] =>
  stopReason !== 'toolUse' || content === undefined || typeof content === 'string'
    ? []
    : content.flatMap((part) => {
        const call = toolCall.safeParse(part).data
        return call === undefined ? [] : [{ id: call.id, name: call.name, arguments: call.arguments }]
      })
