import type { ReactNode } from 'react'
import { useApp } from '../../store/app-store.ts'
import { ScreenHead } from '../../ui/screen-frame.tsx'
import { EveryoneBanner } from '../people/everyone-banner.tsx'
import { ActivityList } from './activity-list.tsx'
import { FactLine } from './fact-line.tsx'
import { factsOf, isFresh } from './facts.ts'
import { Welcome } from './welcome.tsx'

/** Posture at a glance, then what happened. */
export const OverviewScreen = (): ReactNode => {
  const state = useApp(({ feed }) => feed.state)
  if (state === null) return null
  return (
    <>
      <ScreenHead title="Overview">
        Each line is what the supervisor reports at this moment. Open one for its evidence.
      </ScreenHead>
      <EveryoneBanner />
      {isFresh(state) ? <Welcome /> : null}
      <ul aria-label="Facts" className="mt-2.5 grid grid-cols-2 gap-x-7 max-md:grid-cols-1">
        {factsOf(state).map((fact) => (
          <FactLine key={fact.id} fact={fact} />
        ))}
      </ul>
      <ActivityList />
    </>
  )
}
