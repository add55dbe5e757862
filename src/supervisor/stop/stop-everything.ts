import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StopResultView, Survivor } from '../../shared/contracts/stop-views.ts'
import type { ErrorView } from '../../shared/domain/error.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import type { Audit } from '../audit/audit.ts'
import type { OurContainer } from '../docker/our-containers.ts'
import { type InTime, inTime } from '../in-time.ts'
import { incidentName } from '../incident/incident-name.ts'
import type { ProcessInfo } from '../processes/process-info.ts'
import { isSameProcess, processTable } from '../processes/process-table.ts'
import { cookieOfStateDir } from '../processes/run-cookie.ts'
import { readRunFile } from '../run/run-file.ts'
import { type ContainersReport, stopContainers } from './containers/stop-containers.ts'
import { type KillReport, killAll } from './kill/kill-all.ts'
import { keepLatched, type Latched, writeLatch } from './latch/write-latch.ts'
import { recordStop, type StopEvidence } from './record-stop.ts'
import { createTimeLine, rounded } from './time-line.ts'

/** A disk that does not answer may delay the kill by this much, and no more. */
const DISK_PATIENCE_MS = 1_000
/** And the list of what runs, which is wanted for the evidence only, by this much after the latch. */
const SNAPSHOT_PATIENCE_MS = 40

export interface StopOptions extends StopEvidence {
  readonly paths: StatePaths
  /** `app`, `cli`, or who it was and “from a chat”. */
  readonly by: string
  readonly reason: string
  /** Where Docker is, and which label is looked for. */
  readonly env: NodeJS.ProcessEnv
  /** Process ids of group leaders that the caller itself launched and has not seen exit. */
  readonly children?: readonly number[]
  /** Containers that were seen lately: they are killed without waiting for a list. */
  readonly knownContainers?: readonly OurContainer[]
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  /** The same, where it has to be read first: asked when the kill is over. */
  readonly evidence?: () => Promise<StopEvidence>
  /** That of a supervisor that runs here; without it one is opened, after the kill. */
  readonly audit?: Audit
}

/**
 * STOP. The latch first, on disk; then, none waiting for another, all containers of ours are frozen and killed, and
 * the gateway of this state directory and all that descends from it gets SIGKILL, verified against Docker and the
 * process table; then the evidence and the audit, which delay nothing of it. It asks nobody's help: not the
 * gateway's, not the app's. It never throws: what it could not do is in the result.
 */
export const stopEverything = async (
  options: StopOptions,
): Promise<StopResultView & { incident: string }> => {
  const { paths, by, reason, env, now = Date.now } = options
  const time = createTimeLine()
  const at = now()
  const stop = { at, by, reason, id: randomUUID() }

  const latching = inTime(writeLatch(paths, stop), DISK_PATIENCE_MS, diskSilent)
  const gateways = findGateways(options)
  const snapshot = gateways.then((groups) => processTable.family(groups)).catch(() => null)
  const latched = await latching
  const latchMs = latched.kind === 'done' ? time.elapsed() : null
  time.step(latchWords(latched))
  const groups = await gateways
  const listed = await Promise.race([snapshot, sleep(SNAPSHOT_PATIENCE_MS, null)])
  const processes = listed ?? []

  const untilKill = time.elapsed()
  // The processes first, which die of the call itself; Docker's answers take their time whenever it is asked.
  const [killed, containers] = await Promise.all([
    killAll({ groups, cookie: cookieOfStateDir(paths.root), seen: processes }).then((report) => {
      time.step(killWords(report))
      return report
    }),
    stopContainers({ env, known: options.knownContainers ?? [], elapsed: time.elapsed, step: time.step }),
  ])
  const kept =
    latched.kind === 'done' ? await inTime(keepLatched(paths, stop), DISK_PATIENCE_MS, diskSilent) : latched
  const result: StopResultView = {
    latchMs: rounded(latchMs),
    frozenMs: rounded(containers.frozenMs),
    deadMs: rounded(killed.deadMs === null ? null : untilKill + killed.deadMs),
    containersDeadMs: rounded(containers.deadMs),
    verifiedMs: rounded(time.elapsed()),
    killed: killed.killed,
    containers: { found: containers.found, frozen: containers.frozen, dead: containers.dead },
    survivors: survivorsOf(killed, containers),
    latchError: kept.kind === 'done' ? null : kept.error,
    containersError: containers.error,
    recordError: null,
    steps: time.steps(),
  }
  const incident = latched.kind === 'done' ? latched.value.incident : incidentName(at)
  const recordError = await recordStop({
    paths,
    incident,
    at,
    by,
    reason,
    result,
    before: {
      processes: everSeen(processes, killed.escaped),
      containers: containers.before,
      missing: listed === null ? [notListed] : [],
    },
    evidence: options.evidence ?? (() => Promise.resolve(options)),
    now,
    audit: options.audit,
  })
  return { ...result, recordError, incident }
}

/** Leaders of the groups to kill: what the caller has, else what the supervising process wrote down. */
const findGateways = async ({ paths, children }: StopOptions): Promise<ReadonlySet<number>> =>
  new Set(children ?? (await recordedGateway(paths)))

/** The gateway that the supervising process wrote down, if that very process still runs. */
const recordedGateway = async (paths: StatePaths): Promise<readonly number[]> => {
  const read = await inTime(readRunFile(paths), DISK_PATIENCE_MS, diskSilent)
  const gateway = read.kind === 'done' ? read.value?.gateway : undefined
  try {
    return gateway && isSameProcess(gateway.pid, gateway.start) ? [gateway.pid] : []
  } catch {
    // Nobody can say whose pid that is now. If it is the gateway's, the sweep finds it by its environment.
    return []
  }
}

const survivorsOf = (killed: KillReport, containers: ContainersReport): readonly Survivor[] => [
  ...killed.survivors.map(({ pid, command }) => ({ kind: 'process', pid, command }) as const),
  ...containers.survivors.map(({ id, name }) => ({ kind: 'container', id, name }) as const),
]

const everSeen = (
  before: readonly ProcessInfo[],
  escaped: readonly ProcessInfo[],
): readonly ProcessInfo[] => [
  ...before,
  ...escaped.filter(({ pid, start }) => !before.some((seen) => seen.pid === pid && seen.start === start)),
]

/** An empty list would say that nothing ran. */
const notListed = `Which processes ran just before is not known: they could not be listed within ${String(SNAPSHOT_PATIENCE_MS)} ms, and the kill did not wait.`

const latchWords = (latched: InTime<Latched>): string => {
  if (latched.kind === 'not') return `the latch could not be written: ${latched.error.message}`
  const { missing } = latched.value
  return missing.length === 0
    ? 'the latch is on disk'
    : `the latch is on disk, in one place of two: ${missing.join(', ')}`
}

const killWords = ({ deadMs, survivors }: KillReport): string =>
  deadMs === null
    ? `processes are left: ${String(survivors.length)}`
    : 'no process of the gateway is left, by the process table'

const diskSilent: ErrorView = {
  code: 'latch_unwritable',
  message: `the disk of the state directory did not answer within ${String(DISK_PATIENCE_MS)} ms`,
  hint: 'What runs was killed without it. Stop again when the disk answers, so that no start is possible.',
}
