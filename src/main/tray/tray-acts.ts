import { app } from 'electron'
import { assertNever } from '../../shared/domain/assert-never.ts'
import { toErrorView } from '../../shared/domain/error.ts'
import type { Supervisor } from '../../supervisor/supervisor.ts'
import { notice } from '../notice.ts'
import type { Navigator } from '../page/navigator.ts'
import type { StopPlace } from '../stop/stop-by-hand.ts'
import type { TrayAct } from './tray-menu.ts'

/** What each entry of the tray does. What fails is said by a notification: the window may not be there. */
export const createTrayActs = (
  supervisor: Pick<Supervisor, 'start' | 'stop'>,
  navigator: Pick<Navigator, 'show'>,
  stopByHand: (place: StopPlace) => Promise<void>,
): ((act: TrayAct) => void) => {
  const perform = async (act: TrayAct): Promise<void> => {
    switch (act.kind) {
      case 'show':
        return navigator.show(act.screen)
      case 'gateway':
        return act.wish === 'start' ? supervisor.start() : supervisor.stop()
      case 'stop':
        return stopByHand('tray')
      case 'quit':
        return app.quit()
      default:
        return assertNever(act)
    }
  }
  return (act) => {
    perform(act).catch((error: unknown) => {
      const { message, hint } = toErrorView(error)
      notice({ title: 'That did not work', body: `${message}. ${hint}` })
    })
  }
}
