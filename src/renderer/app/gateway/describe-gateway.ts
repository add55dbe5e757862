// What the state of the gateway and of a messenger is called, and which shape stands beside it.
import type { GatewayView, StoreProblem } from '../../../shared/contracts/app-state.ts'
import type { ProviderStatus } from '../../../shared/contracts/provider-status.ts'
import type { LockdownView } from '../../../shared/contracts/stop-views.ts'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import type { StatusKind } from '../../ui/status-shape.tsx'
import { clockSeconds, duration, megabytes } from '../../ui/text/format-time.ts'

export interface Described {
  readonly kind: StatusKind
  readonly label: string
  /** A passing time or a size, in small letters beside it; empty where there is none. */
  readonly detail: string
}

/** The gateway's state in words, at the moment `now` (milliseconds since the epoch). */
export const describeGateway = (
  gateway: GatewayView,
  lockdown: LockdownView | null,
  now: number,
): Described => {
  const lasted = duration(now - gateway.since)
  switch (gateway.phase) {
    case 'stopped':
      return { kind: 'off', label: 'Gateway stopped', detail: `for ${lasted}` }
    case 'starting':
      return { kind: 'busy', label: 'Gateway starting', detail: lasted }
    case 'running':
      return {
        kind: 'good',
        label: 'Gateway running',
        detail: gateway.rssBytes === null ? lasted : `${lasted} · ${megabytes(gateway.rssBytes)}`,
      }
    case 'unresponsive':
      return { kind: 'warn', label: 'Gateway unresponsive', detail: `for ${lasted}` }
    case 'stopping':
      return { kind: 'busy', label: 'Gateway stopping', detail: lasted }
    case 'backing-off':
      return { kind: 'warn', label: 'Gateway backing off', detail: startsIn(gateway.retryAt, now) }
    case 'failed':
      return { kind: 'bad', label: 'Gateway failed', detail: `${lasted} ago` }
    case 'locked':
      return {
        kind: 'bad',
        label: 'Locked down',
        detail: `since ${clockSeconds(lockdown?.at ?? gateway.since)}`,
      }
    default:
      return assertNever(gateway.phase)
  }
}

const startsIn = (retryAt: number | null, now: number): string =>
  retryAt === null ? '' : retryAt <= now ? 'starts now' : `starts in ${Math.ceil((retryAt - now) / 1000)} s`

/** Whether somebody wants this messenger to work: it is set up, or is being so. */
export const isInUse = (state: ProviderStatus['state']): boolean => state !== 'off' && state !== 'unlinked'

/** A messenger's state in a word; empty when it is simply connected. */
export const describeProvider = (
  state: ProviderStatus['state'],
): { readonly kind: StatusKind; readonly word: string } => {
  switch (state) {
    case 'off':
      return { kind: 'off', word: 'off' }
    case 'connecting':
      return { kind: 'busy', word: 'connecting' }
    case 'connected':
      return { kind: 'good', word: '' }
    case 'retrying':
      return { kind: 'warn', word: 'retrying' }
    case 'unlinked':
      return { kind: 'off', word: 'not linked' }
    case 'linking':
      return { kind: 'busy', word: 'linking' }
    case 'logged_out':
      return { kind: 'bad', word: 'logged out' }
    case 'refused':
      return { kind: 'bad', word: 'refused' }
    case 'conflict':
      return { kind: 'bad', word: 'in conflict' }
    case 'failed':
      return { kind: 'bad', word: 'failed' }
    default:
      return assertNever(state)
  }
}

/** A file that could not be read closes its messenger. */
export const isClosed = (
  { provider }: Pick<ProviderStatus, 'provider'>,
  problems: readonly StoreProblem[],
): boolean => problems.some((problem) => problem.provider === provider)

/** As `describeProvider`; but one that is closed is not simply connected. */
export const describeMessenger = (
  status: Pick<ProviderStatus, 'provider' | 'state'>,
  problems: readonly StoreProblem[],
): ReturnType<typeof describeProvider> =>
  status.state === 'connected' && isClosed(status, problems) ? CLOSED : describeProvider(status.state)

const CLOSED = { kind: 'bad', word: 'closed' } as const
