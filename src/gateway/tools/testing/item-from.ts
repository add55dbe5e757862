// Test support: an accepted message of one of the people of createToolWorld.
import { parseSenderId } from '../../../shared/domain/identity.ts'
import { directSession, MAIN_SESSION } from '../../../shared/domain/session.ts'
import type { AcceptedItem } from '../../inbound/accepted-item.ts'

/** 7 is the owner, in the main session; everybody else was a friend when it was accepted, unless `over` says otherwise. */
export const itemFrom = (id: string, over: Partial<AcceptedItem> = {}): AcceptedItem => {
  const sender = parseSenderId('telegram', id)
  if (sender === undefined) throw new Error(id)
  const isOwner = id === '7'
  return {
    eventId: 'telegram:1',
    provider: 'telegram',
    sender,
    session: isOwner ? MAIN_SESSION : directSession('telegram', sender),
    trust: isOwner ? 'owner' : 'friend',
    chatId: id,
    text: 'x',
    forwarded: false,
    attachments: [],
    claims: {},
    sentAt: 1,
    acceptedAt: 1,
    epoch: 'first',
    entryId: '00000001',
    ...over,
  }
}
