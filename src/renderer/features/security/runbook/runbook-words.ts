// What each step of the runbook says about this incident. Pure.
import {
  type IncidentStep,
  type IncidentView,
  isProvenStopped,
  type StopResultView,
} from '../../../../shared/contracts/stop-views.ts'
import { clockSeconds } from '../../../ui/text/format-time.ts'
import { counted, countWord, groupDigits, sentence } from '../../../ui/text/words.ts'

export const STEP_TITLES: Readonly<Record<IncidentStep, string>> = {
  stop: 'Stop it',
  logs: 'Look at the logs of that minute',
  sessions: 'Review the sessions that were open',
  secrets: 'Rotate what it could reach',
  rules: 'Update the rules',
}

/** Whether a step is done: the first one by its proof, each by its tick. */
export const isDone = (
  step: IncidentStep,
  incident: IncidentView | null,
  result: StopResultView | null,
): boolean =>
  (step === 'stop' && result !== null && isProvenStopped(result)) || (incident?.done[step] ?? null) !== null

/** `cut` counts replies that were cut in mid-send. */
export const stopWords = (
  result: StopResultView | null,
  cut: number,
  ticked: 'ticked' | 'open' = 'open',
): string => {
  const replies =
    cut === 0
      ? ''
      : ` ${sentence(counted(cut, 'reply was', 'replies were'))} cut in mid-send and ${cut === 1 ? 'is' : 'are'} marked unconfirmed.`
  if (result === null) return `How it went is not known here.${replies}`
  if (isProvenStopped(result)) return `Done, and proven: nothing of it was left.${replies}`
  const open =
    ticked === 'ticked'
      ? 'You ticked this; it is still not proven.'
      : 'Not proven yet. See above for what is missing, then stop again.'
  return `${open}${replies}`
}

export const logWords = (incident: IncidentView | null): string => {
  if (incident === null)
    return 'Nothing of that minute was kept apart. The Logs screen has what is in the file.'
  const { logLines, logWarnings, logFrom } = incident
  if (logLines === 0) return 'The log had no lines of that minute.'
  const lines = `${groupDigits(logLines)} ${logLines === 1 ? 'line' : 'lines'}`
  const warnings = `${groupDigits(logWarnings)} ${logWarnings === 1 ? 'warning' : 'warnings'}`
  return `${lines}, ${warnings}${logFrom === null ? '' : `, from ${clockSeconds(logFrom)} on`}.`
}

/** More names than this do not fit into the line. */
const NAMED = 4

export const sessionWords = (incident: IncidentView | null): string => {
  if (incident === null) return 'Which sessions were open is not known.'
  const { sessions } = incident
  if (sessions.length === 0) return 'No session was open, or used shortly before.'
  const names = sessions.slice(0, NAMED).map(({ key, midTurn }) => (midTurn ? `${key} (mid-turn)` : key))
  const more = sessions.length - names.length
  return more === 0 ? `${names.join(', ')}.` : `${names.join(', ')}, and ${countWord(more)} more.`
}

export const secretWords = (incident: IncidentView | null): string => {
  if (incident === null)
    return 'Which secrets it had is not known: replace every key that clawdbot.json names.'
  const { secrets } = incident
  return secrets.length === 0
    ? 'It had no secret, so there is none to replace.'
    : `${secrets.map(({ name }) => name).join(', ')}. Nothing else was readable by the gateway.`
}

export const RULE_WORDS = "Who may write, what a group may do, the agent's instructions."
