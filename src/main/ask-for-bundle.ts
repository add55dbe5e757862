import { join } from 'node:path'
import { app, type BrowserWindow, dialog } from 'electron'

/** Asks the owner where the bundle goes; null: nowhere. A test names the file, as nobody answers its dialogs. */
export const askForBundle = async (window: BrowserWindow, incident: string): Promise<string | null> => {
  const given = process.env['CLAWDBOT_TEST'] === '1' ? process.env['CLAWDBOT_TEST_SAVE_TO'] : undefined
  if (given !== undefined) return given
  const { canceled, filePath } = await dialog.showSaveDialog(window, {
    title: 'Where should the bundle go?',
    defaultPath: join(app.getPath('documents'), `${incident}.zip`),
    filters: [{ name: 'Zip archive', extensions: ['zip'] }],
  })
  return canceled || filePath === '' ? null : filePath
}
