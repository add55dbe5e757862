import type { LinkAct, ProviderLink } from '../../../shared/contracts/provider-status.ts'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import type { Ending } from './endings.ts'

/** Where the login of WhatsApp stands. */
export type LinkState =
  /** Nobody is linked, or not any more. */
  | { readonly at: 'unlinked'; readonly why: string }
  /** A connection for which somebody has to scan a code. */
  | { readonly at: 'linking'; readonly code: Code | null; readonly failures: number }
  | { readonly at: 'connecting'; readonly failures: number; readonly why: string; readonly untaken: string }
  | { readonly at: 'connected'; readonly failures: number; readonly since: number; readonly untaken: string }
  /** The next try is under way by the clock. */
  | {
      readonly at: 'waiting'
      readonly for: 'a login' | 'a code'
      readonly failures: number
      readonly why: string
      readonly untaken: string
    }
  | { readonly at: 'logging out' }
  /** Only the owner can say what comes next. */
  | {
      readonly at: 'stopped'
      readonly as: 'conflict' | 'logged_out' | 'refused' | 'failed'
      readonly why: string
      readonly login: 'kept' | 'gone'
    }
  | { readonly at: 'off' }

type Code = NonNullable<ProviderLink['code']>

export type LinkEvent =
  | { readonly type: 'start'; readonly login: 'there' | 'none' }
  | { readonly type: 'act'; readonly act: LinkAct }
  | { readonly type: 'code'; readonly code: Code }
  /** The phone has scanned a code, and its login is on the disk. */
  | { readonly type: 'paired' }
  | { readonly type: 'opened'; readonly now: number }
  | { readonly type: 'ended'; readonly ending: Ending; readonly now: number }
  /** A message was taken in. */
  | { readonly type: 'taken' }
  | { readonly type: 'waited' }
  | { readonly type: 'logged out'; readonly phone: 'knows' | 'was not told' }
  | { readonly type: 'not wiped'; readonly why: string }
  | { readonly type: 'stop' }

export type LinkEffect =
  | { readonly do: 'connect'; readonly with: 'the login' | 'a new one' }
  /** Ends the connection, and the waiting for the next. */
  | { readonly do: 'disconnect' }
  /** `failures` in a row say how long (`pauseMs`), unless WhatsApp has said so. */
  | { readonly do: 'wait'; readonly failures: number; readonly atLeastMs: number }
  | { readonly do: 'log out' }
  | { readonly do: 'wipe' }

export interface Step {
  readonly state: LinkState
  readonly effects: readonly LinkEffect[]
}

/** After this long the network is called steady, and the next failure the first. Milliseconds. */
const STEADY_MS = 60_000
/** In a row, of a connection that had opened: WhatsApp is there and takes us, so the network is tried more often. */
const FAILURES_WHEN_OPEN = 3
/** Somebody stands before the screen: not for long. */
const FAILURES_WHEN_LINKING = 4
const MAX_PAUSES = 60

const NOBODY_SCANNED = 'Nobody scanned the code in time. Link again to see a new one.'
const STILL_LISTED =
  'The login is removed here. The phone could not be told and may still list it: remove it there under Linked devices.'
const REPLACED =
  'Another device or program uses this login of WhatsApp. Stop it there, then connect again; only one can have it.'

/** What comes of an event. Total, and without effects of its own. */
export const step = (state: LinkState, event: LinkEvent): Step => {
  if (state.at === 'off' && event.type !== 'start') return same(state)
  switch (event.type) {
    case 'start':
      return event.login === 'there' ? connect(0, '', '') : same({ at: 'unlinked', why: '' })
    case 'act':
      return act(state, event.act)
    case 'code':
      return same(state.at === 'linking' ? { ...state, code: event.code } : state)
    case 'paired':
      return same(state.at === 'linking' ? { at: 'connecting', failures: 0, why: '', untaken: '' } : state)
    case 'opened': {
      if (state.at !== 'connecting') return same(state)
      const { failures, untaken } = state
      return same({ at: 'connected', failures, since: event.now, untaken })
    }
    case 'ended':
      return ended(state, event.ending, event.now)
    case 'taken':
      return same('untaken' in state ? { ...state, untaken: '' } : state)
    case 'waited':
      if (state.at !== 'waiting') return same(state)
      return state.for === 'a code'
        ? connectAnew(state.failures)
        : connect(state.failures, state.why, state.untaken)
    case 'logged out':
      if (state.at !== 'logging out') return same(state)
      return forget({ at: 'unlinked', why: event.phone === 'knows' ? '' : STILL_LISTED })
    case 'not wiped':
      return same({ at: 'stopped', as: 'refused', why: event.why, login: 'kept' })
    case 'stop':
      return { state: { at: 'off' }, effects: [{ do: 'disconnect' }] }
    default:
      return assertNever(event)
  }
}

const same = (state: LinkState): Step => ({ state, effects: [] })

const connect = (failures: number, why: string, untaken: string): Step => ({
  state: { at: 'connecting', failures, why, untaken },
  effects: [{ do: 'connect', with: 'the login' }],
})

const connectAnew = (failures: number): Step => ({
  state: { at: 'linking', code: null, failures },
  effects: [{ do: 'connect', with: 'a new one' }],
})

/** No key of a login that is over stays on the disk. */
const forget = (state: LinkState): Step => ({ state, effects: [{ do: 'disconnect' }, { do: 'wipe' }] })

const act = (state: LinkState, wanted: LinkAct): Step => {
  switch (wanted) {
    case 'begin':
      return begin(state)
    case 'cancel':
      return isLinking(state) ? forget({ at: 'unlinked', why: '' }) : same(state)
    case 'unlink':
      return unlink(state)
    default:
      return assertNever(wanted)
  }
}

const isLinking = (state: LinkState): boolean =>
  state.at === 'linking' || (state.at === 'waiting' && state.for === 'a code')

const begin = (state: LinkState): Step => {
  switch (state.at) {
    case 'unlinked':
      return connectAnew(0)
    case 'stopped':
      return state.login === 'gone' ? connectAnew(0) : connect(0, '', '')
    case 'waiting':
      return step(state, { type: 'waited' })
    case 'linking':
    case 'connecting':
    case 'connected':
    case 'logging out':
    case 'off':
      return same(state)
    default:
      return assertNever(state)
  }
}

const unlink = (state: LinkState): Step => {
  if (state.at === 'connected') return { state: { at: 'logging out' }, effects: [{ do: 'log out' }] }
  if (state.at === 'logging out') return same(state)
  const isKnown =
    state.at === 'unlinked' || isLinking(state) || (state.at === 'stopped' && state.login === 'gone')
  return forget({ at: 'unlinked', why: isKnown ? '' : STILL_LISTED })
}

const ended = (state: LinkState, ending: Ending, now: number): Step => {
  switch (state.at) {
    case 'linking':
      return linkingEnded(state, ending)
    case 'connecting':
    case 'connected':
      return loginEnded(state, ending, now)
    case 'logging out':
      // That is how WhatsApp says yes; everything else left it unsaid.
      return step(state, { type: 'logged out', phone: ending.kind === 'removed' ? 'knows' : 'was not told' })
    case 'waiting':
    case 'unlinked':
    case 'stopped':
    case 'off':
      return same(state)
    default:
      return assertNever(state)
  }
}

const linkingEnded = (state: Extract<LinkState, { at: 'linking' }>, ending: Ending): Step => {
  switch (ending.kind) {
    case 'codes used up':
      return forget({ at: 'unlinked', why: NOBODY_SCANNED })
    case 'not paired':
    case 'removed':
    case 'barred':
      return forget({ at: 'unlinked', why: `${ending.why} Link again.` })
    case 'replaced':
      return forget({ at: 'unlinked', why: REPLACED })
    case 'refused':
    case 'unusable':
      return stopped(ending.kind === 'refused' ? 'refused' : 'failed', ending.why, 'gone')
    case 'restart':
    case 'lost':
    case 'paused':
    case 'not kept': {
      const failures = state.failures + 1
      const why = ending.kind === 'restart' ? 'it asked to connect again' : ending.why
      if (failures > FAILURES_WHEN_LINKING)
        return forget({ at: 'unlinked', why: `No connection to WhatsApp: ${why}. Link again.` })
      return wait('a code', failures, why, '', 0)
    }
    default:
      return assertNever(ending)
  }
}

const loginEnded = (
  state: Extract<LinkState, { at: 'connecting' | 'connected' }>,
  ending: Ending,
  now: number,
): Step => {
  const before = state.at === 'connected' && now - state.since >= STEADY_MS ? 0 : state.failures
  const failures = before + 1
  const { untaken } = state
  switch (ending.kind) {
    case 'restart':
      // Asked for once, right after linking, it is meant; asked for again and again, it is a failure like others.
      return before === 0
        ? connect(failures, '', untaken)
        : wait('a login', failures, 'it asked to connect again', untaken, 0)
    case 'lost': {
      const counted = state.at === 'connected' ? Math.min(failures, FAILURES_WHEN_OPEN) : failures
      return wait('a login', counted, ending.why, untaken, 0)
    }
    case 'codes used up':
    case 'not paired':
      return wait('a login', failures, 'it did not take the login', untaken, 0)
    case 'not kept':
      return wait('a login', failures, ending.why, ending.why, 0)
    case 'paused':
      return wait('a login', failures, ending.why, untaken, ending.forMs)
    case 'replaced':
      return stopped('conflict', REPLACED, 'kept')
    case 'removed':
      return {
        state: { at: 'stopped', as: 'logged_out', why: ending.why, login: 'gone' },
        effects: [{ do: 'disconnect' }, { do: 'wipe' }],
      }
    case 'barred':
      return stopped('logged_out', ending.why, 'kept')
    case 'refused':
      return stopped('refused', ending.why, 'kept')
    case 'unusable':
      return stopped('failed', ending.why, 'kept')
    default:
      return assertNever(ending)
  }
}

const stopped = (
  as: Extract<LinkState, { at: 'stopped' }>['as'],
  why: string,
  login: 'kept' | 'gone',
): Step => ({ state: { at: 'stopped', as, why, login }, effects: [{ do: 'disconnect' }] })

const wait = (
  what: 'a login' | 'a code',
  failures: number,
  why: string,
  untaken: string,
  atLeastMs: number,
): Step => ({
  state: { at: 'waiting', for: what, failures, why, untaken },
  effects: [{ do: 'disconnect' }, { do: 'wait', failures, atLeastMs }],
})

/**
 * How long to wait before the next try: soon after the first failure, then 1, 2, 4 … 60 pauses, each shortened by up to half
 * at random, so that not everybody comes back at once. Milliseconds. `random` is from 0 to 1.
 */
export const waitMs = (failures: number, pauseMs: number, random: number): number => {
  const pauses = failures <= 1 ? 0.5 : Math.min(MAX_PAUSES, 2 ** Math.min(failures - 2, 10))
  return Math.round(pauses * pauseMs * (1 - random / 2))
}
