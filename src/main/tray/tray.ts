import { join } from 'node:path'
import { Menu, type MenuItemConstructorOptions, nativeImage, Tray } from 'electron'
import type { AppState } from '../../shared/contracts/app-state.ts'
import { type TrayAct, type TrayImage, type TrayView, trayView } from './tray-menu.ts'

export interface TrayOptions {
  /** The folder with the drawn images. */
  readonly images: string
  readonly act: (act: TrayAct) => void
  /** The system has no tray, or does not give us a place in it. */
  readonly onMissing: (error: unknown) => void
}

export interface AppTray {
  /** Brings image, tooltip and menu in line with the state. */
  readonly show: (state: AppState) => void
  /** The menu as it is now; null where there is no tray. */
  readonly menu: () => Menu | null
}

/** A tray that is always as the state is. Where the system has none, nothing of it fails. */
export const createTray = ({ images, act, onMissing }: TrayOptions): AppTray => {
  let tray: Tray | null = null
  let menu: Menu | null = null
  let shown = ''

  const draw = (view: TrayView): void => {
    menu = Menu.buildFromTemplate(view.entries.map((entry) => itemOf(entry, act)))
    const image = imageOf(images, view.image)
    tray ??= new Tray(image)
    tray.setImage(image)
    tray.setToolTip(view.tooltip)
    tray.setContextMenu(menu)
  }

  return {
    show(state) {
      const view = trayView(state)
      const now = JSON.stringify(view)
      // A menu that is set again closes under the owner's hand: only when it says something else.
      if (now === shown) return
      shown = now
      try {
        draw(view)
      } catch (error) {
        onMissing(error)
      }
    },
    menu: () => menu,
  }
}

const itemOf = (
  entry: TrayView['entries'][number],
  act: (act: TrayAct) => void,
): MenuItemConstructorOptions => {
  if (entry === 'line') return { type: 'separator' }
  const chosen = entry.act
  return chosen === null
    ? { label: entry.label, enabled: false }
    : { label: entry.label, click: () => act(chosen) }
}

/** macOS tints a template image itself; hosts on Linux draw at 22 to 24 pixels and have to scale down. */
const imageOf = (folder: string, name: TrayImage): Electron.NativeImage => {
  const file = join(folder, `${name}${suffix}.png`)
  const image = nativeImage.createFromPath(file)
  if (image.isEmpty()) throw new Error(`${file} is missing or is no image`)
  return image
}

const suffix = process.platform === 'darwin' ? 'Template' : process.platform === 'win32' ? '' : '-32'
