import { arch, release } from 'node:os'
import type { StopResultView } from '../../../shared/contracts/stop-views.ts'
import { toErrorView } from '../../../shared/domain/error.ts'
import type { StatePaths } from '../../../shared/state/state-dir.ts'
import type { OurContainer } from '../../docker/our-containers.ts'
import type { ProcessInfo } from '../../processes/process-info.ts'
import { within } from '../../within.ts'
import { configEvidence } from './config-evidence.ts'
import { EVIDENCE } from './evidence-form.ts'
import { logEvidence } from './log-evidence.ts'
import { openSessions } from './open-sessions.ts'
import { redactedJson } from './redacted-json.ts'

/** For all that is read, so that a network disk that hangs does not hold up the rest. */
const READ_PATIENCE_MS = 1_500
/** Of processes and of containers; a gateway that forks without end has more. */
const MAX_LISTED = 2_000
const MAX_LABELS = 32
const MAX_LABEL = 256

/** What ran just before the kill. */
export interface Before {
  readonly processes: readonly ProcessInfo[]
  readonly containers: readonly OurContainer[]
  /** What could not be listed in time, in sentences. */
  readonly missing?: readonly string[]
}

export interface EvidenceOptions {
  readonly paths: StatePaths
  /** Its name, see incidentName; the caller has made it unique. */
  readonly incident: string
  /** When STOP was pressed, milliseconds since the epoch. */
  readonly at: number
  readonly by: string
  readonly reason: string
  readonly result: StopResultView
  readonly before: Before
  /** Where the log is now; undefined where nobody knows. */
  readonly logFile: string | undefined
  readonly redact: (text: string) => string
  readonly now: () => number
}

export interface Collected {
  /** File name to contents, about.json not among them. */
  readonly texts: ReadonlyMap<string, string>
  /** What is missing and why, in sentences. */
  readonly notes: readonly string[]
}

/** Never throws: what can not be collected is a note. */
export const collectEvidence = async (options: EvidenceOptions): Promise<Collected> => {
  const { paths, at, result, before, logFile, redact } = options
  const [log, sessions, config] = await Promise.all([
    attempt('The log', logEvidence(logFile, redact)),
    attempt('The list of sessions', openSessions(paths, at)),
    attempt('The config', configEvidence(paths.config)),
  ])
  const values: readonly (readonly [name: string, value: unknown])[] = [
    [EVIDENCE.result, result],
    [EVIDENCE.timeline, result.steps],
    [EVIDENCE.processes, before.processes.slice(0, MAX_LISTED)],
    [EVIDENCE.containers, before.containers.slice(0, MAX_LISTED).map(bounded)],
    [EVIDENCE.sessions, sessions.value?.sessions ?? []],
    ...(config.value?.kind === 'kept' ? [[EVIDENCE.config, config.value.config] as const] : []),
  ]
  return {
    texts: new Map([
      ...values.map(([name, value]) => [name, redactedJson(value, redact)] as const),
      [EVIDENCE.log, log.value?.text ?? ''],
    ]),
    notes: [
      ...log.notes,
      ...(log.value?.notes ?? []),
      ...sessions.notes,
      ...(sessions.value?.notes ?? []),
      ...config.notes,
      ...(config.value?.kind === 'not' ? [`The config was not kept: ${config.value.why}.`] : []),
      ...(before.missing ?? []),
      ...leftOut('processes', before.processes.length),
      ...leftOut('containers', before.containers.length),
    ],
  }
}

/** What it is about, for whoever opens the folder in a year. */
export const aboutText = (options: EvidenceOptions, notes: readonly string[]): string => {
  const { incident, at, by, reason, now, redact } = options
  const { node, electron } = process.versions
  return redactedJson(
    {
      version: 1,
      incident,
      at,
      atUtc: new Date(at).toISOString(),
      keptAt: now(),
      by,
      reason,
      runsOn: {
        platform: process.platform,
        release: release(),
        arch: arch(),
        node,
        electron: electron ?? null,
      },
      notes,
    },
    redact,
  )
}

const leftOut = (what: string, found: number): readonly string[] =>
  found > MAX_LISTED ? [`Of ${String(found)} ${what} the first ${String(MAX_LISTED)} are listed.`] : []

/** Whoever makes a container writes its labels. */
const bounded = (container: OurContainer): OurContainer => ({
  ...container,
  labels: Object.fromEntries(
    Object.entries(container.labels)
      .slice(0, MAX_LABELS)
      .map(([name, value]) => [name.slice(0, MAX_LABEL), value.slice(0, MAX_LABEL)]),
  ),
})

interface Attempt<T> {
  readonly value: T | undefined
  readonly notes: readonly string[]
}

const attempt = async <T>(what: string, work: Promise<T>): Promise<Attempt<T>> => {
  try {
    const found = await within(READ_PATIENCE_MS, work)
    if (found.kind === 'done') return { value: found.value, notes: [] }
    return { value: undefined, notes: [`${what} could not be read within ${String(READ_PATIENCE_MS)} ms.`] }
  } catch (error) {
    return { value: undefined, notes: [`${what} could not be read: ${toErrorView(error).message}`] }
  }
}
