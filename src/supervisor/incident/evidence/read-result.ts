import { join } from 'node:path'
import type { StopResultView } from '../../../shared/contracts/stop-views.ts'
import type { StatePaths } from '../../../shared/state/state-dir.ts'
import { parseObject } from '../files/json-lines.ts'
import { readWhole } from '../files/read-tail.ts'
import { incidentFolder, isIncidentName } from '../incident-name.ts'
import { EVIDENCE, MAX_EVIDENCE_BYTES, resultForm } from './evidence-form.ts'

/** How a stop went, from its evidence; null where that is not there or can not be read. Never throws. */
export const readResult = async (paths: StatePaths, incident: string): Promise<StopResultView | null> => {
  if (!isIncidentName(incident)) return null
  const found = await readWhole(join(incidentFolder(paths, incident), EVIDENCE.result), MAX_EVIDENCE_BYTES)
  if (found.kind !== 'read') return null
  return resultForm.safeParse(parseObject(found.bytes.toString('utf8'))).data ?? null
}
