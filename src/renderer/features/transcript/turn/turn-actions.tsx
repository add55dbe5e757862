import { Braces, Link2, ScrollText } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Turn } from '../../../../shared/contracts/archive-transcript.ts'
import { logHref, sessionHref } from '../../../store/screen.ts'
import { copyText } from '../../../ui/copy-text.ts'
import { showDone } from '../../../ui/toasts.tsx'
import { useReading } from '../reading.tsx'

const LOOK = 'grid size-6 place-items-center rounded-s text-soft hover:bg-raised hover:text-fg'

/** What can be done with a turn; seen where the pointer or the focus is. */
export const TurnActions = ({ turn }: { readonly turn: Turn }): ReactNode => {
  const { sessionRef, showRaw } = useReading()
  const where = turn.event !== '' ? `event:${turn.event}` : turn.at === null ? null : `time:${turn.at}`
  const number = turn.turn + 1
  return (
    // Between the turns, so that it covers nothing of a call's head; above the first there is no room.
    <div
      className={`forced-line absolute right-3 flex rounded-s border border-line bg-bg opacity-0 group-focus-within/turn:opacity-100 group-hover/turn:opacity-100 ${
        turn.turn === 0 ? 'top-0' : '-top-3.5'
      }`}
    >
      {where === null ? null : (
        <a href={logHref(where)} title="In the log" aria-label={`Turn ${number} in the log`} className={LOOK}>
          <ScrollText aria-hidden className="size-3.5" />
        </a>
      )}
      <button
        type="button"
        title="Copy a link to this turn"
        aria-label={`Copy a link to turn ${number}`}
        className={LOOK}
        onClick={() => {
          if (copyText(sessionHref(sessionRef, turn.turn))) showDone('Copied the link.')
        }}
      >
        <Link2 aria-hidden className="size-3.5" />
      </button>
      <button
        type="button"
        title="Raw line"
        aria-label={`Raw line of turn ${number}`}
        className={LOOK}
        onClick={() => showRaw(turn.turn)}
      >
        <Braces aria-hidden className="size-3.5" />
      </button>
    </div>
  )
}
