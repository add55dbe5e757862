import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { NO_ROWS, type RowRange, RowWindow } from './row-window.ts'

interface RowList {
  readonly rows: RowWindow
  readonly range: RowRange
  readonly scroller: RefObject<HTMLDivElement | null>
  readonly spacer: RefObject<HTMLDivElement | null>
  readonly content: RefObject<HTMLDivElement | null>
}

/**
 * The rows to draw of a list of `count`, of which one is about `estimate` pixels tall. It opens with `first` in the
 * middle, or at the end where that is null.
 */
export const useRowWindow = (count: number, estimate: number, first: number | null): RowList => {
  const [range, setRange] = useState(NO_ROWS)
  const onRange = useCallback((next: RowRange, when: 'now' | 'soon') => {
    // While it scrolls, the rows must be there in the same frame as their place.
    if (when === 'now') flushSync(() => setRange(next))
    else setRange(next)
  }, [])
  const [rows] = useState(() => new RowWindow(estimate, first, onRange))
  const [scroller, spacer, content] = [
    useRef<HTMLDivElement>(null),
    useRef<HTMLDivElement>(null),
    useRef<HTMLDivElement>(null),
  ]
  useLayoutEffect(() => {
    rows.setCount(count)
    rows.measure('soon')
  })
  useLayoutEffect(() => {
    if (!scroller.current || !spacer.current || !content.current) return undefined
    return rows.attach({ scroller: scroller.current, spacer: spacer.current, content: content.current })
  }, [rows, scroller, spacer, content])
  return { rows, range, scroller, spacer, content }
}
