import { memo } from 'react'
import type { SessionRow as Row } from '../../../shared/contracts/archive-sessions.ts'
import { sessionHref } from '../../store/screen.ts'
import { StatusShape } from '../../ui/status-shape.tsx'
import { Tag } from '../../ui/tag.tsx'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { groupDigits } from '../../ui/text/words.ts'
import { ProviderTag, RanOnTag, ROW, When } from './row-parts.tsx'

/** One session: who, when, what was last said, and what stands out in it. */
export const SessionRow = memo(function SessionRow({
  row,
  live,
  current,
  tabIndex,
}: {
  /** Not there yet: its place is kept. */
  readonly row: Row | undefined
  readonly live: boolean
  readonly current: boolean
  readonly tabIndex: 0 | -1
}) {
  if (row === undefined) return <div className={`${ROW} h-[82px] text-faint`}>…</div>
  return (
    <a
      href={sessionHref(row.ref)}
      data-session-row
      tabIndex={tabIndex}
      aria-current={current ? 'true' : undefined}
      className={ROW}
    >
      <span className="flex items-baseline gap-2">
        <RemoteText text={row.title || row.id} className="min-w-0 flex-1 truncate font-semibold" />
        <When at={row.updatedAt} />
      </span>
      <span className="line-clamp-1 text-soft">
        {row.preview === '' ? <span className="text-faint">no text</span> : <RemoteText text={row.preview} />}
      </span>
      <span className="mt-1 flex flex-wrap items-center gap-1.5">
        {live ? (
          <span className="inline-flex items-center gap-1 text-xs text-accent">
            <StatusShape kind="busy" /> live
          </span>
        ) : null}
        <ProviderTag provider={row.provider} chat={row.chat} />
        {row.host ? <RanOnTag place="host" /> : null}
        {row.sandbox ? <RanOnTag place="sandbox" /> : null}
        {row.errors > 0 ? (
          <Tag tone="bad">{row.errors === 1 ? '1 error' : `${groupDigits(row.errors)} errors`}</Tag>
        ) : null}
        {row.refusals > 0 ? <Tag tone="warn">{`${groupDigits(row.refusals)} refused`}</Tag> : null}
        {row.brokenLines > 0 ? (
          <Tag tone="warn">
            {row.brokenLines === 1 ? '1 broken line' : `${groupDigits(row.brokenLines)} broken lines`}
          </Tag>
        ) : null}
      </span>
    </a>
  )
})
