import type { ReactNode } from 'react'
import { useClock } from './text/clock.ts'
import { shareLeft, timeLeft } from './text/format-time.ts'

/** Below this share of its time something is running out. */
const LATE = 0.34

/** Something that waits for the owner, and below it how long it still does: as a bar and in words. */
export const TimeLeft = ({
  from,
  until,
  children,
}: {
  readonly from: number
  readonly until: number
  readonly children?: ReactNode
}): ReactNode => {
  const words = useClock((now) => timeLeft(from, until, now))
  const percent = useClock((now) => Math.ceil(shareLeft(from, until, now) * 100))
  const late = percent < LATE * 100
  return (
    <div>
      {children}
      <div
        className="forced-line mt-2 h-[3px] w-[150px] overflow-hidden rounded-[2px] bg-line-strong/60"
        aria-hidden
      >
        <div
          className={`bar-fill h-full rounded-[2px] ${late ? 'bg-warn' : 'bg-faint'}`}
          style={{ width: `${percent}%` }}
        />
      </div>
      <div className={`mt-1 text-xs ${late ? 'text-warn' : 'text-faint'}`}>{words}</div>
    </div>
  )
}
