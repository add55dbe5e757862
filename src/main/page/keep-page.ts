import { type BrowserWindow, dialog } from 'electron'
import { notice } from '../notice.ts'
import { afterCrash, MAX_RELOADS } from './crashes.ts'

const STOP_STILL_WORKS = 'STOP still works: in the tray, by the shortcut and by `clawdbot stop`.'

/**
 * Loads the page again when its process has crashed, a few times a minute. One that hangs is left alone: it may
 * come back, and nothing that matters waits for it.
 */
export const keepPage = (window: BrowserWindow): void => {
  let reloads: readonly number[] = []

  // At the address it had, so that the owner stays on the same screen.
  const load = (): void => window.webContents.reload()
  const giveUp = (): void => {
    const body = `It has crashed more than ${MAX_RELOADS} times within a minute and is not loaded again. ${STOP_STILL_WORKS}`
    say(`The window does not come back. ${body}`)
    notice({ title: 'The window does not come back', body })
    void offerToLoad(body)
  }
  const offerToLoad = async (why: string): Promise<void> => {
    if ((await askToLoad(window, why)) === 'later' || window.isDestroyed()) return
    reloads = []
    load()
  }

  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return
    say(`the window’s page is gone (${reason}, exit code ${exitCode}); nothing else depends on it`)
    const { verdict, reloads: next } = afterCrash(reloads, performance.now())
    reloads = next
    if (verdict === 'reload') load()
    else giveUp()
  })
  window.on('unresponsive', () => say(`the window does not answer. ${STOP_STILL_WORKS}`))
  window.on('responsive', () => say('the window answers again'))
}

/** A dialog that holds up nothing else; a test has nobody to answer it. */
const askToLoad = async (window: BrowserWindow, detail: string): Promise<'load' | 'later'> => {
  if (process.env['CLAWDBOT_TEST'] === '1') return 'later'
  const { response } = await dialog.showMessageBox(window, {
    type: 'warning',
    message: 'The window does not come back',
    detail,
    buttons: ['Load it again', 'Not now'],
    defaultId: 0,
    cancelId: 1,
  })
  return response === 0 ? 'load' : 'later'
}

const say = (text: string): void => {
  process.stderr.write(`clawdbot: ${text}\n`)
}
