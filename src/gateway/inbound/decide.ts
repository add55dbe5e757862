import type { SenderId } from '../../shared/domain/identity.ts'
import type { InboundEvent } from '../../shared/domain/inbound.ts'
import {
  type Named,
  namedBy,
  type People,
  type ProviderPolicy,
  type Trust,
  trustOf,
} from '../../shared/domain/people.ts'
import type { ProviderId } from '../../shared/domain/provider.ts'
import { directSession, MAIN_SESSION, type SessionKey } from '../../shared/domain/session.ts'
import type { DropReason, Verdict } from '../../shared/domain/verdict.ts'
import { isPairingText } from './pairing-text.ts'

/** What the lists give a sender now, and the session that goes with it. */
export interface Standing {
  readonly trust: Trust
  readonly session: SessionKey
}

/**
 * The right of a sender at this moment, or undefined. The gate asks it when a message comes, and the outbox asks
 * it again when the answer leaves, so that a revoked right ends with the revocation.
 */
export const standingOf = (
  provider: ProviderId,
  sender: SenderId,
  policy: ProviderPolicy,
  people: People,
): Standing | undefined => {
  if (policy.dmPolicy === 'disabled') return undefined
  const trust = trustOf(sender, policy, people)
  if (trust === undefined) return undefined
  return { trust, session: trust === 'owner' ? MAIN_SESSION : directSession(provider, sender) }
}

/** Everything a rule may look at. */
interface Facts {
  readonly event: InboundEvent
  readonly policy: ProviderPolicy
  readonly people: People
  /** Whom the lists mean; undefined without a valid id. */
  readonly named: Named | undefined
}

/** A refusal and when it holds. */
type Rule = readonly [reason: DropReason, holds: (facts: Facts) => boolean]

/** Never for us, whoever the lists name. */
const RULES_FOR_ALL: readonly Rule[] = [
  ['not_a_message', ({ event }) => event.kind !== 'message'],
  // In the chat with oneself only an owner whom the config names is heard; to anybody else it would be a pairing with oneself.
  ['own_message', ({ event, people }) => event.fromSelf && !isOwnersSelfChat(event, people)],
  ['only_self_chat', ({ event, policy }) => policy.onlySelf && !event.selfChat],
  ['bot', ({ event }) => event.fromBot],
  ['on_behalf', ({ event }) => event.onBehalf],
  ['not_direct', ({ event }) => !event.direct],
  ['unknown_sender', ({ event }) => event.sender === null],
  ['duplicate', ({ event }) => event.duplicate],
  ['empty', ({ event }) => event.text.trim() === '' && event.attachments.length === 0],
  ['disabled', ({ policy }) => policy.dmPolicy === 'disabled'],
  ['blocked', ({ event, named, people }) => isBlocked(event, named, people)],
]

/** What a sender without a right gets instead of a code. */
const RULES_FOR_STRANGERS: readonly Rule[] = [
  // Only `pairing` ever sends a code (openclaw #26982, #13294).
  ['number_moved', ({ named, policy }) => named?.moved != null && policy.dmPolicy !== 'pairing'],
  ['not_allowed', ({ policy }) => policy.dmPolicy === 'allowlist'],
  ['open_without_star', ({ policy }) => policy.dmPolicy === 'open'],
  ['forwarded_by_stranger', ({ event }) => event.forwarded],
  // Two gateways that answer each other's codes would never stop.
  ['pairing_echo', ({ event }) => isPairingText(event.text)],
]

/** The gate: who gets in, who is asked to pair, and why everything else goes nowhere. Total and without effects. */
export const decide = (event: InboundEvent, policy: ProviderPolicy, people: People): Verdict => {
  const { sender, account } = event
  const named = sender === null ? undefined : namedBy({ sender, account }, people)
  const facts: Facts = { event, policy, people, named }
  const refused = firstHolding(RULES_FOR_ALL, facts)
  if (refused !== undefined) return { kind: 'drop', reason: refused }
  // The rules have refused it already; the type does not know.
  if (named === undefined) return { kind: 'drop', reason: 'unknown_sender' }
  const { person, moved, bind } = named
  const standing = standingOf(event.provider, person, policy, people)
  // Whom nobody let in by their number is held to the account: the next who has the number begins anew.
  if (standing?.trust === 'guest' && account !== null)
    return {
      ...standing,
      kind: 'accept',
      session: directSession(event.provider, account),
      person: account,
      bind: null,
    }
  if (standing !== undefined) return { ...standing, kind: 'accept', person, bind }
  const turnedAway = firstHolding(RULES_FOR_STRANGERS, facts)
  if (turnedAway !== undefined) return { kind: 'drop', reason: turnedAway }
  // Backlog is queued for the owner without an answer: a start must not send codes by the dozen (openclaw #834).
  return { kind: 'pair', answer: !event.backlog && !policy.silent, person, moved }
}

const firstHolding = (rules: readonly Rule[], facts: Facts): DropReason | undefined => {
  for (const [reason, holds] of rules) if (holds(facts)) return reason
  return undefined
}

/** The owner can not be blocked: nothing in a list is stronger than the config's `owner`. */
const isBlocked = (
  { sender, account }: InboundEvent,
  named: Named | undefined,
  { blocked, owners }: People,
): boolean => {
  if (named !== undefined && owners.has(named.person)) return false
  return [sender, account, named?.person ?? null].some((id) => id !== null && blocked.has(id))
}

const isOwnersSelfChat = ({ selfChat, sender }: InboundEvent, { owners }: People): boolean =>
  selfChat && sender !== null && owners.has(sender)
