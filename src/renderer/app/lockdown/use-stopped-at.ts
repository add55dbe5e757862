import type { LockdownView } from '../../../shared/contracts/stop-views.ts'
import { useClock } from '../../ui/text/clock.ts'
import { clockSeconds, dayTime, isSameDay } from '../../ui/text/format-time.ts'

/** When everything was stopped: to the second today, with its day else. */
export const useStoppedAt = (lockdown: LockdownView | null): string =>
  useClock((now) => {
    if (lockdown === null) return ''
    return isSameDay(lockdown.at, now) ? clockSeconds(lockdown.at) : dayTime(lockdown.at, now)
  })
