import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useMemo, useRef, useState } from 'react'
import type { LogLine } from '../../../../shared/contracts/app-state.ts'
import { callMain } from '../../../bridge.ts'
import { usePrefs } from '../../../store/prefs.ts'
import { Select } from '../../../ui/select.tsx'
import { groupDigits } from '../../../ui/text/words.ts'
import { LEVEL_OPTIONS, type MinLevel, withLevel } from '../../logs/log-filter.ts'
import { LogRow } from '../../logs/log-row.tsx'
import { PlacedRow } from '../../logs/placed-row.tsx'
import { Asked } from './asked.tsx'

const ROW_PX = 20

const askLog = () => callMain('incident.log', undefined)

/** The log as it was kept at the stop: it does not move, whatever is written since. */
export const IncidentLog = (): ReactNode => (
  <Asked ask={askLog} what="the log of that minute">
    {({ lines }) => <KeptLines lines={lines} />}
  </Asked>
)

const KeptLines = ({ lines }: { readonly lines: readonly LogLine[] }): ReactNode => {
  const [level, setLevel] = useState<MinLevel>('trace')
  const utc = usePrefs((prefs) => prefs.utc)
  const scroller = useRef<HTMLDivElement>(null)
  const shown = useMemo(() => withLevel(lines, level), [lines, level])
  // oxlint-disable-next-line react/incompatible-library -- what it warns of concerns the React Compiler, which is not used
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => shown[index]?.sequence ?? index,
    overscan: 12,
  })
  return (
    <>
      <div className="mb-2 flex flex-wrap items-center gap-3">
        <Select label="Level" value={level} options={LEVEL_OPTIONS} onChange={setLevel} />
        <span className="mono text-faint">
          {shown.length === lines.length
            ? `${groupDigits(lines.length)} lines`
            : `${groupDigits(shown.length)} of ${groupDigits(lines.length)} lines`}
        </span>
      </div>
      <div
        ref={scroller}
        role="log"
        aria-label="Log of that minute"
        aria-live="off"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must take the focus
        tabIndex={0}
        className="h-80 overflow-x-hidden overflow-y-auto rounded-s border border-line bg-sunken font-mono text-s select-text"
      >
        {shown.length === 0 ? (
          <p className="px-3 py-2 text-soft">No line of this level.</p>
        ) : (
          <div className="relative w-full" style={{ height: rows.getTotalSize() }}>
            {rows.getVirtualItems().map((item) => {
              const line = shown[item.index]
              return line ? (
                <PlacedRow key={item.key} top={item.start} index={item.index} measure={rows.measureElement}>
                  <LogRow line={line} utc={utc} wrap />
                </PlacedRow>
              ) : null
            })}
          </div>
        )}
      </div>
    </>
  )
}
