import { z } from 'zod'
import { assertNever } from '../../shared/domain/assert-never.ts'
import { directChat } from '../../shared/domain/direct-chat.ts'
import type { Reach, ToolRight } from '../../shared/domain/hands.ts'
import { parseSenderId, type SenderId } from '../../shared/domain/identity.ts'
import { type ProviderId, parseProvider } from '../../shared/domain/provider.ts'
import type { ToolOffer } from '../agent/turn.ts'
import type { AcceptedItem } from '../inbound/accepted-item.ts'
import type { SendRequest, SendResult } from '../outbound/send-request.ts'
import { WITHHELD } from '../outbound/withheld.ts'
import { badArguments, type Done, filePath } from './hand-tool.ts'
import type { FileToSend } from './transfer.ts'

const MAX_TEXT = 16 * 1024

const toAnybody = z.strictObject({
  to: z
    .string()
    .max(200)
    .optional()
    .describe('<provider>:<id>, such as telegram:811204553; this conversation if left out'),
  text: z.string().min(1).max(MAX_TEXT),
  file: filePath
    .optional()
    .describe('a file to send along, relative to the workspace, up to 20 MiB; text is its caption then'),
  host: z.boolean().optional().describe('true: the file is on the computer of the owner'),
})

const WHAT: Readonly<Record<Exclude<Reach, 'nobody'>, string>> = {
  people:
    'Sends a message now, to this conversation or to somebody who may write here. Your answer is sent by itself: do not use this for it.',
  conversation: 'Sends a message to this conversation now, before your answer, which is sent by itself.',
}

/** @param files where a file may come from */
export const sendOffer = (reach: Exclude<Reach, 'nobody'>, files: ToolRight['kind']): ToolOffer => {
  const { to, text, file, host } = toAnybody.shape
  const schema = z.strictObject({
    ...(reach === 'people' ? { to } : {}),
    text,
    ...(files === 'refused' ? {} : { file }),
    ...(files === 'either' ? { host } : {}),
  })
  return { name: 'send', description: WHAT[reach], schema }
}

export type PreparedSend =
  | {
      readonly kind: 'ready'
      readonly request: SendRequest
      /** To be read before it is sent. */
      readonly file: FileToSend | undefined
    }
  | { readonly kind: 'refused'; readonly why: string }

/**
 * A message as the outbox wants it. Whether it may go there is for the outbox, which asks again just before it leaves.
 * @param callId makes it one message, whatever happens: the outbox sends none of the same name twice.
 */
export const prepareSend = (
  args: Readonly<Record<string, unknown>>,
  item: AcceptedItem,
  callId: string,
): PreparedSend => {
  const parsed = toAnybody.safeParse(args)
  if (!parsed.success) return { kind: 'refused', why: badArguments('send', parsed.error) }
  const { to, text, file: path, host = false } = parsed.data
  const addressee = to === undefined ? { ...item, person: item.sender } : addresseeOf(to)
  if (addressee === undefined) {
    const why = 'to has to be <provider>:<id>, such as telegram:811204553; nothing was sent.'
    return { kind: 'refused', why }
  }
  const { provider, chatId, person: recipient } = addressee
  const { session, eventId: askedBy } = item
  const replyTo = `send:${callId}`
  return {
    kind: 'ready',
    file: path === undefined ? undefined : { path, wantsHost: host },
    request: { session, provider, chatId, recipient, text, replyTo, kind: 'message', askedBy },
  }
}

const addresseeOf = (to: string): { provider: ProviderId; chatId: string; person: SenderId } | undefined => {
  const colon = to.indexOf(':')
  const provider = parseProvider(to.slice(0, Math.max(0, colon)))
  if (provider === undefined) return undefined
  const person = parseSenderId(provider, to.slice(colon + 1))
  return person === undefined ? undefined : { provider, chatId: directChat(provider, person), person }
}

/** What became of it, for the model. */
export const sent = (result: SendResult): Done => {
  switch (result.kind) {
    case 'sent':
      return { outcome: 'done', detail: 'sent', text: 'Sent.', isError: false }
    case 'failed':
      return { outcome: 'failed', detail: 'failed', text: `Not sent: ${result.why}`, isError: true }
    case 'unconfirmed': {
      const text = 'It is not known whether it arrived. The owner sees it; do not send it again.'
      return { outcome: 'failed', detail: 'unconfirmed', text, isError: true }
    }
    case 'withheld': {
      const text = `Not sent: ${result.said ?? WITHHELD[result.why]}.`
      return { outcome: 'withheld', detail: result.why, text, isError: true }
    }
    default:
      return assertNever(result)
  }
}
