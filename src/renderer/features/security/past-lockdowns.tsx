import { OctagonX } from 'lucide-react'
import type { ReactNode } from 'react'
import type { PastLockdown } from '../../../shared/contracts/stop-views.ts'
import { useIsLocked, useSlice } from '../../store/app-store.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Section } from '../../ui/screen-frame.tsx'
import { useClock } from '../../ui/text/clock.ts'
import { dayTime, duration } from '../../ui/text/format-time.ts'
import { RemoteText } from '../../ui/text/remote-text.tsx'

/** Every stop that has ended: who and why, then who resumed and why. */
export const PastLockdowns = (): ReactNode => {
  const past = useSlice('pastLockdowns')
  const locked = useIsLocked()
  if (past.length === 0) return locked ? null : <NeverStopped />
  return (
    <Section title="Past lockdowns">
      <ul aria-label="Past lockdowns" className="rounded-m border border-line">
        {past.map((lockdown) => (
          <Row key={`${lockdown.at} ${lockdown.incident}`} lockdown={lockdown} />
        ))}
      </ul>
    </Section>
  )
}

const NeverStopped = (): ReactNode => (
  <Section title="Past lockdowns">
    <EmptyState icon={<OctagonX />} title="Nothing was ever stopped">
      Hold STOP at the top right to end the gateway and every box within a moment, for certain. Nothing starts
      again until you resume, and what was going on is kept as evidence. It costs nothing to try it once.
    </EmptyState>
  </Section>
)

const Row = ({ lockdown }: { readonly lockdown: PastLockdown }): ReactNode => {
  const { at, by, reason, resumedAt, resumedBy, resumeReason, incident } = lockdown
  const stopped = useClock((now) => dayTime(at, now))
  const resumed = useClock((now) => dayTime(resumedAt, now))
  return (
    <li className="grid grid-cols-2 gap-x-8 gap-y-2 border-b border-line px-4 py-2.5 last:border-0 max-[640px]:grid-cols-1">
      <Side name="Stopped" when={stopped} by={by} reason={reason}>
        {incident === '' ? null : <RemoteText text={incident} className="mono text-s text-faint" />}
      </Side>
      <Side name="Resumed" when={resumed} by={resumedBy} reason={resumeReason}>
        <span className="text-s text-faint">after {duration(resumedAt - at)}</span>
      </Side>
    </li>
  )
}

const Side = ({
  name,
  when,
  by,
  reason,
  children,
}: {
  readonly name: string
  readonly when: string
  readonly by: string
  readonly reason: string
  readonly children: ReactNode
}): ReactNode => (
  <div className="min-w-0">
    <div>
      <span className="font-medium">{name}</span> <span className="mono text-soft">{when}</span>
      {by === '' ? null : (
        <span className="text-soft">
          {' by '}
          <RemoteText text={by} />
        </span>
      )}
    </div>
    {reason === '' ? (
      <div className="text-faint">No reason was given.</div>
    ) : (
      <div>
        <RemoteText text={reason} />
      </div>
    )}
    {children}
  </div>
)
