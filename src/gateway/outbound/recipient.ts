import { assertNever } from '../../shared/domain/assert-never.ts'
import { mayBeChatOf } from '../../shared/domain/direct-chat.ts'
import { type Asker, rightsOf } from '../../shared/domain/hands.ts'
import type { SenderId } from '../../shared/domain/identity.ts'
import { directSession } from '../../shared/domain/session.ts'
import type { AcceptedItem } from '../inbound/accepted-item.ts'
import { type Standing, standingOf } from '../inbound/decide.ts'
import type { ToldPeople } from '../inbound/told-people.ts'
import type { SendRequest } from './send-request.ts'

export interface RecipientFacts {
  readonly people: ToldPeople
  /** The open event that the request replies to, or that it is sent for, if it was accepted. */
  readonly item: AcceptedItem | undefined
}

export type RecipientRefusal = 'not_the_recipient' | 'read_only'

/**
 * Why a request may not go where it is addressed to, by the lists and rules as they are now; undefined: it may. An
 * answer goes to the conversation that asked and speaks for the session that the asker still has; a code goes to a
 * stranger while the policy offers codes; a notice goes to somebody who may write; a message of the tool `send` goes where
 * the asker's reach goes. Nothing else goes anywhere, and in read-only mode nothing to anybody but the owner.
 */
export const recipientRefusal = (
  request: SendRequest,
  { people, item }: RecipientFacts,
): RecipientRefusal | undefined => {
  const { policy, people: lists } = people.of(request.provider)
  const { recipient } = request
  if (!mayBeChatOf(request.provider, request.chatId, recipient, lists.accounts)) return 'not_the_recipient'
  const standing = standingOf(request.provider, recipient, policy, lists)
  if (!isAddressed(request, recipient, standing, { people, item })) return 'not_the_recipient'
  return people.rules.readOnly && standing?.trust !== 'owner' ? 'read_only' : undefined
}

const isAddressed = (
  request: SendRequest,
  recipient: SenderId,
  standing: Standing | undefined,
  { people, item }: RecipientFacts,
): boolean => {
  const { policy, people: lists } = people.of(request.provider)
  switch (request.kind) {
    case 'answer':
      return (
        item !== undefined &&
        item.eventId === request.replyTo &&
        isOwnConversation(request, item, recipient) &&
        standing?.session === request.session
      )
    case 'pairing':
      return (
        standing === undefined &&
        policy.dmPolicy === 'pairing' &&
        !policy.silent &&
        !policy.onlySelf &&
        !lists.blocked.has(recipient) &&
        request.session === directSession(request.provider, recipient)
      )
    case 'notice':
      return standing?.session === request.session
    case 'message': {
      const asker = item && askerOf(item, people)
      if (item === undefined || asker === undefined || item.session !== request.session) return false
      const { send } = rightsOf(asker, people.rules)
      if (isOwnConversation(request, item, recipient)) return send !== 'nobody'
      const { allowTo } = people.rules
      const isAllowed = allowTo === undefined || (allowTo[request.provider]?.includes(recipient) ?? false)
      return send === 'people' && standing !== undefined && isAllowed
    }
    default:
      return assertNever(request.kind)
  }
}

const isOwnConversation = (request: SendRequest, item: AcceptedItem, recipient: SenderId): boolean =>
  item.provider === request.provider &&
  item.chatId === request.chatId &&
  item.sender === recipient &&
  item.session === request.session

/** Who asks in the turn for a message, by what the lists give them now; undefined: they lost the right to this session. */
export const askerOf = (
  { provider, sender, session }: Pick<AcceptedItem, 'provider' | 'sender' | 'session'>,
  people: ToldPeople,
): Asker | undefined => {
  const { policy, people: lists } = people.of(provider)
  const standing = standingOf(provider, sender, policy, lists)
  return standing?.session === session ? { trust: standing.trust, provider, sender, session } : undefined
}
