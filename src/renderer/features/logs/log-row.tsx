import { memo } from 'react'
import type { LogLine } from '../../../shared/contracts/app-state.ts'
import { logTime } from '../../ui/text/format-time.ts'
import { RemoteText } from '../../ui/text/remote-text.tsx'

export const LEVEL_INKS: Readonly<Record<LogLine['level'], string>> = {
  fatal: 'text-bad font-semibold',
  error: 'text-bad',
  warn: 'text-warn',
  info: 'text-soft',
  debug: 'text-faint',
  trace: 'text-faint',
  unknown: 'text-faint',
}

export const LEVEL_WORDS: Readonly<Record<LogLine['level'], string>> = {
  fatal: 'FATAL',
  error: 'ERROR',
  warn: 'WARN',
  info: 'info',
  debug: 'debug',
  trace: 'trace',
  unknown: '?',
}

export const LogRow = memo(function LogRow({
  line,
  utc,
  wrap,
}: {
  readonly line: LogLine
  readonly utc: boolean
  readonly wrap: boolean
}) {
  return (
    <div
      className={`flex min-h-5 gap-x-3 px-3 leading-5 ${wrap ? 'flex-wrap sm:flex-nowrap' : 'h-5 whitespace-nowrap'}`}
    >
      <span className="shrink-0 text-faint">
        {line.time === '' ? '            ' : logTime(line.time, utc ? 'utc' : 'local')}
      </span>
      <span className={`w-[5ch] shrink-0 ${LEVEL_INKS[line.level]}`}>{LEVEL_WORDS[line.level]}</span>
      <RemoteText text={line.source} className="w-[12ch] shrink-0 truncate text-soft md:w-[21ch]" />
      <span className={`min-w-0 ${wrap ? 'max-sm:w-full' : 'truncate'}`}>
        <RemoteText text={line.message} shape={wrap ? 'block' : 'line'} />
      </span>
    </div>
  )
})
