import type { GatewayActivity } from '../../shared/contracts/gateway.ts'
import { assertNever } from '../../shared/domain/assert-never.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import type { SenderId } from '../../shared/domain/identity.ts'
import type { InboundEvent } from '../../shared/domain/inbound.ts'
import { namedBy } from '../../shared/domain/people.ts'
import type { ProviderId } from '../../shared/domain/provider.ts'
import { directSession, MAIN_SESSION, type SessionKey } from '../../shared/domain/session.ts'
import type { RefusalReason } from '../../shared/domain/verdict.ts'
import type { Reached } from '../failpoint.ts'
import type { AcceptedItem } from './accepted-item.ts'
import { decide } from './decide.ts'
import type { Dedupe } from './dedupe.ts'
import type { Drops } from './drops.ts'
import type { Inbox } from './inbox.ts'
import type { Pairing } from './pairing.ts'
import type { ProviderEvent } from './provider-event.ts'
import { isStopCommand } from './stop-command.ts'
import type { ToldPeople } from './told-people.ts'

/** What a provider calls for each event. It may forget the event once this returns; if it throws, it may not. */
export type Receive = (event: ProviderEvent) => void

/** Whom the gate turned away, and why. */
interface Refusal {
  readonly provider: ProviderId
  readonly sender: SenderId
  readonly reason: RefusalReason
}

export interface ReceiveOptions {
  readonly people: () => ToldPeople
  readonly dedupe: Dedupe
  readonly inbox: Inbox
  readonly pairing: Pairing
  readonly drops: Drops
  /** Tells the supervisor, for the audit, that the gate let a message in. */
  readonly accepted: (item: AcceptedItem) => void
  /** A number that is listed stands for this account from now on. */
  readonly bind: (provider: ProviderId, number: SenderId, account: SenderId) => void
  /** The gate turned somebody away who may have a conversation with us: for its transcript. Quick, and never throws. */
  readonly refused: (session: SessionKey, refusal: Refusal) => void
  /** Tells the supervisor that somebody who may has asked to stop everything. */
  readonly stopAsked: (item: AcceptedItem) => void
  /** False while nobody takes what `accepted` says: then nothing is accepted. */
  readonly isHeard: () => boolean
  readonly enqueue: (item: AcceptedItem) => void
  readonly report: (activity: GatewayActivity) => void
  readonly reached: Reached
  readonly now: () => number
  /** 8 hex digits. */
  readonly newEntryId: () => string
  /** When this gateway started, milliseconds since the epoch. */
  readonly startedAt: number
  /** When the owner last resumed, milliseconds since the epoch; 0 for never. */
  readonly resumedAt: number
  /** Of this run: what it accepts dies with the next STOP. */
  readonly epoch: string
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
        noteRefusal(event, verdict.reason, options)
        return
      case 'pair':
        options.dedupe.refused(provider, ids)
        noteRefusal(event, 'not_paired', options)
        options.pairing.stranger({
          provider,
          sender: verdict.person,
          chatId: event.chatId,
          eventId: event.eventId,
          account: event.account === verdict.person ? null : event.account,
          moved: verdict.moved,
          claims: event.claims,
          answer: verdict.answer,
        })
        return
      case 'accept': {
        const item: AcceptedItem = {
          eventId: event.eventId,
          provider,
          sender: verdict.person,
          session: verdict.session,
          trust: verdict.trust,
          chatId: event.chatId,
          text: event.text,
          attachments: event.attachments,
          forwarded: event.forwarded,
          claims: event.claims,
          sentAt: event.sentAt,
          acceptedAt: options.now(),
          epoch: options.epoch,
          entryId: options.newEntryId(),
        }
        if (isStop(item, providerEvent.selfName, options)) return stop(item, providerEvent, options)
        if (!options.isHeard()) throw notHeard()
        options.reached('inbox:before')
        options.inbox.accept(item, providerEvent.otherIds)
        options.reached('inbox:after')
        if (verdict.bind !== null) options.bind(provider, verdict.person, verdict.bind)
        options.accepted(item)
        options.enqueue(item)
        options.report(acceptedActivity(item, `from the ${item.trust}`))
        return
      }
      default:
        assertNever(verdict)
    }
  }

/** What somebody meant for us and did not get in with. Everything else that is dropped was no message of theirs to us. */
const REFUSALS: ReadonlySet<RefusalReason> = new Set<RefusalReason>([
  'disabled',
  'blocked',
  'not_allowed',
  'open_without_star',
  'forwarded_by_stranger',
  'not_paired',
])

const noteRefusal = (
  { provider, sender, account }: InboundEvent,
  reason: RefusalReason,
  { people, refused }: ReceiveOptions,
): void => {
  if (sender === null || !REFUSALS.has(reason)) return
  const lists = people().of(provider).people
  // Whoever has somebody's number by now is not them, and leaves no trace in their conversation.
  const { person } = namedBy({ sender, account }, lists)
  // Where they would be, had they got in.
  const session = lists.owners.has(person) ? MAIN_SESSION : directSession(provider, person)
  refused(session, { provider, sender: person, reason })
}

const complete = (event: ProviderEvent, { dedupe, startedAt }: ReceiveOptions): InboundEvent => ({
  ...event,
  duplicate: dedupe.seen(event.provider, [event.eventId, ...event.otherIds]),
  // By whole seconds, as Telegram counts: a message of the second in which we started is not old.
  backlog: event.waited || Math.floor(event.sentAt / 1000) < Math.floor(startedAt / 1000),
})

/** Words that the sender only passed on are somebody else's, and nobody else may stop anything. */
const isStop = (item: AcceptedItem, selfName: string | undefined, { people }: ReceiveOptions): boolean =>
  !item.forwarded &&
  isStopCommand(item.text, selfName) &&
  people().of(item.provider).stoppers.has(item.sender)

/**
 * The command never becomes a message: nothing answers it, and no later start finds it open. The supervisor hears of
 * it before the disk does, for a stop waits for nothing; it hears of it once, since a repetition is a duplicate.
 */
const stop = (item: AcceptedItem, event: ProviderEvent, options: ReceiveOptions): void => {
  // Written before the owner resumed, who had the later word. By the order of delivery as well as by the clocks:
  // whoever writes while we listen is heard, whatever the clocks say.
  const isOver = event.waited && item.sentAt < options.resumedAt
  if (!isOver) options.stopAsked(item)
  options.accepted(item)
  const said = isOver ? 'asked to stop, before the owner resumed: not heeded' : 'asked to stop everything'
  options.report(acceptedActivity(item, said))
  options.inbox.settled(item.provider, [item.eventId, ...event.otherIds])
}

const notHeard = (): ClawdbotError =>
  new ClawdbotError(
    'audit_unwritable',
    'The supervisor can hear no more at the moment, so a message could not go into the audit and is not taken in.',
    'It is tried again. If it stays so, restart Clawdbot.',
  )

const acceptedActivity = (item: AcceptedItem, detail: string): GatewayActivity => ({
  at: item.acceptedAt,
  kind: 'accepted',
  provider: item.provider,
  sender: item.sender,
  session: item.session,
  detail,
})
