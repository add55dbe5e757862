import { globalShortcut } from 'electron'
import { notice } from '../notice.ts'
import { twice } from './twice.ts'

const STOP_SHORTCUT = 'CommandOrControl+Alt+Shift+S'

const KEYS = process.platform === 'darwin' ? '⌥⇧⌘S' : 'Ctrl+Alt+Shift+S'

/**
 * Listens for the shortcut wherever the owner is, until the app ends; pressed twice within two seconds it calls
 * `stop`. Returns a sentence for the owner where the system does not give us the keys, else null.
 */
export const listenForShortcut = (stop: () => void): string | null => {
  let waiting: number | null = null
  const pressed = (): void => {
    const press = twice(waiting, performance.now())
    waiting = press.waiting
    if (press.verdict === 'second') stop()
    else notice({ title: 'Press again to stop everything', body: `${KEYS}, once more within two seconds.` })
  }
  return register(pressed)
    ? null
    : `The shortcut ${KEYS} belongs to another program, or this system has none: STOP works in the window, in the tray and by \`clawdbot stop\`.`
}

const register = (pressed: () => void): boolean => {
  try {
    return globalShortcut.register(STOP_SHORTCUT, pressed)
  } catch {
    // A system without such a thing may say so by throwing; it comes to the same.
    return false
  }
}
