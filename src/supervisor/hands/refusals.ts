import type { MessageAct, PrivilegedAct, ToolAct } from '../../shared/contracts/acts.ts'
import { mayBeChatOf } from '../../shared/domain/direct-chat.ts'
import { type Asker, type HandsRules, type Place, rightsOf } from '../../shared/domain/hands.ts'
import { parseSenderId, type SenderId } from '../../shared/domain/identity.ts'
import type { Trust } from '../../shared/domain/people.ts'
import type { ProviderId } from '../../shared/domain/provider.ts'
import { directSession, MAIN_SESSION } from '../../shared/domain/session.ts'
import type { ProviderPeople } from '../people/read-provider.ts'
import { askerNamed, askerOf, standing } from './asker.ts'

export interface HandsFacts {
  readonly rules: HandsRules
  readonly providerNow: (provider: ProviderId) => ProviderPeople | undefined
}

/**
 * What the owner's rules say against an act, in one sentence; undefined: they allow it. Asked here at each intent,
 * so that a change of the rules holds before the next act, whatever the gateway has heard of it.
 */
export const refusalOf = (act: PrivilegedAct, facts: HandsFacts): string | undefined =>
  act.act === 'message.send' ? refusalOfMessage(act, facts) : refusalOfTool(act, facts)

const refusalOfMessage = (act: MessageAct, facts: HandsFacts): string | undefined => {
  const { rules, providerNow } = facts
  const recipient = recipientOf(act, providerNow)
  const trust = recipient && standing(act.provider, recipient, providerNow)
  if (rules.readOnly && trust !== 'owner') {
    return 'read-only mode is on: no message to anybody but the owner'
  }
  if (act.purpose !== 'message') return refusalOfReply(act, recipient, trust)
  const asker = askerOf(act.session, providerNow)
  if (asker === undefined) return NOBODY
  const { send } = rightsOf(asker, rules)
  if (send === 'nobody') return 'this session may not send messages'
  // Whoever owns `main` may sit at several messengers: each of their own chats is the conversation itself.
  const own = asker.trust === 'owner' ? trust === 'owner' : isOwnChat(asker, act.provider, recipient)
  if (own) return undefined
  if (send === 'conversation') return 'this session may write to its own conversation only'
  // Under `open` everybody is a guest: that is no list of people whom the owner has let in.
  if (recipient === undefined || trust === undefined || trust === 'guest') {
    return 'the recipient is nobody who was let in'
  }
  if (rules.allowTo !== undefined && !(rules.allowTo[act.provider] ?? []).includes(recipient)) {
    return 'outbound.allowTo does not name the recipient'
  }
  return undefined
}

/** An answer and a notice go to whom their session belongs, a code to a stranger. There is nothing else. */
const refusalOfReply = (
  { purpose, provider, session }: MessageAct,
  recipient: SenderId | undefined,
  trust: Trust | undefined,
): string | undefined => {
  if (recipient === undefined) return 'the recipient is nobody who could be let in'
  const own = trust === 'owner' ? MAIN_SESSION : directSession(provider, recipient)
  switch (purpose) {
    case 'answer':
    case 'notice':
      if (trust === undefined) return 'the recipient is nobody who was let in'
      return session === own ? undefined : 'the recipient is not the one whose session speaks'
    case 'pairing':
      return trust === undefined && session === own ? undefined : 'a code is for strangers only'
    default:
      return 'nobody knows what this message is for'
  }
}

/** Whom the act names, where the chat can be theirs. */
const recipientOf = (
  { provider, chatId, recipient }: MessageAct,
  providerNow: HandsFacts['providerNow'],
): SenderId | undefined => {
  const person = parseSenderId(provider, recipient)
  const accounts = providerNow(provider)?.people.accounts ?? new Map<SenderId, SenderId>()
  return person !== undefined && mayBeChatOf(provider, chatId, person, accounts) ? person : undefined
}

const isOwnChat = (asker: Asker, provider: ProviderId, recipient: SenderId | undefined): boolean =>
  provider === asker.provider && recipient === asker.sender

const NOBODY = 'nobody who is let in speaks in this session'

const refusalOfTool = (act: ToolAct, { rules, providerNow }: HandsFacts): string | undefined => {
  const asker = askerNamed(act, providerNow)
  if (asker === undefined) return NOBODY
  if (act.tool === 'send') {
    if (act.place !== 'messenger') return 'the tool send acts at a messenger'
    return rightsOf(asker, rules).send === 'nobody' ? 'this session may not send messages' : undefined
  }
  if (act.place === 'messenger') return `the tool ${act.tool} does not act at a messenger`
  return refusalOfHand(asker, rules, act.tool, act.place)
}

/** Why a tool may not act there for somebody; undefined: it may. */
export const refusalOfHand = (
  asker: Asker,
  rules: HandsRules,
  tool: Exclude<ToolAct['tool'], 'send'>,
  place: Place,
): string | undefined => {
  const right = rightsOf(asker, rules).hands[tool]
  if (right.kind === 'refused') return right.why
  if (right.kind === 'either' || right.kind === place) return undefined
  if (place === 'sandbox') return 'this session has no sandbox'
  const readOnly = rightsOf(asker, { ...rules, readOnly: false }).hands[tool]
  return rules.readOnly && (readOnly.kind === 'either' || readOnly.kind === 'host')
    ? 'read-only mode is on: no write and no shell on the host'
    : 'host access is not given to this session'
}

/** Whether this act has to rest on the owner's word besides. */
export const needsApproval = (act: PrivilegedAct, { elevated }: HandsRules): boolean =>
  act.act === 'tool.run' && act.tool === 'bash' && act.place === 'host' && elevated.approve !== 'never'
