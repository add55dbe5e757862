import { z } from 'zod'
import { assertNever } from '../../shared/domain/assert-never.ts'
import type { Reach } from '../../shared/domain/hands.ts'
import { parseSenderId } from '../../shared/domain/identity.ts'
import { type ProviderId, parseProvider } from '../../shared/domain/provider.ts'
import type { ToolOffer } from '../agent/turn.ts'
import type { AcceptedItem } from '../inbound/accepted-item.ts'
import type { SendRequest, SendResult } from '../outbound/send-request.ts'
import { badArguments, type Done } from './hand-tool.ts'

const MAX_TEXT = 16 * 1024

const toAnybody = z.strictObject({
  to: z
    .string()
    .max(200)
    .optional()
    .describe('<provider>:<id>, such as telegram:811204553; this conversation if left out'),
  text: z.string().min(1).max(MAX_TEXT),
})
const toConversation = toAnybody.omit({ to: true })

export const sendOffer = (reach: Exclude<Reach, 'nobody'>): ToolOffer => ({
  name: 'send',
  description:
    reach === 'people'
      ? 'Sends a message now, to this conversation or to somebody who may write here. Your answer is sent by itself: do not use this for it.'
      : 'Sends a message to this conversation now, before your answer, which is sent by itself.',
  schema: reach === 'people' ? toAnybody : toConversation,
})

export type PreparedSend =
  | { readonly kind: 'ready'; readonly request: SendRequest }
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
  const { to, text } = parsed.data
  const recipient = to === undefined ? item : recipientOf(to)
  if (recipient === undefined) {
    const why = 'to has to be <provider>:<id>, such as telegram:811204553; nothing was sent.'
    return { kind: 'refused', why }
  }
  const { provider, chatId } = recipient
  const { session, eventId: askedBy } = item
  const replyTo = `send:${callId}`
  return {
    kind: 'ready',
    request: { session, provider, chatId, text, replyTo, kind: 'message', askedBy },
  }
}

/** In every chat that passes the gate the chat has the id of its person. */
const recipientOf = (to: string): { provider: ProviderId; chatId: string } | undefined => {
  const colon = to.indexOf(':')
  const provider = parseProvider(to.slice(0, Math.max(0, colon)))
  if (provider === undefined) return undefined
  const chatId = parseSenderId(provider, to.slice(colon + 1))
  return chatId === undefined ? undefined : { provider, chatId }
}

const WITHHELD: Readonly<Record<Extract<SendResult, { kind: 'withheld' }>['why'], string>> = {
  locked_down: 'everything is stopped',
  not_audited: 'it could not be written into the audit',
  not_the_recipient: 'this conversation may not write to them',
  answered_before: 'it was sent before',
  read_only: 'read-only mode is on: messages go to the owner only',
  refused: 'the owner’s rules do not allow it',
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
