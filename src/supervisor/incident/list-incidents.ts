import { readdir } from 'node:fs/promises'
import { isErrno } from '../../shared/domain/errno.ts'
import type { ErrorView } from '../../shared/domain/error.ts'
import { writeFailure } from '../../shared/state/atomic-file.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { fileOf, readEvidence } from './evidence/check-evidence.ts'
import { aboutForm, EVIDENCE } from './evidence/evidence-form.ts'
import { parseJson } from './files/json-lines.ts'
import { incidentFolder, isIncidentName } from './incident-name.ts'

export interface ListedIncident {
  readonly incident: string
  readonly folder: string
  /** When STOP was pressed, milliseconds since the epoch; null where the evidence does not say. */
  readonly at: number | null
  /** Empty where the evidence does not say. */
  readonly by: string
  readonly reason: string
  readonly files: number
  /** What is wrong with the evidence. */
  readonly error: ErrorView | null
}

/** The names of all incidents that have a folder, newest first. Errors: `state_not_writable`. */
export const incidentNames = async (paths: StatePaths): Promise<readonly string[]> => {
  try {
    const names = (await readdir(paths.incidents)).filter(isIncidentName)
    // Two of one second have a number behind the name.
    return names.toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }))
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return []
    throw writeFailure(error, paths.incidents)
  }
}

/** What is kept of one stop. Never throws: what is wrong is in it. */
export const readIncident = async (paths: StatePaths, incident: string): Promise<ListedIncident> => {
  const evidence = await readEvidence(paths, incident)
  const about = aboutForm.safeParse(parseJson(fileOf(evidence, EVIDENCE.about)?.toString('utf8') ?? '')).data
  return {
    incident,
    folder: incidentFolder(paths, incident),
    at: about?.at ?? null,
    by: about?.by ?? '',
    reason: about?.reason ?? '',
    files: evidence.manifest?.files.length ?? 0,
    error: evidence.error,
  }
}
