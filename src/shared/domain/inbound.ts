import type { SenderId } from './identity.ts'
import type { ProviderId } from './provider.ts'

/** What kind of thing a provider told us. Only `message` can wake the agent; the rest is dropped by name. */
export const INBOUND_KINDS = [
  'message',
  'edit',
  'reaction',
  'service',
  'channel_post',
  'callback',
  'membership',
  'business',
  'guest',
  'unknown',
] as const
export type InboundKind = (typeof INBOUND_KINDS)[number]

/** What a message can bring along. */
export const ATTACHMENT_KINDS = [
  'document',
  'photo',
  'audio',
  'video',
  'voice',
  'video_note',
  'animation',
  'sticker',
] as const
export type AttachmentKind = (typeof ATTACHMENT_KINDS)[number]

/** Of one message; what is more is left out. */
export const MAX_ATTACHMENTS = 10

/** A file that a message brought along. It stays at the provider until the turn for an accepted message asks for it. */
export interface Attachment {
  /** Cleaned (`cleanFileName`), and still the words of whoever sent it. */
  readonly fileName: string
  /** Bytes, as the provider says; null where it does not. */
  readonly size: number | null
  readonly kind: AttachmentKind
  /** By which the provider finds it again. */
  readonly ref: string
}

/** What a message in a group says of whom it is for. */
export interface GroupFacts {
  /** Everybody who is mentioned by the messenger's own means, as far as they have an id; at most 50. */
  readonly mentions: readonly SenderId[]
  /** This account is among them. */
  readonly mentionsSelf: boolean
  /** It quotes a message of this account. */
  readonly repliesToSelf: boolean
}

/** One provider event, normalised. Every provider makes these, and the gate reads nothing else. */
export interface InboundEvent {
  readonly provider: ProviderId
  readonly kind: InboundKind
  /** A private chat between exactly this sender and the bot. */
  readonly direct: boolean
  /** Null outside groups. */
  readonly group: GroupFacts | null
  /** Null where the provider's id is not of its canonical form: refused, never guessed. */
  readonly sender: SenderId | null
  /**
   * The account behind `sender`, as the provider asserts it with this very event, where it has such a thing besides: a
   * WhatsApp LID behind a phone number. The same person keeps it when the number changes, and whoever gets the number next
   * has another. Null where nothing is asserted, or `sender` is the account itself.
   */
  readonly account: SenderId | null
  /** Where an answer goes, as the provider gave it. */
  readonly chatId: string
  /** Unique among all events of this provider, the same when the provider repeats itself. */
  readonly eventId: string
  /** Milliseconds since the epoch, by the provider's clock. */
  readonly sentAt: number
  readonly fromSelf: boolean
  /** The account's owner, in the chat with themselves: `fromSelf`, typed by a person on another device of the account. */
  readonly selfChat: boolean
  readonly fromBot: boolean
  /** Spoken for somebody else: an anonymous admin, a channel, a business account, an inline bot. */
  readonly onBehalf: boolean
  /** The words are somebody else's; the sender only passed them on. */
  readonly forwarded: boolean
  readonly text: string
  readonly attachments: readonly Attachment[]
  /** What the sender calls themselves. Attacker's text: shown as unverified, never compared. */
  readonly claims: Readonly<Record<string, string>>
  /** Already handled before, also by an earlier run of the gateway. */
  readonly duplicate: boolean
  /** Sent before this gateway started. */
  readonly backlog: boolean
}
