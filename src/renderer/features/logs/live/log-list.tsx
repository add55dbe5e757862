import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown } from 'lucide-react'
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useScreenKeys } from '../../../keys/use-keys.ts'
import { usePrefs } from '../../../store/prefs.ts'
import { Button } from '../../../ui/button.tsx'
import { groupDigits } from '../../../ui/text/words.ts'
import { LogRow } from '../log-row.tsx'
import { PlacedRow } from '../placed-row.tsx'
import { type LogBuffer } from './log-buffer.ts'
import { useLogs } from './log-store.ts'

const ROW_PX = 20
/** Nearer to the end than this is at the end. Pixels. */
const END_PX = 12
/** Row heights are remembered by line; beyond so many they are forgotten, or an endless log would fill memory. */
const MAX_REMEMBERED_HEIGHTS = 20_000

/**
 * The lines. At the end it follows; scrolling up holds the picture still, counts what comes, and a click or
 * the end of the list follows again.
 */
export const LogList = (): ReactNode => {
  const buffer = useLogs((store) => store.buffer)
  const [held, setHeld] = useState<LogBuffer | null>(null)
  const wrap = usePrefs((prefs) => prefs.wrap)
  const utc = usePrefs((prefs) => prefs.utc)
  const scroller = useRef<HTMLDivElement>(null)
  const lastTop = useRef(0)
  const lines = (held ?? buffer).shown
  const news = held === null ? 0 : buffer.matched - held.matched

  // oxlint-disable-next-line react/incompatible-library -- what it warns of concerns the React Compiler, which is not used
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => lines[index]?.sequence ?? index,
    overscan: 12,
  })

  const height = rows.getTotalSize()
  useLayoutEffect(() => {
    if (held === null) scroller.current?.scrollTo({ top: scroller.current.scrollHeight, behavior: 'instant' })
  }, [held, lines, height, wrap])
  useEffect(() => rows.measure(), [rows, wrap])
  useEffect(() => {
    if (rows.itemSizeCache.size > MAX_REMEMBERED_HEIGHTS) rows.measure()
  })

  useScreenKeys((key) => {
    if (key !== 'End') return false
    setHeld(null)
    return true
  })

  const onScroll = (): void => {
    const element = scroller.current
    if (!element) return
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < END_PX
    if (atEnd && news === 0) setHeld(null)
    else if (held === null && !atEnd && element.scrollTop < lastTop.current) setHeld(buffer)
    lastTop.current = element.scrollTop
  }

  return (
    <div className="relative min-h-40 flex-1 max-sm:min-h-80">
      <div
        ref={scroller}
        role="log"
        aria-label="Log lines"
        aria-live="off"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must take the focus
        tabIndex={0}
        onScroll={onScroll}
        className="absolute inset-0 overflow-x-hidden overflow-y-auto rounded-m border border-line bg-sunken font-mono text-s select-text"
      >
        <div className="relative w-full" style={{ height }}>
          {rows.getVirtualItems().map((item) => {
            const line = lines[item.index]
            return line ? (
              <PlacedRow
                key={item.key}
                top={item.start}
                index={item.index}
                measure={wrap ? rows.measureElement : undefined}
              >
                <LogRow line={line} utc={utc} wrap={wrap} />
              </PlacedRow>
            ) : null
          })}
        </div>
      </div>
      {held === null ? null : (
        <div className="absolute right-5 bottom-3">
          <Button className="shadow-pop bg-bg" onClick={() => setHeld(null)}>
            <ArrowDown aria-hidden className="size-3.5" />
            {news > 0 ? `${groupDigits(news)} new` : 'Follow'}
          </Button>
        </div>
      )}
    </div>
  )
}
