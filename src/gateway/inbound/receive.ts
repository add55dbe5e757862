import type { GatewayActivity } from '../../shared/contracts/gateway.ts'
import { assertNever } from '../../shared/domain/assert-never.ts'
import type { InboundEvent } from '../../shared/domain/inbound.ts'
import type { Reached } from '../failpoint.ts'
import type { AcceptedItem } from './accepted-item.ts'
import { decide } from './decide.ts'
import type { Dedupe } from './dedupe.ts'
import type { Drops } from './drops.ts'
import type { Inbox } from './inbox.ts'
import type { Pairing } from './pairing.ts'
import type { ProviderEvent } from './provider-event.ts'
import type { ToldPeople } from './told-people.ts'

/** What a provider calls for each event. It may forget the event once this returns; if it throws, it may not. */
export type Receive = (event: ProviderEvent) => void

export interface ReceiveOptions {
  readonly people: () => ToldPeople
  readonly dedupe: Dedupe
  readonly inbox: Inbox
  readonly pairing: Pairing
  readonly drops: Drops
  readonly enqueue: (item: AcceptedItem) => void
  readonly report: (activity: GatewayActivity) => void
  readonly reached: Reached
  readonly now: () => number
  /** 8 hex digits. */
  readonly newEntryId: () => string
  /** When this gateway started, milliseconds since the epoch. */
  readonly startedAt: number
}

/**
 * The way in: gate, then journal, then the conversation. It is quick and touches nothing else, so that a provider
 * can wait for it before it confirms the event: at least once up to here, exactly once from here on.
 */
export const createReceive =
  (options: ReceiveOptions): Receive =>
  (providerEvent) => {
    options.reached('inbound:received')
    const { provider } = providerEvent
    const { policy, people } = options.people().of(provider)
    const event = complete(providerEvent, options)
    const verdict = decide(event, policy, people)
    const ids = [event.eventId, ...providerEvent.otherIds]
    switch (verdict.kind) {
      case 'drop':
        if (verdict.reason !== 'duplicate') options.dedupe.refused(provider, ids)
        options.drops.count(provider, verdict.reason)
        return
      case 'pair':
        if (event.sender === null) throw new Error('the gate paired a sender without an id')
        options.dedupe.refused(provider, ids)
        options.pairing.stranger({
          provider,
          sender: event.sender,
          chatId: event.chatId,
          eventId: event.eventId,
          claims: event.claims,
          answer: verdict.answer,
        })
        return
      case 'accept': {
        if (event.sender === null) throw new Error('the gate accepted a sender without an id')
        const item: AcceptedItem = {
          eventId: event.eventId,
          provider,
          sender: event.sender,
          session: verdict.session,
          trust: verdict.trust,
          chatId: event.chatId,
          text: event.text,
          forwarded: event.forwarded,
          claims: event.claims,
          sentAt: event.sentAt,
          acceptedAt: options.now(),
          entryId: options.newEntryId(),
        }
        options.reached('inbox:before')
        options.inbox.accept(item, providerEvent.otherIds)
        options.reached('inbox:after')
        options.enqueue(item)
        options.report(acceptedActivity(item))
        return
      }
      default:
        assertNever(verdict)
    }
  }

const complete = (event: ProviderEvent, { dedupe, startedAt }: ReceiveOptions): InboundEvent => ({
  ...event,
  duplicate: dedupe.seen(event.provider, [event.eventId, ...event.otherIds]),
  // By whole seconds, as Telegram counts: a message of the second in which we started is not old.
  backlog: event.waited || Math.floor(event.sentAt / 1000) < Math.floor(startedAt / 1000),
})

const acceptedActivity = (item: AcceptedItem): GatewayActivity => ({
  at: item.acceptedAt,
  kind: 'accepted',
  provider: item.provider,
  sender: item.sender,
  session: item.session,
  detail: `from the ${item.trust}`,
})
