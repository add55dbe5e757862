import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useImperativeHandle,
  useRef,
  useState,
} from 'react'
import { useScreenKeys } from '../../keys/use-keys.ts'

export interface RowListHandle {
  /** Puts the focus on a row, and the row into view. */
  readonly focus: (index: number) => void
  readonly isAtTop: () => boolean
}

/** Rows nearer to the top than this count as the top. Pixels. */
const TOP_PX = 40
const ROWS_OF_A_PAGE = 8

/**
 * A list of any length, of links: the arrows, `j` and `k` move through it, Enter opens. Only what is in view, and the
 * row with the focus, is on the page.
 */
export const RowList = ({
  label,
  count,
  estimate,
  renderRow,
  onRange,
  onLeaveTop,
  handle,
}: {
  readonly label: string
  readonly count: number
  /** Of a row that was not measured yet. Pixels. */
  readonly estimate: number
  /** The row as one link, with this `tabIndex`. */
  readonly renderRow: (index: number, tabIndex: 0 | -1) => ReactNode
  /** Called with the rows in view, whenever these change. */
  readonly onRange: (first: number, last: number) => void
  /** Up, from the first row. */
  readonly onLeaveTop: () => void
  readonly handle: RefObject<RowListHandle | null>
}): ReactNode => {
  const scroller = useRef<HTMLDivElement>(null)
  const [chosen, setChosen] = useState(0)
  /** Set where the focus is to follow as soon as the row is drawn. */
  const following = useRef(false)
  const cursor = Math.min(chosen, Math.max(0, count - 1))

  // oxlint-disable-next-line react/incompatible-library -- what it warns of concerns the React Compiler, which is not used
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => estimate,
    overscan: 6,
    rangeExtractor: (range) => {
      const shown = defaultRangeExtractor(range)
      // The row with the focus stays, or the keyboard would be nowhere after a scroll.
      return shown.includes(cursor) || cursor >= count ? shown : [...shown, cursor].toSorted((a, b) => a - b)
    },
  })

  const range = rows.range
  const first = range?.startIndex ?? 0
  const last = range?.endIndex ?? 0
  useEffect(() => onRange(first, last), [first, last, count, onRange])

  const moveTo = (index: number): void => {
    const next = Math.max(0, Math.min(count - 1, index))
    setChosen(next)
    following.current = true
    rows.scrollToIndex(next, { align: 'auto' })
    focusRow(scroller.current, next, following)
  }
  useEffect(() => focusRow(scroller.current, cursor, following))
  useImperativeHandle(handle, () => ({
    focus: moveTo,
    isAtTop: () => (scroller.current?.scrollTop ?? 0) < TOP_PX,
  }))

  const move = (key: string): boolean => {
    const step = STEPS[key]
    if (step === undefined || count === 0) return false
    const isInside = scroller.current?.contains(document.activeElement) ?? false
    // The first key of a list that has no focus yet goes to where it stands.
    if (!isInside) moveTo(cursor)
    else if (cursor === 0 && step === -1) onLeaveTop()
    else moveTo(cursor + step)
    return true
  }
  useScreenKeys((key) => {
    if (scroller.current?.contains(document.activeElement) === true) return move(key)
    // Where something else has the focus, these keys move through that; with none, the long ways are the transcript's.
    return isNowhere() && NEAR.has(key) && move(key)
  })
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in STEPS)) return
    // One letter alone may be switched off, which is asked where all such keys are heard.
    if (event.key.length === 1 || !move(event.key)) return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- the links in it have the focus; their keys are heard here
    <div
      ref={scroller}
      onKeyDown={onKeyDown}
      onFocus={({ target }) => {
        const index = Number(target.closest('[data-index]')?.getAttribute('data-index') ?? cursor)
        setChosen(index)
      }}
      className="min-h-0 flex-1 overflow-x-hidden overflow-y-auto overscroll-contain"
    >
      <ol aria-label={label} className="relative w-full" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start }) => (
          <li
            key={index}
            ref={rows.measureElement}
            data-index={index}
            aria-setsize={count}
            aria-posinset={index + 1}
            className="absolute top-0 left-0 w-full"
            style={{ transform: `translateY(${start}px)` }}
          >
            {renderRow(index, index === cursor ? 0 : -1)}
          </li>
        ))}
      </ol>
    </div>
  )
}

const STEPS: Readonly<Record<string, number>> = {
  j: 1,
  k: -1,
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: ROWS_OF_A_PAGE,
  PageUp: -ROWS_OF_A_PAGE,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
}

const NEAR: ReadonlySet<string> = new Set(['j', 'k', 'ArrowDown', 'ArrowUp'])

const isNowhere = (): boolean => {
  const { activeElement } = document
  return activeElement === null || activeElement === document.body || activeElement.tagName === 'MAIN'
}

const focusRow = (scroller: HTMLElement | null, index: number, following: RefObject<boolean>): void => {
  if (!following.current) return
  const link = scroller?.querySelector<HTMLElement>(`[data-index="${index}"] a`)
  if (!link) return
  following.current = false
  link.focus({ preventScroll: true })
}
