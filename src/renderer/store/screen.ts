// Where the window is. The address' hash holds it, so that links are links and going back works.
import { useSyncExternalStore } from 'react'
import { type ProviderId, parseProvider } from '../../shared/domain/provider.ts'

export const SCREENS = [
  'overview',
  'pairing',
  'people',
  'sandboxes',
  'logs',
  'security',
  'simulator',
] as const
export type Screen = (typeof SCREENS)[number]

export const SCREEN_LABEL: Readonly<Record<Screen, string>> = {
  overview: 'Overview',
  pairing: 'Pairing',
  people: 'People',
  sandboxes: 'Sandboxes',
  logs: 'Logs',
  security: 'Security',
  simulator: 'Simulator',
}

/** The key after `g` that jumps there. */
export const JUMP_KEY: Readonly<Record<Screen, string>> = {
  overview: 'o',
  pairing: 'p',
  people: 'e',
  sandboxes: 'b',
  logs: 'l',
  security: 'y',
  simulator: 's',
}

/** A screen, and on it the person that is meant, if any. */
export interface Place {
  readonly screen: Screen
  readonly person: { readonly provider: ProviderId; readonly id: string } | null
}

/** `#/pairing/telegram/42`, or the name a notification gives, such as `pairing`. Unknown: the overview. */
export const parsePlace = (address: string): Place => {
  const [name = '', providerName = '', id = ''] = address.replace(/^#?\/?/, '').split('/')
  const screen = SCREENS.find((known) => known === name) ?? 'overview'
  const provider = parseProvider(providerName)
  const decoded = decode(id)
  return { screen, person: provider && decoded ? { provider, id: decoded } : null }
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
): string => (person ? `#/${screen}/${person.provider}/${encodeURIComponent(person.id)}` : `#/${screen}`)

export const goTo = (screen: Screen, person?: Place['person']): void => {
  window.location.hash = hrefOf(screen, person ?? undefined)
}

const subscribe = (listener: () => void): (() => void) => {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}

/** The hash as it stands; parse it with parsePlace. */
export const useAddress = (): string => useSyncExternalStore(subscribe, () => window.location.hash)
