import type { SenderId } from '../../shared/domain/identity.ts'
import type { ProviderId } from '../../shared/domain/provider.ts'
import type { OutboundFile } from '../providers/provider.ts'

/** One text for one chat, or one file with a text as its caption. The outbox is the only way out, and asks its questions about every one of these. */
export interface SendRequest {
  /** The session that speaks; for a pairing text and a notice, the session the recipient has or would get. */
  readonly session: string
  readonly provider: ProviderId
  readonly chatId: string
  /** Whose chat that is, by the name that the lists know. */
  readonly recipient: SenderId
  readonly text: string
  readonly file?: OutboundFile
  /**
   * The event this replies to; of a `message`, its own name. A reply of one kind to one event leaves at most once,
   * over all restarts.
   */
  readonly replyTo: string
  /** `message`: the tool `send`. */
  readonly kind: 'answer' | 'pairing' | 'notice' | 'message'
  /** Of a `message`: the open event in whose turn it is sent. */
  readonly askedBy?: string
}

/** What became of a request; all the parts of a long text together. */
export type SendResult =
  | { readonly kind: 'sent'; readonly messageIds: readonly string[] }
  /** Proven not to have arrived (in whole). It is not tried again. */
  | { readonly kind: 'failed'; readonly why: string }
  /** It may have arrived. It is shown to the owner, and never sent again on a guess. */
  | { readonly kind: 'unconfirmed'; readonly why: string }
  /**
   * Not sent on purpose. `not_audited`: the audit did not take it, and nothing leaves that is not in there. `refused`: the
   * supervisor says that the owner's rules are against it, in the words of `said`.
   */
  | {
      readonly kind: 'withheld'
      readonly why:
        | 'locked_down'
        | 'not_audited'
        | 'not_the_recipient'
        | 'answered_before'
        | 'read_only'
        | 'refused'
      readonly said?: string
    }

/** Nothing has left, and what stopped it will pass: the event stays open for the next run. */
export const staysOpen = (result: SendResult): boolean =>
  result.kind === 'withheld' && (result.why === 'locked_down' || result.why === 'not_audited')

/**
 * What the ledger of this and earlier runs knows about the replies to one event. Undefined: none was begun, or the
 * first parts of one have arrived and sending the same text again sends the rest.
 */
export type ReplyOutcome = 'sent' | 'failed' | 'unconfirmed'

export type Send = (request: SendRequest) => Promise<SendResult>
export type OutcomeFor = (eventId: string) => ReplyOutcome | undefined
