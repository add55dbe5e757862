import type { LogSnapshot, TranscriptTail } from '../../shared/contracts/bridge.ts'
import type {
  IncidentStep,
  IncidentView,
  ReachableSecret,
  StopResultView,
} from '../../shared/contracts/stop-views.ts'
import { ClawdbotError, toErrorView } from '../../shared/domain/error.ts'
import type { Config } from '../../shared/state/config/schema.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { type BundleOptions, type BundleWritten, writeBundle } from './bundle/write-bundle.ts'
import { type Checklist, readChecklist, withTick, writeChecklist } from './checklist.ts'
import { readEvidence } from './evidence/check-evidence.ts'
import { readResult } from './evidence/read-result.ts'
import { isIncidentName } from './incident-name.ts'
import { evidenceLog, incidentView } from './incident-view.ts'
import { linkedLogins } from './linked-logins.ts'
import { reachableSecrets } from './reachable-secrets.ts'
import { readTranscriptTail } from './transcript-tail.ts'
import { unknownIncident } from './unknown-incident.ts'

/** A stop by another process writes its evidence after the latch, which is what this process sees first. */
const LOOK_AGAIN_MS = 500
const LOOKS = 60

/** The incident of the lockdown that holds, as something to work through. All of it is on disk and survives a restart. */
export interface IncidentDesk {
  readonly view: () => IncidentView | null
  /** Shows an incident, or reads it again. What is wrong with its evidence is in the view. */
  readonly open: (incident: string) => Promise<void>
  /** The owner has resumed. */
  readonly close: () => void
  /** Which secrets there are to replace; null: there is no valid config, and nobody can say. */
  readonly setConfig: (config: Config | null) => void
  /** Ticks a step or takes the tick back, durably. Errors: `incident_unknown`, `disk_full`, `state_not_writable`. */
  readonly tick: (step: IncidentStep, done: boolean) => Promise<void>
  /** The log as it was kept at the stop. Errors: `incident_unknown`, `store_unreadable`. */
  readonly log: () => Promise<LogSnapshot>
  /** The end of one of the incident's transcripts. Errors: `incident_unknown`, `store_unreadable`. */
  readonly transcript: (sessionId: string) => Promise<TranscriptTail>
  /** How a stop went, from its evidence; null where that can not be read. */
  readonly result: (incident: string) => Promise<StopResultView | null>
  /** Writes the bundle. A file in its place is replaced: whoever chose the name was asked. Errors: see writeBundle. */
  readonly bundle: (target: string, what: Pick<BundleOptions, 'transcripts'>) => Promise<BundleWritten>
}

export interface IncidentDeskOptions {
  readonly paths: StatePaths
  readonly env: NodeJS.ProcessEnv
  readonly now: () => number
  /** As of now: the secrets may change while an incident is open. */
  readonly redact: () => (text: string) => string
  readonly onChange: (view: IncidentView | null) => void
  readonly onError: (error: unknown) => void
}

interface Opened {
  readonly incident: string
  readonly view: IncidentView
  readonly checklist: Checklist
}

export const createIncidentDesk = (options: IncidentDeskOptions): IncidentDesk => {
  const { paths, env, now, redact, onChange, onError } = options
  let config: Config | null = null
  let opened: Opened | null = null
  /** Rises when an incident is opened or closed, so that what was read for another one is not shown. */
  let turn = 0
  let timer: NodeJS.Timeout | undefined
  /** One change of the checklist at a time. */
  let queue: Promise<unknown> = Promise.resolve()

  const show = (next: Opened | null): void => {
    opened = next
    onChange(next?.view ?? null)
  }

  const secretsNow = (checklist: Checklist): readonly ReachableSecret[] => {
    const logins = linkedLogins(paths)
    if (config === null && checklist.secrets.length > 0) return together(checklist.secrets, logins)
    return together(checklist.secrets, [...reachableSecrets(config, env), ...logins])
  }

  const load = async (incident: string, looks: number): Promise<void> => {
    const mine = turn
    const evidence = await readEvidence(paths, incident)
    const { kind, checklist } = await readChecklist(paths, incident)
    if (turn !== mine) return
    const view = incidentView(paths, incident, evidence, checklist, secretsNow(checklist))
    const error = view.error ?? (kind === 'corrupt' ? toErrorView(checklistCorrupt) : null)
    show({ incident, view: { ...view, error }, checklist })
    remember()
    if (evidence.manifest === undefined && looks > 0) {
      timer = setTimeout(() => void load(incident, looks - 1).catch(onError), LOOK_AGAIN_MS)
      timer.unref()
    }
  }

  const changeNow = async (what: (checklist: Checklist) => Checklist): Promise<void> => {
    const before = current()
    const checklist = what(before.checklist)
    await writeChecklist(paths, before.incident, checklist, now())
    if (opened?.incident !== before.incident) return
    show({ ...opened, checklist, view: { ...opened.view, done: checklist.done } })
  }

  /** Does what is asked to the checklist as it is by then, on disk and then on the screen. */
  const change = (what: (checklist: Checklist) => Checklist): Promise<void> => {
    const changed = queue.then(() => changeNow(what))
    // The caller hears of the failure; those behind it in the queue are not concerned.
    queue = changed.catch(() => undefined)
    return changed
  }

  /**
   * What is set now may be gone from the config as soon as the owner begins to replace it. Not before there is
   * evidence: a folder made here would be in the way of whoever is about to write it.
   */
  const remember = (): void => {
    if (opened === null || config === null || opened.view.files === 0) return
    if (secretsNow(opened.checklist).length === opened.checklist.secrets.length) return
    change((checklist) => ({ ...checklist, secrets: secretsNow(checklist) })).catch((error: unknown) => {
      // The owner has resumed meanwhile: nothing is left to replace.
      if (opened !== null) onError(error)
    })
  }

  const current = (): Opened => {
    if (opened === null || !isIncidentName(opened.incident))
      throw unknownIncident(paths, opened?.incident ?? '')
    return opened
  }

  const begin = (): void => {
    turn += 1
    clearTimeout(timer)
  }

  return {
    view: () => opened?.view ?? null,
    async open(incident) {
      begin()
      await load(incident, LOOKS)
    },
    close() {
      begin()
      show(null)
    },
    setConfig(next) {
      config = next
      if (opened === null) return
      show({ ...opened, view: { ...opened.view, secrets: secretsNow(opened.checklist) } })
      remember()
    },
    tick: (step, done) => change((checklist) => withTick(checklist, step, done ? now() : null)),
    log: async () => evidenceLog(paths, current().incident),
    async transcript(sessionId) {
      const listed = current().view.sessions.some((session) => session.sessionId === sessionId)
      if (!listed || sessionId === '') throw notListed
      return readTranscriptTail(paths, sessionId)
    },
    result: (incident) => readResult(paths, incident),
    async bundle(target, { transcripts }) {
      // Nobody can say what is secret, and the bundle is made to be given away.
      if (config === null) throw configNeeded(paths)
      return writeBundle({
        paths,
        incident: current().incident,
        target,
        transcripts,
        existing: 'replace',
        redact: redact(),
        now,
      })
    },
  }
}

/** One entry for each secret and place, in the order in which they came up. */
const together = (
  before: readonly ReachableSecret[],
  now: readonly ReachableSecret[],
): readonly ReachableSecret[] => [
  ...before,
  ...now.filter(({ name, where }) => !before.some((known) => known.name === name && known.where === where)),
]

const notListed = new ClawdbotError(
  'incident_unknown',
  'That session is not one of this incident.',
  'Choose one of the sessions that it lists.',
)

const checklistCorrupt = new ClawdbotError(
  'store_corrupt',
  'The checklist of this incident can not be read: every step counts as still to do.',
  'Tick what is done once more. The file as it was is kept beside the new one.',
)

const configNeeded = (paths: StatePaths): ClawdbotError =>
  new ClawdbotError(
    'config_unreadable',
    `The secrets can not be taken out of a bundle while there is no valid config in ${paths.config}.`,
    'Correct it: clawdbot config check says where.',
  )
