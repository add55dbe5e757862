import { ClawdbotError } from '../../shared/domain/error.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'

/** For a name that is none, or that has no folder; empty: nothing says which incident is meant. */
export const unknownIncident = (paths: StatePaths, incident: string): ClawdbotError =>
  new ClawdbotError(
    'incident_unknown',
    incident === ''
      ? 'There is no incident.'
      : `There is no incident "${visibleLine(incident.slice(0, 80))}" in ${paths.incidents}.`,
    'See: clawdbot incident list',
  )
