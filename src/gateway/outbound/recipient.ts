import { assertNever } from '../../shared/domain/assert-never.ts'
import { parseSenderId } from '../../shared/domain/identity.ts'
import { directSession } from '../../shared/domain/session.ts'
import type { AcceptedItem } from '../inbound/accepted-item.ts'
import { standingOf } from '../inbound/decide.ts'
import type { ToldPeople } from '../inbound/told-people.ts'
import type { SendRequest } from './send-request.ts'

export interface RecipientFacts {
  readonly people: ToldPeople
  /** The open event that the request replies to, if it was accepted. */
  readonly item: AcceptedItem | undefined
}

/**
 * Whether a request goes to whom it may go to, by the lists as they are now. An answer goes to the conversation
 * that asked and speaks for the session that the asker still has; a code goes to a stranger while the policy offers
 * codes; a notice goes to somebody who may write. Nothing else goes anywhere.
 */
export const mayReceive = (request: SendRequest, { people, item }: RecipientFacts): boolean => {
  const { policy, people: lists } = people.of(request.provider)
  // In every chat that passes the gate the chat has the id of its person.
  const recipient = parseSenderId(request.provider, request.chatId)
  if (recipient === undefined) return false
  const standing = standingOf(request.provider, recipient, policy, lists)
  switch (request.kind) {
    case 'answer':
      return (
        item !== undefined &&
        item.eventId === request.replyTo &&
        item.provider === request.provider &&
        item.chatId === request.chatId &&
        item.sender === recipient &&
        item.session === request.session &&
        standing?.session === request.session
      )
    case 'pairing':
      return (
        standing === undefined &&
        policy.dmPolicy === 'pairing' &&
        !policy.silent &&
        !lists.blocked.has(recipient) &&
        request.session === directSession(request.provider, recipient)
      )
    case 'notice':
      return standing?.session === request.session
    default:
      return assertNever(request.kind)
  }
}
