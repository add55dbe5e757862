import type { ReactNode } from 'react'
import type { DecisionView } from '../../../shared/contracts/people-views.ts'
import { PROVIDER_LABEL } from '../../../shared/domain/provider.ts'
import { useIsLive, useSlice } from '../../store/app-store.ts'
import { Button } from '../../ui/button.tsx'
import { Section } from '../../ui/screen-frame.tsx'
import { Tag, type Tone } from '../../ui/tag.tsx'
import { useClock } from '../../ui/text/clock.ts'
import { clockTime, isSameDay } from '../../ui/text/format-time.ts'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { useCommand } from '../../ui/use-command.tsx'

const TONES: Readonly<Record<DecisionView['kind'], Tone>> = {
  approved: 'good',
  denied: 'neutral',
  blocked: 'bad',
  undone: 'neutral',
}

/** What was decided since midnight, newest first, here or by the cli. */
export const DecidedToday = (): ReactNode => {
  const decisions = useSlice('decisions')
  // Drawn anew at midnight, when yesterday's decisions leave the list.
  const today = useClock((now) => new Date(now).setHours(0, 0, 0, 0))
  const shown = decisions.filter(({ at }) => isSameDay(at, today)).toSorted((one, other) => other.at - one.at)
  if (shown.length === 0) return null
  return (
    <Section title="Decided today">
      <ul className="rounded-m border border-line">
        {shown.map((decision) => (
          <DecisionRow key={decision.id} decision={decision} />
        ))}
      </ul>
    </Section>
  )
}

const DecisionRow = ({ decision }: { readonly decision: DecisionView }): ReactNode => (
  <li className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2 last:border-0">
    <Tag tone={TONES[decision.kind]}>{decision.kind}</Tag>
    <span className="min-w-0">
      <DecidedAbout decision={decision} />
    </span>
    <span className="ml-auto flex items-center gap-3">
      <span className="mono text-faint">{clockTime(decision.at)}</span>
      <UndoButton decision={decision} />
    </span>
  </li>
)

/** Who a decision was about: the unverified name in quotation marks, then what is certain. */
export const DecidedAbout = ({ decision }: { readonly decision: DecisionView }): ReactNode => (
  <>
    {decision.claimedName === '' ? null : (
      <>
        “<RemoteText text={decision.claimedName} />”{' · '}
      </>
    )}
    {PROVIDER_LABEL[decision.provider]} <RemoteText text={decision.sender} className="mono text-soft" />
  </>
)

/** Takes a decision back, as long as that is offered. */
const UndoButton = ({ decision }: { readonly decision: DecisionView }): ReactNode => {
  const left = useClock((now) =>
    decision.undoUntil === null ? 0 : Math.max(0, Math.ceil((decision.undoUntil - now) / 1000)),
  )
  const live = useIsLive()
  const undo = useCommand('pairing.undo')
  if (left === 0 || decision.kind === 'undone') return null
  return (
    <Button size="s" off={undo.pending || !live} onClick={() => void undo.run({ decision: decision.id })}>
      Undo
      <span aria-hidden className="mono text-faint">
        {left} s
      </span>
    </Button>
  )
}
