import { claimedName } from './claims.ts'
import type { Notes } from './notes.ts'
import type { ProviderPeople } from './read-provider.ts'

/** Keeps the name of whoever was waiting before and is approved now, also where the cli approved them. */
export const rememberApproved = (
  before: readonly ProviderPeople[],
  after: readonly ProviderPeople[],
  notes: Notes,
  now: number,
): void => {
  for (const { provider, requests } of before) {
    const approved = after.find((read) => read.provider === provider)?.people.approved
    for (const { id, meta } of requests) {
      if (approved?.has(id) && notes.of(provider, id)?.approvedAt == null) {
        notes.remember(provider, id, { claimedName: claimedName(meta), approvedAt: now })
      }
    }
  }
}
