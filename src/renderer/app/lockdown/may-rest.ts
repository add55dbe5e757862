import { isProvenStopped } from '../../../shared/contracts/stop-views.ts'
import type { Feed } from '../../store/feed.ts'

/**
 * Whether STOP has nothing left to do, so that it may rest: everything was proven stopped, nothing is known to run
 * since, and what this window knows is what the app knows.
 */
export const mayRest = ({ status, state }: Pick<Feed, 'status' | 'state'>): boolean => {
  const result = state?.lockdown?.result ?? null
  if (state === null || result === null || status === 'lost') return false
  return isProvenStopped(result) && state.gateway.pid === null && (state.docker.containers ?? 0) === 0
}
