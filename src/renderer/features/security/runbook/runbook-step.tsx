import { type ReactNode, useId, useState } from 'react'
import type { IncidentStep } from '../../../../shared/contracts/stop-views.ts'
import { useIsLive } from '../../../store/app-store.ts'
import { Button } from '../../../ui/button.tsx'
import { Checkbox } from '../../../ui/checkbox.tsx'
import { RemoteText } from '../../../ui/text/remote-text.tsx'
import { useCommand } from '../../../ui/use-command.tsx'
import { STEP_TITLES } from './runbook-words.ts'

/** Where a step stands, and whether the owner may change that. */
export interface StepTick {
  readonly step: IncidentStep
  readonly done: boolean
  readonly fixed: boolean
}

/** What opens below a step, and what its button is called. */
interface StepPanel {
  readonly open: string
  readonly close: string
  readonly content: ReactNode
}

/** One step: its tick, what it is about, what to do, and what opens below it. */
export const RunbookStep = ({
  tick: { step, done, fixed },
  words,
  action = null,
  panel = null,
}: {
  readonly tick: StepTick
  readonly words: string
  readonly action?: ReactNode
  readonly panel?: StepPanel | null
}): ReactNode => {
  const id = useId()
  const live = useIsLive()
  const tick = useCommand('incident.tick', 'quiet')
  const [shown, setShown] = useState<'open' | 'closed'>('closed')
  const open = panel !== null && shown === 'open'
  return (
    <li className="border-b border-line px-4 py-2.5 last:border-0">
      <div className="flex flex-wrap items-start gap-x-3 gap-y-2">
        <Checkbox
          labelledBy={`${id}-title`}
          describedBy={`${id}-words`}
          checked={done}
          off={fixed || !live || tick.pending}
          onChange={(checked) => void tick.run({ step, done: checked })}
        />
        <div className="min-w-52 flex-1">
          <h3 id={`${id}-title`} className="font-semibold">
            {STEP_TITLES[step]}
          </h3>
          <p id={`${id}-words`} className="text-soft">
            <RemoteText text={words} />
          </p>
        </div>
        <div className="flex flex-wrap items-center gap-2 pt-0.5 empty:hidden">
          {action}
          {panel === null ? null : (
            <Button
              aria-expanded={open}
              aria-controls={open ? `${id}-panel` : undefined}
              aria-describedby={`${id}-title`}
              onClick={() => setShown(open ? 'closed' : 'open')}
            >
              {open ? panel.close : panel.open}
            </Button>
          )}
        </div>
      </div>
      {open ? (
        <div id={`${id}-panel`} className="appear mt-2.5 mb-1 pl-7 max-sm:pl-0">
          {panel.content}
        </div>
      ) : null}
    </li>
  )
}
