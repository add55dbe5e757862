import type { AppState } from '../../shared/contracts/app-state.ts'
import { assertNever } from '../../shared/domain/assert-never.ts'

/** The gateway's state as one line of the tray. No text of a stranger or of the model is ever in it. */
export const gatewayWords = ({ gateway, lockdown }: Pick<AppState, 'gateway' | 'lockdown'>): string => {
  switch (gateway.phase) {
    case 'stopped':
      return 'Gateway stopped'
    case 'starting':
      return 'Gateway starting'
    case 'running':
      return 'Gateway running'
    case 'unresponsive':
      return 'Gateway does not answer'
    case 'stopping':
      return 'Gateway stopping'
    case 'backing-off':
      return 'Gateway failed, starts again by itself'
    case 'failed':
      return 'Gateway failed'
    case 'locked':
      return lockdown === null ? 'Locked down' : `Locked down since ${clock(lockdown.at)}`
    default:
      return assertNever(gateway.phase)
  }
}

const two = (value: number): string => String(value).padStart(2, '0')

/** With the day: a lockdown is often looked at on another one. */
const clock = (at: number): string => {
  const date = new Date(at)
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`
}
