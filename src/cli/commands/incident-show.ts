import {
  INCIDENT_STEPS,
  type IncidentStep,
  type IncidentView,
  isProvenStopped,
  type StopResultView,
} from '../../shared/contracts/stop-views.ts'
import { toErrorView } from '../../shared/domain/error.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'
import { loadConfig } from '../../shared/state/config/load.ts'
import { createIncidentDesk } from '../../supervisor/incident/incident-desk.ts'
import { type ListedIncident, readIncident } from '../../supervisor/incident/list-incidents.ts'
import { redactorOf } from '../../supervisor/logs/redactor-of.ts'
import type { CliContext } from '../context.ts'
import { toSafeJson } from '../print-json.ts'
import { whichIncident } from '../which-incident.ts'

export interface IncidentShowOptions {
  readonly incident?: string
  readonly json?: boolean
}

/** The runbook with what is known of this incident, for whoever has no window. It ticks nothing. */
export const incidentShow = async (context: CliContext, options: IncidentShowOptions): Promise<void> => {
  const { paths, env, now, print, warn } = context
  const incident = await whichIncident(context, options.incident)
  const config = await loadConfig(paths, env).catch((error: unknown) => {
    warn(`clawdbot: ${toErrorView(error).message}`)
    return null
  })
  const desk = createIncidentDesk({
    paths,
    env,
    now,
    redact: () => redactorOf(config?.secrets ?? []),
    onChange: () => undefined,
    onError: (error) => warn(`clawdbot: ${toErrorView(error).message}`),
  })
  desk.setConfig(config)
  await desk.open(incident)
  const view = desk.view()
  const result = await desk.result(incident)
  const kept = await readIncident(paths, incident)
  desk.close()
  if (view === null) return
  if (options.json === true) {
    const { at, by, reason } = kept
    print(toSafeJson({ at, by, reason, result, ...view }))
    return
  }
  for (const line of runbook(view, kept, result)) print(visibleLine(line))
}

const TITLES: Readonly<Record<IncidentStep, string>> = {
  stop: 'Stop it.',
  logs: 'Look at the logs of that minute.',
  sessions: 'Review the sessions.',
  secrets: 'Rotate what it could reach.',
  rules: 'Update the rules.',
}

const runbook = (
  view: IncidentView,
  { at, by, reason }: ListedIncident,
  result: StopResultView | null,
): readonly string[] => {
  const facts: Readonly<Record<IncidentStep, readonly string[]>> = {
    stop: stopFacts(result),
    logs: logFacts(view),
    sessions: sessionFacts(view),
    secrets: view.secrets.flatMap(({ name, where, reach, how }) => [
      `${name}, set in ${where}.`,
      `  Who has it can: ${reach}`,
      `  ${how}`,
    ]),
    rules: [
      'clawdbot allow list --provider telegram, then allow remove <id>, or block add <id> for good.',
      'dmPolicy "allowlist" or "disabled" in clawdbot.json closes the door to strangers.',
    ],
  }
  const when = at === null ? 'at an unknown time' : new Date(at).toISOString()
  return [
    `${view.id}: stopped ${when}${by === '' ? '' : ` by ${by}`}${reason === '' ? '' : `: ${reason}`}`,
    ...INCIDENT_STEPS.flatMap((step, index) => [
      `${String(index + 1)}. [${view.done[step] === null ? ' ' : 'x'}] ${TITLES[step]}`,
      ...facts[step].map((fact) => `       ${fact}`),
    ]),
    `${String(INCIDENT_STEPS.length + 1)}.     Resume: clawdbot resume --reason <text>. It starts nothing.`,
    `Evidence: ${view.folder} (${view.error === null ? `${String(view.files)} files, as they were kept` : view.error.message})`,
    'To keep or to give on: clawdbot incident bundle',
  ]
}

const stopFacts = (result: StopResultView | null): readonly string[] => {
  if (result === null) return ['How it went is not known. Stop again to be certain: clawdbot stop']
  const { killed, containers, verifiedMs, survivors, latchError, containersError } = result
  const dead = `${String(killed)} processes and ${String(containers.dead)} of ${String(containers.found)} containers`
  return [
    isProvenStopped(result)
      ? `Killed ${dead}; ${String(verifiedMs)} ms after the act nothing was left.`
      : `Killed ${dead}, and it is not certain that nothing is left. Stop again: clawdbot stop`,
    ...survivors.map((survivor) =>
      survivor.kind === 'process'
        ? `Still alive: process ${String(survivor.pid)} ${survivor.command}`
        : `Still alive: container ${survivor.name} (${survivor.id})`,
    ),
    ...[latchError, containersError].flatMap((error) =>
      error === null ? [] : [`${error.message} ${error.hint}`],
    ),
  ]
}

const logFacts = ({ logLines, logWarnings, logFrom, folder }: IncidentView): readonly string[] => [
  logLines === 0
    ? 'No line of the log was kept. clawdbot status names the state directory.'
    : `${folder}/log-tail.jsonl has ${String(logLines)} lines, ${String(logWarnings)} of them warnings or errors${logFrom === null ? '' : `, from ${new Date(logFrom).toISOString()}`}.`,
]

const sessionFacts = ({ sessions }: IncidentView): readonly string[] => [
  ...(sessions.length === 0 ? ['None was open, or used in the day before.'] : []),
  ...sessions.map(
    ({ key, sessionId, updatedAt, midTurn }) =>
      `${key}  ${sessionId === '' ? 'no transcript' : `sessions/${sessionId}.jsonl`}  ${new Date(updatedAt).toISOString()}${midTurn ? '  a message was not answered' : ''}`,
  ),
]
