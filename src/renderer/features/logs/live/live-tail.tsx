import { ScrollText } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { useSlice } from '../../../store/app-store.ts'
import { Button } from '../../../ui/button.tsx'
import { EmptyState } from '../../../ui/empty-state.tsx'
import { Notice } from '../../../ui/notice.tsx'
import { ScreenHead } from '../../../ui/screen-frame.tsx'
import { RemoteText } from '../../../ui/text/remote-text.tsx'
import { groupDigits } from '../../../ui/text/words.ts'
import { useCommand } from '../../../ui/use-command.tsx'
import { showAll } from '../log-filter.ts'
import { useLogView } from '../log-view-store.ts'
import { LogControls } from './log-controls.tsx'
import { LogList } from './log-list.tsx'
import { useLogs } from './log-store.ts'

/** The end of the log as it is written, for as long as the archive, which has the whole of it, does not answer. */
export const LiveTail = ({ logFile }: { readonly logFile: string }): ReactNode => {
  const { status, file, follow } = useLogs()
  useEffect(() => void follow(), [follow])
  return (
    <>
      <ScreenHead title="Logs" aside={<Counts />}>
        <RemoteText text={file || logFile} className="mono" />
      </ScreenHead>
      <div className="mt-3">
        <WhyOnlyTheEnd />
      </div>
      {status === 'failed' ? <Failed /> : <Lines />}
    </>
  )
}

const WhyOnlyTheEnd = (): ReactNode => {
  const { phase, error: failure } = useSlice('archive')
  const refusal = useLogView((store) => store.error)
  const open = useLogView((store) => store.open)
  const { run, pending } = useCommand('archive.restart', 'quiet')
  if (phase === 'starting') {
    return (
      <Notice tone="info" title="The archive is starting. Until it answers, this is the end of the log." />
    )
  }
  const error = phase === 'failed' ? failure : refusal
  const again = (): void => {
    if (phase === 'failed') void run(undefined)
    else void open()
  }
  return (
    <Notice
      tone="warn"
      title="This is only the end of the log: the archive does not answer."
      action={
        <Button off={pending} onClick={again}>
          {phase === 'failed' ? 'Start it again' : 'Try again'}
        </Button>
      }
    >
      {error === null ? null : (
        <>
          <RemoteText text={error.message} /> <RemoteText text={error.hint} />
        </>
      )}
    </Notice>
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
