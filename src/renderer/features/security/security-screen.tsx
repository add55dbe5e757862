import type { ReactNode } from 'react'
import { useSlice } from '../../store/app-store.ts'
import { ScreenHead } from '../../ui/screen-frame.tsx'
import { AuditCard } from './audit-card.tsx'
import { IncidentMode } from './incident-mode.tsx'
import { PastLockdowns } from './past-lockdowns.tsx'
import { ToolsCard } from './tools-card.tsx'

/** After a stop: what was stopped, and what to do now. Else, and below it: what tools may do, the audit, and earlier stops. */
export const SecurityScreen = (): ReactNode => {
  const lockdown = useSlice('lockdown')
  if (lockdown === null) {
    return (
      <>
        <ScreenHead title="Security">
          What tools may do outside a box, whether the record of what was done can be trusted, and what was
          ever stopped.
        </ScreenHead>
        <ToolsCard />
        <AuditCard />
        <PastLockdowns />
      </>
    )
  }
  return (
    <>
      <div className="sr-only">
        <ScreenHead title="Security" />
      </div>
      <IncidentMode lockdown={lockdown} />
      <ToolsCard />
      <AuditCard />
      <PastLockdowns />
    </>
  )
}
