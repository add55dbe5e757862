import type { LinkAct, ProviderLink, ProviderStatus } from '../../shared/contracts/provider-status.ts'
import type { ProviderId } from '../../shared/domain/provider.ts'
import type { ProviderEvent } from '../inbound/provider-event.ts'

/** What became of one message that was given to the messenger. */
export type Delivery =
  | { readonly kind: 'sent'; readonly messageId: string }
  /** Proven: the messenger refused it, or nothing of it was ever written to the wire. */
  | { readonly kind: 'failed'; readonly why: string }
  /** Proven as well: `mayGo` said no before one of the tries. */
  | { readonly kind: 'withdrawn' }
  /** The messenger may have it. */
  | { readonly kind: 'unconfirmed'; readonly why: string }

/** A file that goes out. */
export interface OutboundFile {
  /** Cleaned (`cleanFileName`). */
  readonly name: string
  readonly bytes: Uint8Array
}

/** What came of fetching an attachment. */
export type Fetched =
  | { readonly kind: 'fetched'; readonly bytes: Uint8Array }
  /** `why`: one sentence, without a full stop, for whoever sent it. */
  | { readonly kind: 'failed'; readonly why: string }

export interface ProviderHandlers {
  /** Called for each event, in order. The provider confirms an event only after this has returned. */
  readonly receive: (event: ProviderEvent) => void
  readonly status: (status: Pick<ProviderStatus, 'state' | 'detail'>) => void
  /** Of a messenger that is linked to a phone: how that stands. */
  readonly link: (link: Omit<ProviderLink, 'provider'>) => void
}

/** A messenger. It knows how to hear and to speak; whom to hear and what to say is decided elsewhere. */
export interface Provider {
  readonly id: ProviderId
  /** The longest text of one message, in UTF-16 units. */
  readonly maxTextLength: number
  /** Begins to connect and returns at once; how it goes is told by `status`. Never throws. */
  start(handlers: ProviderHandlers): void
  /** Hears nothing any more when it resolves. A send that is under way may go on. */
  stop(): Promise<void>
  /** Ends by itself in finite time. Only the outbox calls it. `mayGo` is asked again before each further try. */
  send(chatId: string, text: string, mayGo: () => boolean): Promise<Delivery>
  /** The longest caption of a file, in UTF-16 units. Absent: it sends no files. */
  readonly maxCaptionLength?: number
  /** As `send`. The caption may be empty. */
  readonly sendFile?: (
    chatId: string,
    file: OutboundFile,
    caption: string,
    mayGo: () => boolean,
  ) => Promise<Delivery>
  /** Shows or takes back the sign that somebody writes. Best effort: never throws, and nobody waits for it. */
  readonly typing?: (chatId: string, state: 'on' | 'off') => void
  /** What the owner wants of the login. Absent: it has none that is linked. Returns at once; `status` and `link` tell. */
  readonly link?: (act: LinkAct) => void
  /**
   * Fetches an attachment of an accepted message by its `ref`; what has more than `maxBytes` is given up. Ends by itself in
   * finite time and never throws. Absent: its messages bring none.
   */
  readonly fetchFile?: (ref: string, maxBytes: number, signal: AbortSignal) => Promise<Fetched>
}
