import { useEffect, useRef } from 'react'
import { assertNever } from '../../shared/domain/assert-never.ts'
import { useApp } from '../store/app-store.ts'
import { usePrefs } from '../store/prefs.ts'
import { goTo } from '../store/screen.ts'
import { type KeyState, matchKey } from './match-key.ts'

/** Answers whether the screen knew the key. */
type ScreenKeys = (key: string) => boolean

const screens = new Set<ScreenKeys>()

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
        for (const handle of screens) {
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

const togglePalette = (): void => {
  const { overlay, show } = useApp.getState()
  // A dialog that asks something keeps the keyboard until it is answered.
  if (overlay === null) show('palette')
  else if (overlay === 'palette') show(null)
}

const isBusy = (target: EventTarget | null): boolean =>
  useApp.getState().overlay !== null ||
  (target instanceof Element &&
    target.closest('input, textarea, select, [contenteditable], [role="dialog"], [role="combobox"]') !== null)

/** Keys of the screen that is shown. `handle` answers whether it knew the key. */
export const useScreenKeys = (handle: ScreenKeys): void => {
  const latest = useRef(handle)
  useEffect(() => {
    latest.current = handle
  })
  useEffect(() => {
    const call: ScreenKeys = (key) => latest.current(key)
    screens.add(call)
    return () => {
      screens.delete(call)
    }
  }, [])
}
