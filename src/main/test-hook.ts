import type { AppTray } from './tray/tray.ts'

/** Under CLAWDBOT_TEST=1 only: no test can click a native menu, so it gets at the menu itself. Nothing else. */
export const offerTestHook = (tray: AppTray): void => {
  if (process.env['CLAWDBOT_TEST'] !== '1') return
  Object.assign(globalThis, { clawdbotTest: { trayMenu: tray.menu } })
}
