import { type ReactNode, useCallback, useMemo, useRef } from 'react'
import { useSlice } from '../../store/app-store.ts'
import type { Place } from '../../store/screen.ts'
import { ArchiveFailed, ArchiveNotice } from './archive-notice.tsx'
import { HitRow } from './hit-row.tsx'
import { hitRows } from './hit-rows.ts'
import { liveSessions } from './live-sessions.ts'
import { NoAnswer, NoHits, NoNewAnswer, NoSessions } from './nothing-here.tsx'
import { RowList, type RowListHandle } from './row-list.tsx'
import { SearchField } from './search-field.tsx'
import { isSearch, useSearch } from './search-store.ts'
import { rowAt } from './session-pages.ts'
import { SessionRow } from './session-row.tsx'
import { useSessions } from './session-store.ts'
import { useArchiveGrowth } from './use-archive-growth.ts'

/** Of a row before it is measured. Pixels. */
const ROW_PX = 82
/** The next page of hits is asked for when so many are left. */
const AHEAD = 15

/** The search, and below it what it found, or all sessions. */
export const ListPane = ({ current }: { readonly current: Place['session'] }): ReactNode => {
  const archive = useSlice('archive')
  const searching = useSearch(({ parsed }) => isSearch(parsed))
  const field = useRef<HTMLInputElement>(null)
  const list = useRef<RowListHandle>(null)
  const toField = useCallback(() => field.current?.focus(), [])
  useArchiveGrowth(() => {
    if (archive.phase === 'failed') return
    useSessions.getState().refresh()
    // What is read further down is not pulled away; above, the newest come in.
    if (list.current?.isAtTop() ?? true) useSearch.getState().refresh()
  })
  const props = { current, list, onLeaveTop: toField }
  return (
    <>
      <SearchField field={field} list={list} />
      <ArchiveNotice archive={archive} />
      {archive.phase === 'failed' ? (
        <ArchiveFailed archive={archive} />
      ) : searching ? (
        <Hits {...props} />
      ) : (
        <Sessions {...props} />
      )}
    </>
  )
}

interface ListProps {
  readonly current: Place['session']
  readonly list: React.RefObject<RowListHandle | null>
  readonly onLeaveTop: () => void
}

const Sessions = ({ current, list, onLeaveTop }: ListProps): ReactNode => {
  const { phase } = useSlice('archive')
  const activity = useSlice('activity')
  const gateway = useSlice('gateway')
  const { list: pages, error, want, refresh } = useSessions()
  const live = useMemo(() => liveSessions(activity, gateway), [activity, gateway])
  // While it starts, that stands above, and nothing is wrong.
  const wrong = phase === 'starting' ? null : error
  if (wrong !== null && pages.total === null) return <NoAnswer error={wrong} onRetry={refresh} />
  if (pages.total === null && error !== null) return null
  if (pages.total === 0) return <NoSessions phase={phase} />
  return (
    <>
      {wrong === null ? null : <NoNewAnswer error={wrong} onRetry={refresh} />}
      <RowList
        label="Sessions, newest first"
        count={pages.total ?? 1}
        estimate={ROW_PX}
        onRange={want}
        onLeaveTop={onLeaveTop}
        handle={list}
        renderRow={(index, tabIndex) => {
          const row = rowAt(pages, index)
          return (
            <SessionRow
              row={row}
              live={row !== undefined && live.has(row.key)}
              current={row !== undefined && row.ref === current?.ref}
              tabIndex={tabIndex}
            />
          )
        }}
      />
    </>
  )
}

const Hits = ({ current, list, onLeaveTop }: ListProps): ReactNode => {
  const { phase } = useSlice('archive')
  const { text, result, error, more, refresh } = useSearch()
  const rows = useMemo(() => hitRows(result?.hits ?? []), [result])
  const onRange = useCallback(
    (_: number, last: number) => {
      if (last >= rows.length - AHEAD) more()
    },
    [rows, more],
  )
  const wrong = phase === 'starting' ? null : error
  if (wrong !== null && result?.text !== text) return <NoAnswer error={wrong} onRetry={refresh} />
  if (result === null) return null
  if (rows.length === 0) return <NoHits phase={phase} />
  return (
    <>
      {wrong === null ? null : <NoNewAnswer error={wrong} onRetry={refresh} />}
      <RowList
        // Another search is another list: it begins at its top.
        key={`${result.order} ${result.text}`}
        label="What was found"
        count={rows.length}
        estimate={ROW_PX}
        onRange={onRange}
        onLeaveTop={onLeaveTop}
        handle={list}
        renderRow={(index, tabIndex) => {
          const row = rows[index]
          if (row === undefined) return null
          const { place } = row.hit
          const isCurrent =
            place.in === 'session' && place.ref === current?.ref && place.turn === current.turn
          return <HitRow row={row} current={isCurrent} tabIndex={tabIndex} />
        }}
      />
    </>
  )
}
