import { ScrollText } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import type { LogViewState } from '../../../shared/contracts/archive-log.ts'
import { useSlice } from '../../store/app-store.ts'
import { parsePlace, useAddress } from '../../store/screen.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ScreenHead } from '../../ui/screen-frame.tsx'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { groupDigits } from '../../ui/text/words.ts'
import { LiveTail } from './live/live-tail.tsx'
import { parseLogPlace } from './log-place.ts'
import { EVERYTHING, useLogView } from './log-view-store.ts'
import { ViewControls } from './view-controls.tsx'
import { ViewList } from './view-list.tsx'

/** The whole log, through the archive; while that does not run, the end of it as it is written. */
export const LogsScreen = (): ReactNode => {
  const { logFile } = useSlice('config')
  const { phase } = useSlice('archive')
  const open = useLogView((store) => store.open)
  const close = useLogView((store) => store.close)
  const answers = phase !== 'starting' && phase !== 'failed'
  useEffect(() => {
    if (!answers) return undefined
    void open()
    return close
  }, [answers, open, close])
  useAddressedLine()
  const status = useLogView((store) => store.status)
  if (!answers || status === 'failed') return <LiveTail logFile={logFile} />
  return (
    <>
      <ScreenHead title="Logs" aside={<Counts />}>
        <RemoteText text={logFile} className="mono" />
      </ScreenHead>
      <Lines />
    </>
  )
}

/** The line that the address names is marked, once its view is open. */
const useAddressedLine = (): void => {
  const address = useAddress()
  const isOpen = useLogView((store) => store.status === 'open')
  useEffect(() => {
    const { log } = parsePlace(address)
    if (!isOpen || log === null) return
    const place = parseLogPlace(log)
    if (place === null) useLogView.setState({ note: 'This address names no place in the log.' })
    else void useLogView.getState().goTo(place)
  }, [address, isOpen])
}

const Lines = (): ReactNode => {
  const view = useLogView((store) => store.view)
  const filterError = useLogView((store) => store.filterError)
  const setFilter = useLogView((store) => store.setFilter)
  if (view === null) return <output className="mt-4 block text-soft">Opening the log…</output>
  if (view.all === 0 && !view.searching) {
    return (
      <div className="mt-4">
        <EmptyState icon={<ScrollText />} title="The log is empty">
          The gateway writes here what it does: who wrote, what the gate decided, what was answered. Never the
          text of a message before the gate, and no secret.
        </EmptyState>
      </div>
    )
  }
  return (
    <>
      <ViewControls />
      {view.total > 0 ? (
        // Another view is another list: it follows anew.
        <ViewList key={view.view} />
      ) : view.searching ? (
        <output className="block text-soft">Looking through {groupDigits(view.all)} lines…</output>
      ) : (
        <EmptyState
          icon={<ScrollText />}
          title="No line matches"
          action={<Button onClick={() => setFilter({ ...EVERYTHING })}>Show all</Button>}
        >
          {groupDigits(view.all)} lines are there; the filter{' '}
          {filterError === '' ? '' : 'that could be used last '}shows none of them.
        </EmptyState>
      )}
    </>
  )
}

/** How many lines there are, and what is missing of them. */
const Counts = (): ReactNode => {
  const view = useLogView((store) => store.view)
  if (view === null || (view.all === 0 && view.gone === 0)) return null
  return <span className="mono text-faint">{countsOf(view).join(' · ')}</span>
}

const countsOf = ({ total, all, searching, skipped, gone }: LogViewState): readonly string[] => [
  total === all ? `${groupDigits(all)} lines` : `${groupDigits(total)} of ${groupDigits(all)} lines`,
  ...(searching ? ['looking through older lines…'] : []),
  ...(skipped > 0 ? [`${groupDigits(skipped)} too long to show`] : []),
  ...(gone > 0 ? [`${groupDigits(gone)} gone with their file`] : []),
]
