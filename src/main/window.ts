import { join } from 'node:path'
import { BrowserWindow, nativeTheme } from 'electron'
import { APP_URL } from './app-scheme.ts'

/** Opens the one window, sandboxed, with nothing in it but our own page and the preload api. */
export const openWindow = (outDir: string): BrowserWindow => {
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    minWidth: 480,
    minHeight: 480,
    show: false,
    title: 'Clawdbot',
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#101114' : '#fdfdfd',
    autoHideMenuBar: true,
    webPreferences: {
      preload: join(outDir, 'preload', 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
    },
  })
  // Remote text is on this screen: nothing in it may open, embed or lead anywhere.
  window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }))
  window.webContents.on('will-navigate', (event) => event.preventDefault())
  window.webContents.on('will-attach-webview', (event) => event.preventDefault())
  window.once('ready-to-show', () => window.show())
  return window
}

export const loadPage = (window: BrowserWindow): Promise<void> => window.loadURL(APP_URL)
