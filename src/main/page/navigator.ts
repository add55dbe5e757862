import type { BrowserWindow } from 'electron'
import { sendEvent } from '../router.ts'

export interface Navigator {
  /** Brings the window to the front, on `screen` if one is named. */
  readonly show: (screen: string | null) => void
  /** The page has asked for the state: from now on it hears. */
  readonly pageListens: () => void
}

/** Leads the page somewhere; a page that is being loaded is led there as soon as it listens. */
export const createNavigator = (window: BrowserWindow): Navigator => {
  let listens = false
  let pending: string | null = null
  window.webContents.on('render-process-gone', () => {
    listens = false
  })

  const lead = (screen: string): void => {
    if (listens) sendEvent(window.webContents, 'navigate', { screen })
    else pending = screen
  }

  return {
    show(screen) {
      if (screen !== null) lead(screen)
      if (window.isDestroyed()) return
      if (window.isMinimized()) window.restore()
      window.show()
      window.focus()
    },
    pageListens() {
      listens = true
      const screen = pending
      pending = null
      if (screen !== null) lead(screen)
    },
  }
}
