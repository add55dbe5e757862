import { type RefObject, useEffect, useRef } from 'react'
import { assertNever } from '../../shared/domain/assert-never.ts'
import { useApp } from '../store/app-store.ts'
import { usePrefs } from '../store/prefs.ts'
import { goTo } from '../store/screen.ts'
import { type KeyState, matchKey } from './match-key.ts'

/** Answers whether the screen knew the key. */
type ScreenKeys = (key: string) => boolean

interface Listening {
  readonly handle: ScreenKeys
  /** Null: the screen, which hears every key that no region has. */
  readonly region: RefObject<HTMLElement | null> | null
}

const listening = new Set<Listening>()

/** Listens to the keyboard for the whole window. */
export const listenToKeys = (): (() => void) => {
  let state: KeyState = null
  const onKey = (event: KeyboardEvent): void => {
    const matched = matchKey(
      state,
      {
        key: event.key,
        command: event.ctrlKey || event.metaKey,
        alt: event.altKey,
        repeat: event.repeat,
        busy: isBusy(event.target),
        at: event.timeStamp,
      },
      usePrefs.getState().singleKeys,
    )
    state = matched.state
    const { action } = matched
    switch (action.kind) {
      case 'palette':
        event.preventDefault()
        togglePalette()
        return
      case 'sheet':
        event.preventDefault()
        useApp.getState().show('sheet')
        return
      case 'go':
        event.preventDefault()
        goTo(action.screen)
        return
      case 'screen':
        for (const { handle } of listenersAt(event.target)) {
          if (!handle(action.key)) continue
          event.preventDefault()
          return
        }
        return
      case 'nothing':
        return
      default:
        assertNever(action)
    }
  }
  window.addEventListener('keydown', onKey)
  return () => window.removeEventListener('keydown', onKey)
}

/** Those who hear a key pressed here: the region around it alone, so that one key never answers two questions. */
const listenersAt = (target: EventTarget | null): readonly Listening[] => {
  const all = [...listening]
  const here = all.filter(({ region }) => target instanceof Node && region?.current?.contains(target))
  return here.length > 0 ? here : all.filter(({ region }) => region === null)
}

const togglePalette = (): void => {
  const { overlay, show } = useApp.getState()
  // A dialog that asks something keeps the keyboard until it is answered.
  if (overlay === null) show('palette')
  else if (overlay === 'palette') show(null)
}

const isBusy = (target: EventTarget | null): boolean =>
  useApp.getState().overlay !== null || (target instanceof Element && target.closest(BUSY) !== null)

/** Where keys are somebody else's. A dialog that has keys of its own here says so by `data-keys`. */
const BUSY = 'input, textarea, select, [contenteditable], [role="dialog"]:not([data-keys]), [role="combobox"]'

/** Keys of the screen that is shown. `handle` answers whether it knew the key. */
export const useScreenKeys = (handle: ScreenKeys): void => useListening(handle, null)

/** Keys that count only while the focus is inside `region`, where the screen's own do not. */
export const useRegionKeys = (region: RefObject<HTMLElement | null>, handle: ScreenKeys): void =>
  useListening(handle, region)

const useListening = (handle: ScreenKeys, region: Listening['region']): void => {
  const latest = useRef(handle)
  useEffect(() => {
    latest.current = handle
  })
  useEffect(() => {
    const entry: Listening = { handle: (key) => latest.current(key), region }
    listening.add(entry)
    return () => {
      listening.delete(entry)
    }
  }, [region])
}
