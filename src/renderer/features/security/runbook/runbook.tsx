import type { ReactNode } from 'react'
import {
  type IncidentStep,
  type IncidentView,
  isProvenStopped,
  type StopResultView,
} from '../../../../shared/contracts/stop-views.ts'
import { useSlice } from '../../../store/app-store.ts'
import { hrefOf } from '../../../store/screen.ts'
import { Button } from '../../../ui/button.tsx'
import { LinkButton } from '../../../ui/link-button.tsx'
import { useCommand } from '../../../ui/use-command.tsx'
import { StopAgain } from '../stop-again.tsx'
import { IncidentLog } from './incident-log.tsx'
import { IncidentSecrets } from './incident-secrets.tsx'
import { IncidentSessions } from './incident-sessions.tsx'
import { RunbookStep, type StepTick } from './runbook-step.tsx'
import { isDone, logWords, RULE_WORDS, secretWords, sessionWords, stopWords } from './runbook-words.ts'

/** The five steps after a stop, each of which does its part or leads to where it is done. */
export const Runbook = ({
  incident,
  result,
}: {
  readonly incident: IncidentView | null
  readonly result: StopResultView | null
}): ReactNode => {
  const cut = useSlice('unconfirmed').length
  const proven = result !== null && isProvenStopped(result)
  const ticked = incident !== null && incident.done.stop !== null ? 'ticked' : 'open'
  const tick = (step: IncidentStep): StepTick => ({
    step,
    done: isDone(step, incident, result),
    // The first step ticks itself by its proof; without an incident there is nowhere to keep a tick.
    fixed: incident === null || (step === 'stop' && proven),
  })
  return (
    <ol aria-label="Runbook" className="rounded-m border border-line">
      <RunbookStep
        tick={tick('stop')}
        words={stopWords(result, cut, ticked)}
        action={proven ? null : <StopAgain />}
      />
      <RunbookStep
        tick={tick('logs')}
        words={logWords(incident)}
        action={incident === null ? <LinkButton href={hrefOf('logs')}>Open Logs</LinkButton> : null}
        panel={
          incident === null || incident.logLines === 0
            ? null
            : { open: 'Open', close: 'Close', content: <IncidentLog /> }
        }
      />
      <RunbookStep
        tick={tick('sessions')}
        words={sessionWords(incident)}
        panel={
          incident === null || incident.sessions.length === 0
            ? null
            : {
                open: 'Review',
                close: 'Close',
                content: <IncidentSessions sessions={incident.sessions} />,
              }
        }
      />
      <RunbookStep
        tick={tick('secrets')}
        words={secretWords(incident)}
        panel={
          incident === null || incident.secrets.length === 0
            ? null
            : { open: 'Show how', close: 'Close', content: <IncidentSecrets secrets={incident.secrets} /> }
        }
      />
      <RunbookStep tick={tick('rules')} words={RULE_WORDS} action={<RuleActions />} />
    </ol>
  )
}

const RuleActions = (): ReactNode => {
  const openConfig = useCommand('config.open')
  return (
    <>
      <LinkButton href={hrefOf('people')}>People</LinkButton>
      <LinkButton href={hrefOf('pairing')}>Pairing</LinkButton>
      <Button onClick={() => void openConfig.run(undefined)}>Edit</Button>
    </>
  )
}
