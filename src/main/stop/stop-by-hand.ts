import type { Supervisor } from '../../supervisor/supervisor.ts'
import { notice } from '../notice.ts'
import { stopSentence, stopWords } from './stop-words.ts'

export type StopPlace = 'tray' | 'shortcut'

const BY: Readonly<Record<StopPlace, string>> = { tray: 'you, from the tray', shortcut: 'you, by shortcut' }
const WHY: Readonly<Record<StopPlace, string>> = {
  tray: 'STOP was chosen in the tray',
  shortcut: 'the shortcut was pressed twice',
}

/**
 * STOP without the window: the supervisor is called first and directly, so a page that hangs or is gone holds up
 * nothing. What came of it is shown by a notification, and in the window where there is one.
 */
export const createStopByHand =
  (
    supervisor: Pick<Supervisor, 'lockdown'>,
    showSecurity: () => void,
  ): ((place: StopPlace) => Promise<void>) =>
  async (place) => {
    const stopping = supervisor.lockdown(BY[place], WHY[place])
    showSecurity()
    const result = await stopping
    process.stdout.write(`clawdbot: ${stopSentence(result)}\n`)
    notice({ ...stopWords(result), onClick: showSecurity })
  }
