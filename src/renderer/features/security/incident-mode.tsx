import type { ReactNode } from 'react'
import type { LockdownView } from '../../../shared/contracts/stop-views.ts'
import { LockFrame } from '../../app/lockdown/lock-banner.tsx'
import { useSlice } from '../../store/app-store.ts'
import { Section } from '../../ui/screen-frame.tsx'
import { Evidence } from './evidence.tsx'
import { Runbook } from './runbook/runbook.tsx'
import { StopFigures } from './stop-figures.tsx'
import { StopProblems } from './stop-problems.tsx'
import { TimeLine } from './time-line.tsx'

/** What STOP did, proven in numbers, and what to do now. All of it comes from the state, so a restart loses nothing. */
export const IncidentMode = ({ lockdown }: { readonly lockdown: LockdownView }): ReactNode => {
  const { result } = lockdown
  const incident = useSlice('incident')
  return (
    <>
      <LockFrame lockdown={lockdown} size="large" />
      {result === null ? <NoFigures /> : <StopFigures result={result} />}
      {result === null ? null : <StopProblems result={result} />}
      {result === null || result.steps.length === 0 ? null : <TimeLine steps={result.steps} />}
      <Section title="What to do now">
        <Runbook incident={incident} result={result} />
      </Section>
      <Evidence incident={incident} result={result} />
    </>
  )
}

/** While the stop is under way, and where its record can not be read. */
const NoFigures = (): ReactNode => {
  const { pid } = useSlice('gateway')
  return (
    <p className="mt-3 text-soft">
      {pid === null
        ? 'How the stop went is not known here, so nothing is called proven. Stop again to have it looked at and proven.'
        : 'The stop is under way. The figures come when both lists have been read again.'}
    </p>
  )
}
