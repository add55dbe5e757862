// How the window keeps its copy of the state true: a whole, then numbered changes. Pure; connect-feed.ts drives it.
import type { AppState, StatePatch } from '../../shared/contracts/app-state.ts'
import type { Snapshot } from '../../shared/contracts/bridge.ts'
import { assertNever } from '../../shared/domain/assert-never.ts'
import type { BridgeError } from '../bridge.ts'

/**
 * `loading`: nothing yet. `live`: as main has it. `behind`: a change is missing, the whole is on its way.
 * `lost`: the whole could not be had; `state` is what was last known, if anything.
 */
export interface Feed {
  readonly status: 'loading' | 'live' | 'behind' | 'lost'
  readonly state: AppState | null
  readonly sequence: number
  /** Changes that arrived while the whole was not there yet. */
  readonly waiting: readonly StatePatch[]
  readonly error: BridgeError | null
  /** When the feed was lost, milliseconds since the epoch. */
  readonly lostAt: number | null
}

export type FeedEvent =
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly type: 'patch'; readonly patch: StatePatch }
  | { readonly type: 'failed'; readonly error: BridgeError; readonly at: number }

export const emptyFeed: Feed = {
  status: 'loading',
  state: null,
  sequence: 0,
  waiting: [],
  error: null,
  lostAt: null,
}

/** More waiting changes than this are worth less than asking for the whole again. */
const MAX_WAITING = 500

/** The next feed. A feed that ends `behind` needs the whole: ask for it. */
export const stepFeed = (feed: Feed, event: FeedEvent): Feed => {
  switch (event.type) {
    case 'patch':
      return withPatch(feed, event.patch)
    case 'snapshot':
      return withSnapshot(feed, event.snapshot)
    case 'failed':
      return { ...feed, status: 'lost', error: event.error, lostAt: feed.lostAt ?? event.at }
    default:
      return assertNever(event)
  }
}

const withPatch = (feed: Feed, patch: StatePatch): Feed => {
  if (feed.status === 'live' && feed.state !== null) {
    if (patch.sequence <= feed.sequence) return feed
    if (patch.sequence === feed.sequence + 1) {
      return { ...feed, sequence: patch.sequence, state: { ...feed.state, ...patch.changed } }
    }
    return { ...feed, status: 'behind', waiting: [patch] }
  }
  return { ...feed, waiting: [...feed.waiting, patch].slice(-MAX_WAITING) }
}

const withSnapshot = (feed: Feed, { state, sequence }: Snapshot): Feed =>
  feed.waiting
    .toSorted((one, other) => one.sequence - other.sequence)
    .reduce<Feed>(withPatch, { status: 'live', state, sequence, waiting: [], error: null, lostAt: null })
