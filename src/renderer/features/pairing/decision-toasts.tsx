import { Ban, CircleCheck, CircleX } from 'lucide-react'
import type { ReactNode } from 'react'
import { toast } from 'sonner'
import type { AppState } from '../../../shared/contracts/app-state.ts'
import type { DecisionView } from '../../../shared/contracts/people-views.ts'
import { useApp } from '../../store/app-store.ts'
import { Button } from '../../ui/button.tsx'
import { useClock } from '../../ui/text/clock.ts'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { ToastCard } from '../../ui/toasts.tsx'
import { useCommand } from '../../ui/use-command.tsx'
import { DecidedAbout } from './decided-today.tsx'
import { keyOf } from './requests.ts'

/** What each request would have given, kept past its end, so that the toast can say whom it lets in where. */
type WouldGet = Map<string, string>

/**
 * Raises a toast with Undo for each decision that is new, whether it was made here or by the cli; one that
 * was there when the window opened raises none. Returns how to stop.
 */
export const watchDecisions = (): (() => void) => {
  const wouldGet: WouldGet = new Map()
  let known: ReadonlySet<string> | null = null
  return useApp.subscribe(({ feed: { state } }) => {
    if (state === null) return
    for (const request of state.requests) wouldGet.set(keyOf(request), request.wouldGet)
    const ids = new Set(state.decisions.map(({ id }) => id))
    if (known !== null) for (const decision of fresh(state, known)) raise(decision, wouldGet)
    known = ids
  })
}

const fresh = (state: AppState, known: ReadonlySet<string>): readonly DecisionView[] =>
  state.decisions.filter(
    ({ id, undoUntil, kind }) =>
      !known.has(id) && kind !== 'undone' && undoUntil !== null && undoUntil > Date.now(),
  )

const raise = (decision: DecisionView, wouldGet: WouldGet): void => {
  const key = keyOf({ provider: decision.provider, id: decision.sender })
  const gives = decision.kind === 'approved' ? (wouldGet.get(key) ?? '') : ''
  wouldGet.delete(key)
  toast.custom(
    (id) => <DecisionToast decision={decision} gives={gives} onClose={() => toast.dismiss(id)} />,
    {
      id: `decision:${decision.id}`,
      duration: Math.max(1000, (decision.undoUntil ?? 0) - Date.now()),
    },
  )
}

const TITLES: Readonly<Record<DecisionView['kind'], string>> = {
  approved: 'Approved',
  denied: 'Denied',
  blocked: 'Blocked',
  undone: 'Undone',
}

const ICONS: Readonly<Record<DecisionView['kind'], ReactNode>> = {
  approved: <CircleCheck aria-hidden className="size-4 text-good" />,
  denied: <CircleX aria-hidden className="size-4 text-soft" />,
  blocked: <Ban aria-hidden className="size-4 text-bad" />,
  undone: <CircleX aria-hidden className="size-4 text-soft" />,
}

const DecisionToast = ({
  decision,
  gives,
  onClose,
}: {
  readonly decision: DecisionView
  readonly gives: string
  readonly onClose: () => void
}): ReactNode => {
  const undo = useCommand('pairing.undo')
  const left = useClock((now) => Math.max(0, Math.ceil(((decision.undoUntil ?? 0) - now) / 1000)))
  const run = async (): Promise<void> => {
    if (await undo.run({ decision: decision.id })) onClose()
  }
  return (
    <ToastCard
      icon={ICONS[decision.kind]}
      title={
        <>
          {TITLES[decision.kind]}: <DecidedAbout decision={decision} />
        </>
      }
      onClose={onClose}
      action={
        <Button size="s" off={undo.pending} onClick={() => void run()}>
          Undo
          <span aria-hidden className="mono text-faint">
            {left} s
          </span>
        </Button>
      }
    >
      {gives ? (
        <>
          Lets them into: <RemoteText text={gives} />
        </>
      ) : null}
    </ToastCard>
  )
}
