// What this window remembers about its owner's taste. Losing it costs nothing.
import { create } from 'zustand'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

interface Prefs {
  readonly theme: Theme
  /** Whether single keys (j, a, g p, ?) do something; off for those who dictate. */
  readonly singleKeys: boolean
  readonly utc: boolean
  readonly wrap: boolean
  readonly set: (changed: Partial<Omit<Prefs, 'set'>>) => void
}

const KEY = 'clawdbot.prefs'

export const readStored = (key: string): unknown => {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null')
  } catch {
    // Storage is off, or somebody else wrote there: the defaults do.
    return null
  }
}

export const store = (key: string, value: unknown): void => {
  try {
    localStorage.setItem(key, JSON.stringify(value))
  } catch {
    // Storage is off: the window forgets with its end.
  }
}

const fieldOf = (stored: unknown, name: string): unknown =>
  typeof stored === 'object' && stored !== null ? Reflect.get(stored, name) : undefined

const stored = readStored(KEY)

export const usePrefs = create<Prefs>()((set, get) => ({
  theme: THEMES.find((theme) => theme === fieldOf(stored, 'theme')) ?? 'system',
  singleKeys: fieldOf(stored, 'singleKeys') !== false,
  utc: fieldOf(stored, 'utc') === true,
  wrap: fieldOf(stored, 'wrap') !== false,
  set: (changed) => {
    set(changed)
    const { theme, singleKeys, utc, wrap } = get()
    store(KEY, { theme, singleKeys, utc, wrap })
  },
}))

const show = ({ theme }: Prefs): void => {
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}

/** Puts the chosen theme on the page now, and whenever it changes. */
export const applyTheme = (): (() => void) => {
  show(usePrefs.getState())
  return usePrefs.subscribe(show)
}
