// The one act that stops everything, without a page: what was pressed when, and whether that is enough.

import { assertNever } from '../../../shared/domain/assert-never.ts'

/** How long STOP is held. Milliseconds. */
export const HOLD_MS = 600
/** Assistive technology can click but not hold: two such clicks within this time do. Milliseconds. */
export const TWICE_MS = 3000

export type Hold =
  | { readonly kind: 'idle'; readonly clickedAt: number | null }
  | { readonly kind: 'holding'; readonly since: number; readonly by: 'pointer' | 'key' }
  | { readonly kind: 'done' }

export type HoldEvent =
  | { readonly type: 'press'; readonly at: number; readonly by: 'pointer' | 'key' }
  /** Let go, or the pointer or the window was lost. */
  | { readonly type: 'release' }
  /** The button lost the focus: a key's end will not be heard there, a pointer's will. */
  | { readonly type: 'blur' }
  | { readonly type: 'time'; readonly at: number }
  /** A click that no pointer and no key made. */
  | { readonly type: 'synthetic-click'; readonly at: number }
  | { readonly type: 'reset' }

export const idle: Hold = { kind: 'idle', clickedAt: null }

/** The next state; `done` is entered once per act, and that is when everything stops. */
export const stepHold = (hold: Hold, event: HoldEvent): Hold => {
  switch (event.type) {
    case 'press':
      return hold.kind === 'idle' ? { kind: 'holding', since: event.at, by: event.by } : hold
    case 'release':
      return hold.kind === 'holding' ? idle : hold
    case 'blur':
      return hold.kind === 'holding' && hold.by === 'key' ? idle : hold
    case 'time':
      return hold.kind === 'holding' && event.at - hold.since >= HOLD_MS ? { kind: 'done' } : hold
    case 'synthetic-click':
      if (hold.kind !== 'idle') return hold
      return hold.clickedAt !== null && event.at - hold.clickedAt <= TWICE_MS
        ? { kind: 'done' }
        : { kind: 'idle', clickedAt: event.at }
    case 'reset':
      return idle
    default:
      return assertNever(event)
  }
}
