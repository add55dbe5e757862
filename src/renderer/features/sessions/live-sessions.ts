// In which sessions a turn is under way, read from what the gateway says it does. Pure.
import type { GatewayView } from '../../../shared/contracts/app-state.ts'
import type { GatewayActivity } from '../../../shared/contracts/gateway.ts'

/**
 * By session key. A turn begins with an accepted message and ends with what became of its answer, or with the gateway;
 * `activity` is oldest first, and bounded, so that one of long ago may be missing.
 */
export const liveSessions = (
  activity: readonly GatewayActivity[],
  { phase, since }: Pick<GatewayView, 'phase' | 'since'>,
): ReadonlySet<string> => {
  const live = new Set<string>()
  if (phase !== 'running') return live
  for (const { kind, session, at } of activity) {
    if (session === null || at < since) continue
    if (kind === 'accepted') live.add(session)
    else if (kind !== 'dropped' && kind !== 'paired') live.delete(session)
  }
  return live
}
