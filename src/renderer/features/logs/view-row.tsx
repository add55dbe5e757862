import { memo, type ReactNode } from 'react'
import type { LogRow } from '../../../shared/contracts/archive-log.ts'
import { logTime } from '../../ui/text/format-time.ts'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { LEVEL_INKS, LEVEL_WORDS } from './log-row.tsx'
import { RowDetails } from './row-details.tsx'

/** A row's text on one line; the rest of a longer one is there when it is unfolded, or wrapped. */
const LINE_CHARS = 600
const WRAPPED_CHARS = 4_000

/** One line of the log: unfolded, with all that was logged with it. */
export const ViewRow = memo(function ViewRow({
  line,
  utc,
  wrap,
  look,
}: {
  /** Undefined: on its way. */
  readonly line: LogRow | undefined
  readonly utc: boolean
  readonly wrap: boolean
  readonly look: 'plain' | 'marked' | 'unfolded'
}): ReactNode {
  const marked = look === 'plain' ? '' : 'bg-raised outline-1 -outline-offset-1 outline-accent'
  if (line === undefined) {
    return <div className={`h-5 px-3 leading-5 text-faint ${marked}`}>…</div>
  }
  const { time, level, source, message, fields } = line
  return (
    <div className={marked}>
      <div
        className={`flex min-h-5 gap-x-3 px-3 leading-5 ${wrap ? 'flex-wrap sm:flex-nowrap' : 'h-5 whitespace-nowrap'}`}
      >
        <span className="w-[12ch] shrink-0 text-faint">
          {time === '' ? '' : logTime(time, utc ? 'utc' : 'local')}
        </span>
        <span className={`w-[5ch] shrink-0 ${LEVEL_INKS[level]}`}>{LEVEL_WORDS[level]}</span>
        <RemoteText text={source} className="w-[12ch] shrink-0 truncate text-soft md:w-[21ch]" />
        <span className={`min-w-0 ${wrap ? 'max-sm:w-full' : 'truncate'}`}>
          <RemoteText
            text={message}
            className={wrap ? 'whitespace-pre-wrap' : ''}
            most={wrap ? WRAPPED_CHARS : LINE_CHARS}
          />
          {fields === '' ? null : (
            <>
              {' '}
              <RemoteText text={fields} className="text-soft" most={LINE_CHARS} />
            </>
          )}
        </span>
      </div>
      {look === 'unfolded' ? <RowDetails line={line} /> : null}
    </div>
  )
})
