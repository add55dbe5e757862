import type { InboundEvent } from '../../shared/domain/inbound.ts'

/** What a provider makes of one thing it was told; the rest of the event is known only here (`receive.ts`). */
export interface ProviderEvent extends Omit<InboundEvent, 'duplicate' | 'backlog'> {
  /** Further names of the same event, e.g. chat and message id: any one of them seen before makes a duplicate. */
  readonly otherIds: readonly string[]
  /** It had waited at the provider before this gateway connected, whatever the clocks say. */
  readonly waited: boolean
  /** What this account is called there, where a command can be addressed to it by name. */
  readonly selfName?: string | undefined
}

/** Something that a provider was told and that is nobody's message to us: the gate counts it by its kind, and reads no more. */
export const nothingForUs = ({
  provider,
  kind,
  eventId,
  waited,
}: Pick<ProviderEvent, 'provider' | 'kind' | 'eventId' | 'waited'>): ProviderEvent => ({
  provider,
  kind,
  direct: false,
  group: null,
  sender: null,
  account: null,
  chatId: '',
  eventId,
  otherIds: [],
  sentAt: 0,
  fromSelf: false,
  selfChat: false,
  fromBot: false,
  onBehalf: false,
  forwarded: false,
  text: '',
  attachments: [],
  claims: {},
  waited,
})
