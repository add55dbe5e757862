import { z } from 'zod'
import { assertNever } from '../../shared/domain/assert-never.ts'
import { parseSenderId } from '../../shared/domain/identity.ts'
import { ATTACHMENT_KINDS, MAX_ATTACHMENTS } from '../../shared/domain/inbound.ts'
import { PROVIDERS, type ProviderId } from '../../shared/domain/provider.ts'
import { parseSessionKey } from '../../shared/domain/session.ts'
import type { AcceptedItem } from './accepted-item.ts'

/** One line of the inbox journal. */
export type JournalLine =
  /** A message passed the gate. `otherIds` are further names of the same event. */
  | { readonly t: 'accepted'; readonly item: AcceptedItem; readonly otherIds: readonly string[] }
  /** Nothing remains to be done about it. */
  | { readonly t: 'done'; readonly eventId: string }
  /** What a compaction keeps of messages that are done: that they were seen. */
  | { readonly t: 'seen'; readonly provider: ProviderId; readonly ids: readonly string[] }

const id = z.string().min(1)
const time = z.number()

const attachment = z.object({
  fileName: z.string().min(1),
  size: z.number().int().nonnegative().nullable(),
  kind: z.enum(ATTACHMENT_KINDS),
  ref: id,
})

const acceptedLine = z
  .object({
    t: z.literal('accepted'),
    eventId: id,
    otherIds: z.array(id),
    provider: z.enum(PROVIDERS),
    sender: z.string(),
    session: z.string(),
    trust: z.enum(['owner', 'friend', 'guest']),
    chatId: z.string(),
    text: z.string(),
    // Lines of before there were attachments have none.
    attachments: z.array(attachment).max(MAX_ATTACHMENTS).default([]),
    forwarded: z.boolean(),
    claims: z.record(z.string(), z.string()),
    sentAt: time,
    acceptedAt: time,
    // Lines of before there were epochs belong to none.
    epoch: z.string().default(''),
    entryId: z.string().regex(/^[0-9a-f]{8}$/),
  })
  .transform(({ t, otherIds, ...line }, context): JournalLine => {
    const sender = parseSenderId(line.provider, line.sender)
    const session = parseSessionKey(line.session)
    if (sender === undefined || session === undefined) {
      context.addIssue({ code: 'custom', message: 'the sender or the session is not of its form' })
      return z.NEVER
    }
    return { t, otherIds, item: { ...line, sender, session } }
  })

const journalLine = z.union([
  acceptedLine,
  z.object({ t: z.literal('done'), eventId: id }),
  z.object({ t: z.literal('seen'), provider: z.enum(PROVIDERS), ids: z.array(id) }),
])

/** Undefined for a line that this version did not write: half a line, other bytes, an unknown kind. */
export const parseJournalLine = (text: string): JournalLine | undefined => {
  try {
    return journalLine.parse(JSON.parse(text))
  } catch {
    // The caller refuses the whole journal, by the number of the line.
    return undefined
  }
}

export const formatJournalLine = (line: JournalLine): string => {
  switch (line.t) {
    case 'accepted':
      return JSON.stringify({ t: line.t, ...line.item, otherIds: line.otherIds })
    case 'done':
    case 'seen':
      return JSON.stringify(line)
    default:
      return assertNever(line)
  }
}
