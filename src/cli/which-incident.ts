import { incidentNames } from '../supervisor/incident/list-incidents.ts'
import { unknownIncident } from '../supervisor/incident/unknown-incident.ts'
import { readLatch } from '../supervisor/stop/latch/latch.ts'
import type { CliContext } from './context.ts'

/** The incident that was named, else that of the lockdown that holds, else the last. Errors: `incident_unknown`. */
export const whichIncident = async (
  { paths }: Pick<CliContext, 'paths'>,
  named: string | undefined,
): Promise<string> => {
  const kept = await incidentNames(paths)
  if (named !== undefined) {
    if (kept.includes(named)) return named
    throw unknownIncident(paths, named)
  }
  const latch = await readLatch(paths)
  const held = latch.kind === 'locked' && kept.includes(latch.incident) ? latch.incident : undefined
  const incident = held ?? kept[0]
  if (incident === undefined) throw unknownIncident(paths, '')
  return incident
}
