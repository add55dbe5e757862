import { ArrowDown } from 'lucide-react'
import {
  memo,
  type ReactNode,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import type { Turn } from '../../../shared/contracts/archive-transcript.ts'
import type { TurnProgress } from '../../../shared/contracts/bridge.ts'
import { useScreenKeys } from '../../keys/use-keys.ts'
import { usePrefs } from '../../store/prefs.ts'
import { Button } from '../../ui/button.tsx'
import { isSameDay } from '../../ui/text/format-time.ts'
import { groupDigits } from '../../ui/text/words.ts'
import type { Jump } from './jumps.ts'
import { LiveRow } from './live/live-row.tsx'
import type { TranscriptSource } from './pages/transcript-source.ts'
import { useRowWindow } from './rows/use-row-window.ts'
import { TurnRow } from './turn/turn-row.tsx'

/** Of a turn that was not measured, as most are about as tall. Pixels. */
const ROW_PX = 84

export interface TurnListHandle {
  /** Brings a turn to the middle and marks it. */
  readonly goTo: (turn: number) => void
  /** From where a jump looks: the marked turn while it is in sight, or else the edge, so that it finds what is seen. */
  readonly standing: (direction: Jump['direction']) => number
}

/**
 * The turns, of which only those in sight are drawn. At the end it follows; where one looks elsewhere the picture
 * holds still, and what comes is counted.
 */
export const TurnList = ({
  source,
  total,
  live,
  wantedTurn,
  handle,
}: {
  readonly source: TranscriptSource
  readonly total: number
  readonly live: TurnProgress | null
  readonly wantedTurn: number | null
  readonly handle: React.Ref<TurnListHandle>
}): ReactNode => {
  const count = total + (live === null ? 0 : 1)
  const { rows, range, scroller, spacer, content } = useRowWindow(count, ROW_PX, wantedTurn)
  const [marked, setMarked] = useState<number | null>(wantedTurn)
  const [asked, setAsked] = useState(wantedTurn)
  const focusOn = useFocus(scroller, content)
  const news = count - range.seen
  if (asked !== wantedTurn) {
    setAsked(wantedTurn)
    setMarked(wantedTurn)
  }

  useEffect(() => source.want(range.first, range.last))
  useEffect(() => {
    if (wantedTurn === null) rows.follow()
    else rows.goTo(wantedTurn, 'centre')
  }, [rows, wantedTurn])

  const goTo = useCallback(
    (turn: number) => {
      setMarked(turn)
      rows.goTo(turn, 'centre')
    },
    [rows],
  )
  const standing = useCallback(
    (direction: Jump['direction']) => {
      if (marked !== null && rows.isInSight(marked)) return marked
      return direction === 'next' ? rows.firstInSight() - 1 : rows.lastInSight() + 1
    },
    [rows, marked],
  )
  useImperativeHandle(handle, () => ({ goTo, standing }), [goTo, standing])

  const step = (by: 1 | -1): void => {
    const from = marked !== null && rows.isInSight(marked) ? marked + by : rows.firstInSight()
    const turn = Math.max(0, Math.min(from, total - 1))
    focusOn(turn)
    setMarked(turn)
    rows.goTo(turn, 'near')
  }
  useScreenKeys((key) => {
    const isHere = scroller.current?.contains(document.activeElement) ?? false
    if (key === 'End') rows.follow()
    else if (key === 'Home') rows.goTo(0, 'top')
    else if (isHere && key === 'j') step(1)
    else if (isHere && key === 'k') step(-1)
    else return false
    return true
  })

  const drawn = Array.from(
    { length: Math.max(0, range.last - range.first + 1) },
    (_, index) => range.first + index,
  )
  return (
    <div className="relative min-h-40 flex-1">
      <div
        ref={scroller}
        data-transcript-scroller
        role="feed"
        aria-label="Turns"
        aria-busy={drawn.some((row) => row < total && source.turn(row) === null)}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must take the focus
        tabIndex={0}
        className="absolute inset-0 overflow-x-hidden overflow-y-auto [overflow-anchor:none] focus-visible:-outline-offset-2"
      >
        <div ref={spacer} className="relative w-full overflow-clip">
          <div ref={content} className="absolute inset-x-0 top-0">
            {drawn.map((row) =>
              row < total ? (
                <Placed
                  key={row}
                  row={row}
                  total={total}
                  turn={source.turn(row)}
                  before={momentBefore(source, row)}
                  isMarked={row === marked}
                  isLast={row === count - 1}
                />
              ) : live === null ? null : (
                <article
                  key="live"
                  data-row={row}
                  aria-label="The turn under way"
                  className="border-l-2 border-transparent pb-6"
                >
                  <LiveRow progress={live} />
                </article>
              ),
            )}
          </div>
        </div>
      </div>
      {range.following ? null : (
        <div className="absolute right-5 bottom-3">
          <Button className="shadow-pop bg-bg" onClick={() => rows.follow()}>
            <ArrowDown aria-hidden className="size-3.5" />
            {news > 0 ? `${groupDigits(news)} new` : 'To the end'}
          </Button>
        </div>
      )}
    </div>
  )
}

/** Lines without a time, such as broken ones, do not hide on which day the turn before them was. */
const momentBefore = (source: TranscriptSource, row: number): number | null => {
  for (let before = row - 1; before >= Math.max(0, row - 8); before -= 1) {
    const at = source.turn(before)?.at ?? null
    if (at !== null) return at
  }
  return null
}

const Placed = memo(function Placed({
  row,
  total,
  turn,
  before,
  isMarked,
  isLast,
}: {
  readonly row: number
  readonly total: number
  readonly turn: Turn | null
  /** When the turn before it was. */
  readonly before: number | null
  readonly isMarked: boolean
  /** Of the list, in which what streams comes after the turns. */
  readonly isLast: boolean
}) {
  const zone = usePrefs((prefs) => (prefs.utc ? 'utc' : 'local'))
  const at = turn?.at ?? null
  return (
    <article
      data-row={row}
      // Only once it is there to be read.
      data-turn={turn === null ? undefined : row}
      tabIndex={-1}
      aria-posinset={row + 1}
      aria-setsize={total}
      aria-label={`Turn ${row + 1} of ${total}`}
      aria-current={isMarked || undefined}
      className={`border-l-2 focus-visible:-outline-offset-2 ${isLast ? 'pb-6' : ''} ${
        isMarked ? 'border-accent bg-raised/50' : 'border-transparent'
      }`}
    >
      {turn === null ? (
        <div className="h-[84px]" />
      ) : (
        <TurnRow turn={turn} dated={at !== null && (before === null || !isSameDay(at, before, zone))} />
      )}
    </article>
  )
})

/** Brings the focus to a turn once it is drawn; where the focused turn went out of sight, the list has it. */
const useFocus = (
  scroller: React.RefObject<HTMLElement | null>,
  content: React.RefObject<HTMLElement | null>,
): ((turn: number) => void) => {
  const wanted = useRef<number | null>(null)
  const hadFocus = useRef(false)
  useLayoutEffect(() => {
    const row = wanted.current
    const turn =
      row === null ? null : content.current?.querySelector<HTMLElement>(`:scope > [data-row="${row}"]`)
    if (turn) {
      wanted.current = null
      turn.focus({ preventScroll: true })
    } else if (hadFocus.current && document.activeElement === document.body) {
      scroller.current?.focus({ preventScroll: true })
    }
    hadFocus.current = scroller.current?.contains(document.activeElement) ?? false
  })
  return (turn) => {
    wanted.current = turn
  }
}
