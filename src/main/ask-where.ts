import { basename, join } from 'node:path'
import { app, type BrowserWindow, dialog } from 'electron'
import type { ExportFormat } from '../shared/contracts/bridge.ts'

/** Where a file that the owner wants goes; null: nowhere, they thought better of it. */
export interface AskWhere {
  readonly bundle: (incident: string) => Promise<string | null>
  readonly transcript: (ref: string, format: ExportFormat) => Promise<string | null>
  readonly log: () => Promise<string | null>
}

const EXTENSION: Readonly<Record<ExportFormat, string>> = { markdown: 'md', html: 'html', jsonl: 'jsonl' }
const KIND: Readonly<Record<ExportFormat, string>> = {
  markdown: 'Markdown',
  html: 'Web page',
  jsonl: 'JSON lines',
}

/** The system's own dialog. A test names the file, as nobody answers its dialogs. */
export const createAskWhere = (window: BrowserWindow): AskWhere => {
  const ask = async (
    title: string,
    name: string,
    kind: string,
    extension: string,
  ): Promise<string | null> => {
    const given = process.env['CLAWDBOT_TEST'] === '1' ? process.env['CLAWDBOT_TEST_SAVE_TO'] : undefined
    if (given !== undefined) return given
    const { canceled, filePath } = await dialog.showSaveDialog(window, {
      title,
      defaultPath: join(app.getPath('documents'), `${name}.${extension}`),
      filters: [{ name: kind, extensions: [extension] }],
    })
    return canceled || filePath === '' ? null : filePath
  }
  return {
    bundle: (incident) => ask('Where should the bundle go?', incident, 'Zip archive', 'zip'),
    transcript: (ref, format) =>
      ask('Where should the transcript go?', basename(ref), KIND[format], EXTENSION[format]),
    log: () => ask('Where should these lines go?', 'clawdbot-log', 'JSON lines', 'jsonl'),
  }
}
