import type { SenderId } from '../../shared/domain/identity.ts'
import type { Attachment } from '../../shared/domain/inbound.ts'
import type { Trust } from '../../shared/domain/people.ts'
import type { ProviderId } from '../../shared/domain/provider.ts'
import type { SessionKey } from '../../shared/domain/session.ts'

/** One message that passed the gate and stands in the inbox journal. Times are milliseconds since the epoch. */
export interface AcceptedItem {
  /** Unique among all events of all providers; what a reply answers and what `done` closes. */
  readonly eventId: string
  readonly provider: ProviderId
  readonly sender: SenderId
  readonly session: SessionKey
  /** As of acceptance. The outbox asks again before an answer leaves. */
  readonly trust: Trust
  /** Where the answer goes, as the provider gave it. */
  readonly chatId: string
  readonly text: string
  readonly attachments: readonly Attachment[]
  /** The words are somebody else's; the sender only passed them on. */
  readonly forwarded: boolean
  /** What the sender calls themselves, unverified. */
  readonly claims: Readonly<Record<string, string>>
  readonly sentAt: number
  readonly acceptedAt: number
  /** The lockdown epoch of the gateway that accepted it. */
  readonly epoch: string
  /** The id (8 hex digits) of the transcript's user entry, fixed here so that a replay writes no second one. */
  readonly entryId: string
}
