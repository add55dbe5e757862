// Where the window is. The address' hash holds it, so that links are links and going back works.
import { useSyncExternalStore } from 'react'
import { type ProviderId, parseProvider } from '../../shared/domain/provider.ts'

export const SCREENS = [
  'overview',
  'pairing',
  'people',
  'sessions',
  'sandboxes',
  'logs',
  'security',
  'settings',
  'simulator',
] as const
export type Screen = (typeof SCREENS)[number]

export const SCREEN_LABEL: Readonly<Record<Screen, string>> = {
  overview: 'Overview',
  pairing: 'Pairing',
  people: 'People',
  sessions: 'Sessions',
  sandboxes: 'Sandboxes',
  logs: 'Logs',
  security: 'Security',
  settings: 'Settings',
  simulator: 'Simulator',
}

/** The key after `g` that jumps there. */
export const JUMP_KEY: Readonly<Record<Screen, string>> = {
  overview: 'o',
  pairing: 'p',
  people: 'e',
  sessions: 't',
  sandboxes: 'b',
  logs: 'l',
  security: 'y',
  settings: 'c',
  simulator: 's',
}

/** A screen, and on it the person, the place in a session or the line of the log that is meant, if any. */
export interface Place {
  readonly screen: Screen
  readonly person: { readonly provider: ProviderId; readonly id: string } | null
  /** `ref` as the archive names it; without a turn it is the newest that is meant. */
  readonly session: { readonly ref: string; readonly turn: number | null } | null
  /** Where in the log, as the Logs screen understands it: a number, `file:line`, a moment, `event:…`. */
  readonly log: string | null
}

/**
 * `#/pairing/telegram/42`, `#/sessions/<ref>/<turn>`, `#/logs/<where>`, or the name a notification gives, such as
 * `pairing`. Unknown: the overview.
 */
export const parsePlace = (address: string): Place => {
  const [name = '', first = '', second = ''] = address.replace(/^#?\/?/, '').split('/')
  const screen = SCREENS.find((known) => known === name) ?? 'overview'
  const place: Place = { screen, person: null, session: null, log: null }
  if (screen === 'sessions') {
    const ref = decode(first)
    return ref === '' ? place : { ...place, session: { ref, turn: parseTurn(second) } }
  }
  if (screen === 'logs') return { ...place, log: decode(first) || null }
  const provider = parseProvider(first)
  const id = decode(second)
  return { ...place, person: provider && id !== '' ? { provider, id } : null }
}

const parseTurn = (text: string): number | null => {
  const turn = Number(text)
  return /^\d+$/.test(text) && Number.isSafeInteger(turn) ? turn : null
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    // A stray % in an address leads to the screen, to nobody in particular.
    return ''
  }
}

export const hrefOf = (
  screen: Screen,
  person?: { readonly provider: ProviderId; readonly id: string },
): string => (person ? `#/${screen}/${person.provider}/${encode(person.id)}` : `#/${screen}`)

/** A session as it ends, or one turn of it. */
export const sessionHref = (ref: string, turn: number | null = null): string =>
  turn === null ? `#/sessions/${encode(ref)}` : `#/sessions/${encode(ref)}/${turn}`

/** A place in the log: a number, `file:line`, a moment, `event:…`. */
export const logHref = (where: string): string => `#/logs/${encode(where)}`

// Half a surrogate pair, in the name of a file or a person, has no place in an address; it becomes U+FFFD.
const encode = (text: string): string => encodeURIComponent(text.replace(LONE_SURROGATE, '\uFFFD'))

const LONE_SURROGATE = /\p{Surrogate}/gu

export const goTo = (screen: Screen, person?: Place['person']): void => {
  window.location.hash = hrefOf(screen, person ?? undefined)
}

const subscribe = (listener: () => void): (() => void) => {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}

/** The hash as it stands; parse it with parsePlace. */
export const useAddress = (): string => useSyncExternalStore(subscribe, () => window.location.hash)
