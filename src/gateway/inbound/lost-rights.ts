import type { AcceptedItem } from './accepted-item.ts'
import { standingOf } from './decide.ts'
import type { ToldPeople } from './told-people.ts'

/**
 * Open messages whose senders no longer have the right they came in with: it was revoked, or it is another session
 * now (the owner's chat is nobody else's, also not that of who was the owner a moment ago).
 */
export const itemsWithoutRight = (
  items: readonly AcceptedItem[],
  people: ToldPeople,
): readonly AcceptedItem[] =>
  items.filter((item) => {
    const { policy, people: lists } = people.of(item.provider)
    return standingOf(item.provider, item.sender, policy, lists)?.session !== item.session
  })
