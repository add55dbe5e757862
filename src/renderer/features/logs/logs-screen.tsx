import { ScrollText } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { useSlice } from '../../store/app-store.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ScreenHead } from '../../ui/screen-frame.tsx'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { groupDigits } from '../../ui/text/words.ts'
import { LogControls } from './log-controls.tsx'
import { showAll } from './log-filter.ts'
import { LogList } from './log-list.tsx'
import { useLogs } from './log-store.ts'

/** The log as it is written. It works without the gateway: the file is what is followed. */
export const LogsScreen = (): ReactNode => {
  const { logFile } = useSlice('config')
  const { status, file, follow } = useLogs()
  useEffect(() => void follow(), [follow])
  return (
    <>
      <ScreenHead title="Logs" aside={<Counts />}>
        <RemoteText text={file || logFile} className="mono" />
      </ScreenHead>
      {status === 'failed' ? <Failed /> : <Lines />}
    </>
  )
}

const Failed = (): ReactNode => {
  const { error, follow } = useLogs()
  return (
    <div role="alert" className="mt-4">
      <EmptyState
        icon={<ScrollText />}
        title="The log could not be opened"
        action={<Button onClick={() => void follow()}>Try again</Button>}
      >
        <RemoteText text={error?.message ?? ''} />. <RemoteText text={error?.hint ?? ''} />
      </EmptyState>
    </div>
  )
}

const Lines = (): ReactNode => {
  const { status, buffer, filter, setFilter } = useLogs()
  if (status !== 'live') {
    return <output className="block mt-4 text-soft">Opening the log…</output>
  }
  if (buffer.lines.length === 0) {
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
      <LogControls />
      {buffer.shown.length === 0 ? (
        <EmptyState
          icon={<ScrollText />}
          title="No line matches"
          action={<Button onClick={() => setFilter(showAll)}>Show all</Button>}
        >
          {groupDigits(buffer.lines.length)} lines are there; the filter shows none of them.
        </EmptyState>
      ) : (
        // Another filter is another list: it follows anew.
        <LogList key={JSON.stringify(filter)} />
      )}
    </>
  )
}

/** How many lines there are, and what is missing of them. */
const Counts = (): ReactNode => {
  const { lines, shown, fellOut, dropped } = useLogs((store) => store.buffer)
  if (lines.length === 0) return null
  return (
    <span className="mono text-faint">
      {shown.length === lines.length
        ? `${groupDigits(lines.length)} lines`
        : `${groupDigits(shown.length)} of ${groupDigits(lines.length)} lines`}
      {fellOut > 0 ? ` · ${groupDigits(fellOut)} older fell out of view` : ''}
      {dropped > 0 ? ` · ${groupDigits(dropped)} dropped` : ''}
    </span>
  )
}
