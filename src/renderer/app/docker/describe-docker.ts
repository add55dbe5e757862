// What the state of Docker is called, and which shape stands beside it.
import type { DockerView } from '../../../shared/contracts/app-state.ts'
import type { LockdownView } from '../../../shared/contracts/stop-views.ts'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import type { StatusKind } from '../../ui/status-shape.tsx'
import { groupDigits } from '../../ui/text/words.ts'

/** In the header: a shape, and words that are enough without it. A box that runs while all is locked is bad. */
export const describeDocker = (
  { state, containers }: DockerView,
  lockdown: LockdownView | null,
): { readonly kind: StatusKind; readonly label: string } => {
  switch (state) {
    case 'unknown':
      return { kind: 'busy', label: 'Docker not asked yet' }
    case 'absent':
      return { kind: 'off', label: 'Docker not running' }
    case 'unreachable':
      return { kind: 'warn', label: 'Docker does not answer' }
    case 'reachable':
      if (containers === null) return { kind: 'warn', label: 'Docker · boxes not known' }
      return {
        kind: containers === 0 ? 'off' : lockdown === null ? 'good' : 'bad',
        label: `Docker · ${groupDigits(containers)} ${containers === 1 ? 'box' : 'boxes'}`,
      }
    default:
      return assertNever(state)
  }
}
