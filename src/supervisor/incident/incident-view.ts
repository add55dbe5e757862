import { join } from 'node:path'
import type { LogSnapshot } from '../../shared/contracts/bridge.ts'
import type { IncidentView, ReachableSecret } from '../../shared/contracts/stop-views.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import { parseLogLine } from '../../shared/log/parse-log-line.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import type { Checklist } from './checklist.ts'
import { type Evidence, fileOf } from './evidence/check-evidence.ts'
import { EVIDENCE, MAX_EVIDENCE_BYTES, sessionsForm } from './evidence/evidence-form.ts'
import { linesOf, parseJson } from './files/json-lines.ts'
import { readWhole } from './files/read-tail.ts'
import { incidentFolder } from './incident-name.ts'

const WARNINGS: ReadonlySet<string> = new Set(['fatal', 'error', 'warn'])

/** What the evidence, the checklist and the config say, as the screen shows it. */
export const incidentView = (
  paths: StatePaths,
  incident: string,
  evidence: Evidence,
  checklist: Checklist,
  secrets: readonly ReachableSecret[],
): IncidentView => {
  const lines = logLines(fileOf(evidence, EVIDENCE.log))
  const from = Date.parse(lines.find(({ time }) => time !== '')?.time ?? '')
  return {
    id: incident,
    folder: incident === '' ? paths.incidents : incidentFolder(paths, incident),
    files: evidence.manifest?.files.length ?? 0,
    logLines: lines.length,
    logWarnings: lines.filter(({ level }) => WARNINGS.has(level)).length,
    logFrom: Number.isNaN(from) ? null : from,
    sessions: sessionsOf(fileOf(evidence, EVIDENCE.sessions)),
    secrets,
    done: checklist.done,
    error: evidence.error,
  }
}

/** The log as it was kept at the stop. Errors: `incident_unknown` where none was kept, `store_unreadable`. */
export const evidenceLog = async (paths: StatePaths, incident: string): Promise<LogSnapshot> => {
  const file = join(incidentFolder(paths, incident), EVIDENCE.log)
  const found = await readWhole(file, MAX_EVIDENCE_BYTES)
  if (found.kind === 'read') return { file, lines: logLines(found.bytes) }
  throw found.kind === 'absent'
    ? new ClawdbotError('incident_unknown', `There is no ${file}.`, 'The Logs screen shows the log itself.')
    : new ClawdbotError('store_unreadable', `${file} ${found.why}.`, 'The Logs screen shows the log itself.')
}

const logLines = (bytes: Buffer | undefined): LogSnapshot['lines'] =>
  linesOf(bytes ?? Buffer.alloc(0)).map((line, index) => parseLogLine(line, index + 1))

/** A list that does not read is not as it was kept either, and the view says so. */
const sessionsOf = (bytes: Buffer | undefined): IncidentView['sessions'] =>
  sessionsForm.safeParse(parseJson(bytes?.toString('utf8') ?? '')).data ?? []
