import { mkdir } from 'node:fs/promises'
import type { StopResultView } from '../../shared/contracts/stop-views.ts'
import { isErrno } from '../../shared/domain/errno.ts'
import type { ErrorView } from '../../shared/domain/error.ts'
import { makePrivateDir, type StatePaths } from '../../shared/state/state-dir.ts'
import { type Audit, openAudit } from '../audit/audit.ts'
import { type InTime, inTime } from '../in-time.ts'
import { incidentFolder } from '../incident/incident-name.ts'
import { type Before, keepEvidence } from '../incident/keep-evidence.ts'

/** What a disk that hangs may cost, each. */
const EVIDENCE_WITHIN_MS = 3_000
const AUDIT_WITHIN_MS = 2_000

/** What the evidence needs to know of the log. */
export interface StopEvidence {
  /** Where the log is now. */
  readonly logFile?: string
  /** Takes secrets out of a text. */
  readonly redact?: (text: string) => string
}

export interface StopToRecord {
  readonly paths: StatePaths
  readonly incident: string
  readonly at: number
  readonly by: string
  readonly reason: string
  readonly result: StopResultView
  readonly before: Before
  readonly evidence: () => Promise<StopEvidence>
  readonly now: () => number
  readonly audit: Audit | undefined
}

/**
 * Keeps the evidence of a stop that is over, and puts it into the audit. Neither can change how it went: what could
 * not be recorded is what this resolves with; null where everything is. Never throws.
 */
export const recordStop = async (stop: StopToRecord): Promise<ErrorView | null> => {
  const evidence = await inTime(keepInOwnFolder(stop), EVIDENCE_WITHIN_MS, silent('the evidence'))
  const audited = await inTime(writeToAudit(stop, evidence), AUDIT_WITHIN_MS, silent('the audit'))
  if (evidence.kind === 'not') return evidence.error
  return audited.kind === 'not' ? audited.error : null
}

interface Kept {
  readonly name: string
  readonly manifestSha256: string
}

/**
 * Each stop of an incident has a folder of its own, so that no stop touches the evidence of another: the first that of
 * the incident, the next one the same name and a number.
 */
const keepInOwnFolder = async (stop: StopToRecord): Promise<Kept> => {
  const name = await reserve(stop.paths, stop.incident)
  const { logFile, redact = (text) => text } = await stop.evidence()
  const { manifestSha256 } = await keepEvidence({ ...stop, incident: name, logFile, redact })
  return { name, manifestSha256 }
}

const MAX_STOPS = 1_000

const reserve = async (paths: StatePaths, incident: string): Promise<string> => {
  await makePrivateDir(paths.incidents)
  // A lockdown of the same second has a number already.
  const [, first = incident, from = '1'] = /^(incident-.*-\d{6})-(\d+)$/.exec(incident) ?? []
  for (let number = Number(from); number < MAX_STOPS; number += 1) {
    const name = number === 1 ? first : `${first}-${String(number)}`
    try {
      await mkdir(incidentFolder(paths, name), { mode: 0o700 })
      return name
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error
    }
  }
  return incident
}

const writeToAudit = async (stop: StopToRecord, evidence: InTime<Kept>): Promise<void> => {
  const own = stop.audit === undefined ? await openAudit({ paths: stop.paths, now: stop.now }) : undefined
  try {
    await (stop.audit ?? own)?.record({
      act: 'lockdown.stop',
      actor: actorOf(stop.by),
      detail: detailOf(stop, evidence),
    })
  } finally {
    await own?.close()
  }
}

/** Who is meant by the words that a stop is given. */
const actorOf = (by: string): 'owner' | 'cli' | 'chat' => {
  if (by === 'cli') return 'cli'
  return by.endsWith('from a chat') ? 'chat' : 'owner'
}

const detailOf = (
  { incident, reason, by, at, result }: StopToRecord,
  evidence: InTime<Kept>,
): Readonly<Record<string, string | number | boolean | null>> => ({
  incident,
  by,
  reason,
  at,
  latchMs: result.latchMs,
  frozenMs: result.frozenMs,
  deadMs: result.deadMs,
  containersDeadMs: result.containersDeadMs,
  verifiedMs: result.verifiedMs,
  killed: result.killed,
  containersFound: result.containers.found,
  containersDead: result.containers.dead,
  survivors: result.survivors.length,
  latchError: result.latchError?.code ?? null,
  containersError: result.containersError?.code ?? null,
  evidence: evidence.kind === 'done' ? evidence.value.name : null,
  manifestSha256: evidence.kind === 'done' ? evidence.value.manifestSha256 : null,
})

const silent = (what: string): ErrorView => ({
  code: 'state_not_writable',
  message: `the disk did not answer in time for ${what} of the stop`,
  hint: 'The stop itself is done. Check the disk of the state directory.',
})
