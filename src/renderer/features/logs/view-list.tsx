import { ArrowDown } from 'lucide-react'
import {
  type ReactNode,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { useScreenKeys } from '../../keys/use-keys.ts'
import { usePrefs } from '../../store/prefs.ts'
import { Button } from '../../ui/button.tsx'
import { groupDigits } from '../../ui/text/words.ts'
import { useLogView } from './log-view-store.ts'
import { type Geometry, geometryOf, MAX_ROWS, partOf, ROW_PX } from './row-geometry.ts'
import { ViewRow } from './view-row.tsx'

/** Nearer to the end than this is at the end. Pixels. */
const END_PX = 12
/** Rows drawn above and below what is in sight. */
const OVERSCAN = 12
/** Heights are remembered by row; beyond so many they are forgotten. */
const MAX_HEIGHTS = 600

/**
 * The lines, however many there are. At the end it follows; scrolling up holds the picture still, counts what comes,
 * and a click or the end of the list follows again.
 */
export const ViewList = (): ReactNode => {
  const view = useLogView((store) => store.view)
  const version = useLogView((store) => store.version)
  const { following, heldEnd, marked, unfolded, reveal } = useLogView()
  const { need, rowOf, hold, follow, mark, seek } = useLogView()
  const wrap = usePrefs((prefs) => prefs.wrap)
  const utc = usePrefs((prefs) => prefs.utc)
  const scroller = useRef<HTMLDivElement>(null)
  const size = useSize(scroller)
  const [scrollTop, setScrollTop] = useState(0)
  const [wantedFrom, setWantedFrom] = useState<number | null>(null)
  const first = view?.first ?? 0
  const end = first + (view?.total ?? 0)
  const part = useMemo(
    () => partOf(first, end, following ? null : wantedFrom),
    [first, end, following, wantedFrom],
  )
  const { heights, measure } = useHeights(`${view?.view ?? 0} ${wrap ? size.width : 'line'}`)
  const geometry = useMemo(() => geometryOf(part, heights), [part, heights])

  const rowsOf = useRef<HTMLDivElement>(null)
  const ownHeights = wrap || (marked !== null && unfolded)
  // In one go after everything else is drawn: the browser then works the layout out once.
  useLayoutEffect(() => {
    if (ownHeights && rowsOf.current !== null) measure(rowsOf.current)
  })
  useEffect(() => {
    const element = rowsOf.current?.querySelector(`[data-row="${unfolded ? marked : null}"]`)
    if (!element) return undefined
    const observer = new ResizeObserver(() => rowsOf.current && measure(rowsOf.current))
    observer.observe(element)
    return () => observer.disconnect()
  }, [marked, unfolded, measure])

  // Rows that came before what is in sight, or another part of the list, must not move it.
  const anchor = useRef<{ readonly row: number; readonly offset: number } | null>(null)
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return
    if (following) element.scrollTop = element.scrollHeight
    else if (anchor.current !== null) {
      const top = geometry.top(anchor.current.row) + anchor.current.offset
      if (Math.abs(element.scrollTop - top) >= 1) element.scrollTop = top
    }
    setScrollTop(element.scrollTop)
  }, [following, geometry, size])

  const shownReveal = useRef(reveal)
  useLayoutEffect(() => {
    if (marked === null || reveal === shownReveal.current) return
    if (marked < part.from || marked >= part.to) {
      setWantedFrom(marked - MAX_ROWS / 2)
      return
    }
    shownReveal.current = reveal
    const top = Math.max(0, geometry.top(marked) - size.height / 2)
    anchor.current = anchorAt(geometry, top)
    if (scroller.current === null) return
    scroller.current.scrollTop = top
    setScrollTop(scroller.current.scrollTop)
  }, [marked, reveal, part, geometry, size])

  const from = Math.max(part.from, geometry.rowAt(scrollTop) - OVERSCAN)
  const to = Math.min(part.to, geometry.rowAt(scrollTop + size.height) + 1 + OVERSCAN)
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- rows that came may have left others missing
  useEffect(() => need(from, to), [need, from, to, version])

  /** At once: heights that are measured on the way would break off the browser's own smooth scroll. */
  const toStart = (): void => {
    if (following) hold()
    setWantedFrom(first)
    anchor.current = { row: first, offset: 0 }
    if (scroller.current !== null) scroller.current.scrollTop = 0
    setScrollTop(0)
  }

  const middle = (): number => geometry.rowAt(scrollTop + size.height / 2)
  const move = (by: number): void => {
    const last = end - 1
    const row = Math.min(last, Math.max(first, (marked ?? (following ? last + 1 : middle())) + by))
    mark(row, false)
    useLogView.setState(({ reveal: count }) => ({
      reveal: isInSight(geometry, row, scrollTop, size.height) ? count : count + 1,
    }))
    if (isInSight(geometry, row, scrollTop, size.height)) shownReveal.current = useLogView.getState().reveal
  }

  useScreenKeys((key) => {
    switch (key) {
      case 'End':
        follow()
        return true
      case 'Home':
        toStart()
        return true
      case 'e':
        void seek('next', marked ?? middle())
        return true
      case 'E':
        void seek('previous', marked ?? (following ? end : middle()))
        return true
      case 'j':
      case 'k':
        move(key === 'j' ? 1 : -1)
        return true
      case 'Enter':
        if (marked === null || document.activeElement !== scroller.current) return false
        mark(marked, !unfolded)
        return true
      default:
        return false
    }
  })

  const onScroll = (): void => {
    const element = scroller.current
    if (!element) return
    const top = element.scrollTop
    const atEnd = element.scrollHeight - top - element.clientHeight < END_PX
    if (following && !atEnd && top < scrollTop - 1) {
      setWantedFrom(part.from)
      hold()
    }
    anchor.current = anchorAt(geometry, top)
    setScrollTop(top)
    if (!following && atEnd && top > scrollTop && part.to === end) follow()
    // The part that is laid out goes along with whoever reaches its edge.
    if (top < element.clientHeight && part.from > first) setWantedFrom(part.from - MAX_ROWS / 2)
    if (atEnd && part.to < end) setWantedFrom(part.from + MAX_ROWS / 2)
  }

  const news = following ? 0 : Math.max(0, end - heldEnd)
  const drawn = Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index)
  return (
    <div className="relative min-h-40 flex-1 max-sm:min-h-80">
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- Enter does the same for the line that j and k mark */}
      <div
        ref={scroller}
        role="log"
        aria-label="Log lines"
        aria-live="off"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must take the focus
        tabIndex={0}
        onScroll={onScroll}
        onClick={(event) => {
          const row = clickedRow(event.target)
          if (row !== null) mark(row, row !== marked || !unfolded)
        }}
        className="absolute inset-0 overflow-x-hidden overflow-y-auto rounded-m border border-line bg-sunken font-mono text-s select-text"
      >
        <div ref={rowsOf} className="relative w-full" style={{ height: geometry.height }}>
          {drawn.map((row) => (
            <div
              key={row}
              data-row={row}
              className="absolute top-0 left-0 w-full"
              style={{ transform: `translateY(${geometry.top(row)}px)` }}
            >
              <ViewRow
                line={rowOf(row)}
                utc={utc}
                wrap={wrap}
                look={row !== marked ? 'plain' : unfolded ? 'unfolded' : 'marked'}
              />
            </div>
          ))}
        </div>
      </div>
      {following ? null : (
        <div className="absolute right-5 bottom-3">
          <Button className="shadow-pop bg-bg" onClick={follow}>
            <ArrowDown aria-hidden className="size-3.5" />
            {news > 0 ? `${groupDigits(news)} new` : 'Follow'}
          </Button>
        </div>
      )}
    </div>
  )
}

const anchorAt = (geometry: Geometry, top: number): { readonly row: number; readonly offset: number } => {
  const row = geometry.rowAt(top)
  return { row, offset: top - geometry.top(row) }
}

const isInSight = (geometry: Geometry, row: number, scrollTop: number, height: number): boolean =>
  geometry.top(row) >= scrollTop && geometry.top(row) + ROW_PX <= scrollTop + height

/** The row that was clicked; null where it was in its details, or where text was selected. */
const clickedRow = (target: EventTarget): number | null => {
  if (!(target instanceof Element) || target.closest('[data-details]') !== null) return null
  if (window.getSelection()?.isCollapsed === false) return null
  const row = Number(target.closest('[data-row]')?.getAttribute('data-row') ?? Number.NaN)
  return Number.isInteger(row) ? row : null
}

const useSize = (
  element: RefObject<HTMLElement | null>,
): { readonly width: number; readonly height: number } => {
  const [size, setSize] = useState({ width: 0, height: 0 })
  useLayoutEffect(() => {
    const { current } = element
    if (current === null) return undefined
    const read = (): void => setSize({ width: current.clientWidth, height: current.clientHeight })
    const observer = new ResizeObserver(read)
    observer.observe(current)
    read()
    return () => observer.disconnect()
  }, [element])
  return size
}

/** The heights of the rows whose own is known; they are forgotten when `valid` changes. */
const useHeights = (
  valid: string,
): { readonly heights: ReadonlyMap<number, number>; readonly measure: (rows: HTMLElement) => void } => {
  const [known, setKnown] = useState<{
    readonly valid: string
    readonly heights: ReadonlyMap<number, number>
  }>({
    valid,
    heights: NO_HEIGHTS,
  })
  const heights = known.valid === valid ? known.heights : NO_HEIGHTS
  const measure = useCallback(
    (rows: HTMLElement): void => {
      const found = [...rows.children].flatMap((element) =>
        element instanceof HTMLElement
          ? [[Number(element.dataset['row']), element.offsetHeight] as const]
          : [],
      )
      setKnown((before) => {
        const now = before.valid === valid ? before.heights : NO_HEIGHTS
        return found.every(([row, height]) => (now.get(row) ?? ROW_PX) === height)
          ? before
          : { valid, heights: withHeights(now, found) }
      })
    },
    [valid],
  )
  return { heights, measure }
}

const NO_HEIGHTS: ReadonlyMap<number, number> = new Map()

const withHeights = (
  known: ReadonlyMap<number, number>,
  found: readonly (readonly [row: number, height: number])[],
): ReadonlyMap<number, number> => {
  const near = found[0]?.[0] ?? 0
  const heights = new Map(
    known.size > MAX_HEIGHTS ? [...known].filter(([row]) => Math.abs(row - near) < MAX_HEIGHTS / 4) : known,
  )
  for (const [row, height] of found) {
    if (height === ROW_PX) heights.delete(row)
    else heights.set(row, height)
  }
  return heights
}
