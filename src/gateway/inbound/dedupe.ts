import { PROVIDERS, type ProviderId } from '../../shared/domain/provider.ts'
import { BoundedSet } from './bounded-set.ts'

/** Accepted events per provider that are remembered, over restarts. Each may have two ids. */
const ACCEPTED_REMEMBERED = 20_000
const IDS_PER_EVENT = 2
/** Events that were not accepted: enough to see a repetition, few enough for a flood to cost nothing. */
const REFUSED_REMEMBERED = 2_000

/**
 * Which events were handled before. Accepted and refused ones are kept apart, so that a flood from strangers can
 * not push an accepted message out of memory and have it answered a second time.
 */
export interface Dedupe {
  seen(provider: ProviderId, ids: readonly string[]): boolean
  accepted(provider: ProviderId, ids: readonly string[]): void
  refused(provider: ProviderId, ids: readonly string[]): void
  /** What has to outlive a compaction of the journal, oldest first. */
  acceptedIds(provider: ProviderId): readonly string[]
}

export const createDedupe = (): Dedupe => {
  const accepted = onePerProvider(ACCEPTED_REMEMBERED * IDS_PER_EVENT)
  const refused = onePerProvider(REFUSED_REMEMBERED * IDS_PER_EVENT)
  return {
    seen: (provider, ids) => ids.some((id) => accepted(provider).has(id) || refused(provider).has(id)),
    accepted: (provider, ids) => {
      for (const id of ids) accepted(provider).add(id)
    },
    refused: (provider, ids) => {
      for (const id of ids) refused(provider).add(id)
    },
    acceptedIds: (provider) => accepted(provider).members(),
  }
}

const onePerProvider = (capacity: number): ((provider: ProviderId) => BoundedSet) => {
  const sets = new Map(PROVIDERS.map((provider) => [provider, new BoundedSet(capacity)] as const))
  return (provider) => {
    const found = sets.get(provider)
    if (found === undefined) throw new Error(`no memory for ${provider}`)
    return found
  }
}
