import { join } from 'node:path'
import type { StatePaths } from '../../shared/state/state-dir.ts'

const NAME_FORM = /^incident-\d{4}-\d{2}-\d{2}-\d{6}(?:-\d{1,6})?$/

/** `incident-2026-11-22-140322`, of a time in milliseconds since the epoch, in UTC. Not unique by itself. */
export const incidentName = (at: number): string => {
  const [date = '', time = ''] = new Date(at).toISOString().split('T')
  return `incident-${date}-${time.slice(0, 8).replaceAll(':', '')}`
}

/** Only such a name becomes a path: the latch, which names the incident, is a file that somebody may have edited. */
export const isIncidentName = (text: string): boolean => NAME_FORM.test(text)

export const incidentFolder = (paths: StatePaths, incident: string): string => join(paths.incidents, incident)
