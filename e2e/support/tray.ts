// The tray's menu, which no test can click as the desktop does.
import type { ElectronApplication } from '@playwright/test'

declare global {
  /** What the app offers to tests alone. */
  var clawdbotTest: { readonly trayMenu: () => Electron.Menu | null } | undefined
}

/** The labels of the tray's menu, as it is now. */
export const trayLabels = (app: ElectronApplication): Promise<readonly string[]> =>
  app.evaluate(() => globalThis.clawdbotTest?.trayMenu()?.items.map(({ label }) => label) ?? [])

/** A click on the first item whose label begins so. */
export const chooseInTray = (app: ElectronApplication, label: string): Promise<void> =>
  app.evaluate((_electron, wanted) => {
    const items = globalThis.clawdbotTest?.trayMenu()?.items ?? []
    const item = items.find((each) => each.label.startsWith(wanted))
    if (item === undefined) throw new Error(`the tray has no item ${wanted}`)
    item.click()
  }, label)
