import { visibleLine } from '../../shared/domain/visible-text.ts'
import { incidentNames, type ListedIncident, readIncident } from '../../supervisor/incident/list-incidents.ts'
import type { CliContext } from '../context.ts'
import { toSafeJson } from '../print-json.ts'

/** Every stop whose evidence is kept, newest first, each checked against its hashes. */
export const incidentList = async (
  { paths, print }: CliContext,
  options: { readonly json?: boolean },
): Promise<void> => {
  const incidents: ListedIncident[] = []
  for (const name of await incidentNames(paths)) incidents.push(await readIncident(paths, name))
  if (options.json === true) {
    print(toSafeJson({ incidents }))
    return
  }
  if (incidents.length === 0) print('There is no incident.')
  for (const { incident, by, reason, files, error } of incidents) {
    const state = error === null ? `${String(files)} files, whole` : error.message
    print(visibleLine(`${incident}  by ${by === '' ? 'unknown' : by}: ${reason}  (${state})`))
  }
}
