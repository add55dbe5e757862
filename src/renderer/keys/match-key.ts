// Which key means what, in one place and without a page: the listener gives what happened, this says what to do.
import { JUMP_KEY, SCREENS, type Screen } from '../store/screen.ts'

/** A key press, as far as shortcuts care. */
export interface KeyPress {
  readonly key: string
  /** Ctrl, or Cmd on a Mac. */
  readonly command: boolean
  readonly alt: boolean
  /** The key is held down and repeats. */
  readonly repeat: boolean
  /** The focus is where text is typed, or in something that lies over the screen. */
  readonly busy: boolean
  /** When, milliseconds. */
  readonly at: number
}

export type KeyAction =
  | { readonly kind: 'palette' }
  | { readonly kind: 'sheet' }
  | { readonly kind: 'go'; readonly screen: Screen }
  /** For the screen that is shown. */
  | { readonly kind: 'screen'; readonly key: string }
  | { readonly kind: 'nothing' }

/** When `g` was pressed and waits for the second key; null when it does not. */
export type KeyState = number | null

/** The second key of a jump counts within this time. Milliseconds. */
export const SEQUENCE_MS = 1500

const nothing: KeyAction = { kind: 'nothing' }

/** One key press. A key that repeats never acts, and a second key of a sequence never reaches the screen. */
export const matchKey = (
  state: KeyState,
  press: KeyPress,
  singleKeys: boolean,
): { readonly state: KeyState; readonly action: KeyAction } => {
  if (press.command && !press.alt && press.key.toLowerCase() === 'k') {
    return { state: null, action: press.repeat ? nothing : { kind: 'palette' } }
  }
  const named = press.key.length > 1
  if (press.busy || press.command || press.alt || (!singleKeys && !named))
    return { state: null, action: nothing }
  if (press.repeat) return { state, action: nothing }
  if (state !== null && press.at - state <= SEQUENCE_MS && press.key !== 'Shift') {
    const screen = SCREENS.find((known) => JUMP_KEY[known] === press.key)
    return { state: null, action: screen ? { kind: 'go', screen } : nothing }
  }
  if (press.key === 'g') return { state: press.at, action: nothing }
  if (press.key === '?') return { state: null, action: { kind: 'sheet' } }
  return { state: null, action: { kind: 'screen', key: press.key } }
}
