import { type ReactNode, useCallback, useState } from 'react'
import type { TranscriptLine } from '../../../../shared/contracts/bridge.ts'
import type { IncidentSession } from '../../../../shared/contracts/stop-views.ts'
import { callMain } from '../../../bridge.ts'
import { Button } from '../../../ui/button.tsx'
import { Tag } from '../../../ui/tag.tsx'
import { useClock } from '../../../ui/text/clock.ts'
import { clockSeconds, dayTime } from '../../../ui/text/format-time.ts'
import { RemoteText } from '../../../ui/text/remote-text.tsx'
import { groupDigits } from '../../../ui/text/words.ts'
import { Asked } from './asked.tsx'

/** The sessions that were open at the stop; one at a time can be read. */
export const IncidentSessions = ({
  sessions,
}: {
  readonly sessions: readonly IncidentSession[]
}): ReactNode => {
  const [reading, setReading] = useState<string | null>(null)
  return (
    <ul aria-label="Sessions" className="rounded-s border border-line">
      {sessions.map((session) => {
        const open = session.sessionId === reading
        return (
          <li key={session.sessionId} className="border-b border-line last:border-0">
            <SessionLine
              session={session}
              open={open}
              onToggle={() => setReading(open ? null : session.sessionId)}
            />
            {open ? <Transcript sessionId={session.sessionId} /> : null}
          </li>
        )
      })}
    </ul>
  )
}

const SessionLine = ({
  session: { key, updatedAt, midTurn },
  open,
  onToggle,
}: {
  readonly session: IncidentSession
  readonly open: boolean
  readonly onToggle: () => void
}): ReactNode => {
  const used = useClock((now) => dayTime(updatedAt, now))
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3.5 py-2">
      <span className="min-w-0">
        <RemoteText text={key} className="mono" />
      </span>
      {midTurn ? <Tag tone="warn">mid-turn</Tag> : null}
      <span className="ml-auto text-faint">last used {used}</span>
      <Button size="s" aria-expanded={open} onClick={onToggle}>
        {open ? 'Close' : 'Read'}
        <span className="sr-only"> {key}</span>
      </Button>
    </div>
  )
}

const Transcript = ({ sessionId }: { readonly sessionId: string }): ReactNode => {
  const ask = useCallback(() => callMain('incident.transcript', { sessionId }), [sessionId])
  return (
    <div className="px-3.5 pb-3">
      <Asked ask={ask} what="the transcript">
        {({ earlier, lines }) =>
          lines.length === 0 ? (
            <p className="text-soft">Nothing was written in this session.</p>
          ) : (
            <section
              aria-label="Transcript"
              // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must take the focus
              tabIndex={0}
              className="max-h-96 overflow-auto rounded-s border border-line bg-sunken px-3.5 py-2 select-text"
            >
              {earlier === 0 ? null : (
                <p className="mb-2 text-s text-faint">
                  {groupDigits(earlier)} earlier {earlier === 1 ? 'line is' : 'lines are'} in the session's
                  file.
                </p>
              )}
              <ol className="flex flex-col gap-2">
                {lines.map((line, index) => (
                  // oxlint-disable-next-line react/no-array-index-key -- a tail that does not change, whose lines have no id
                  <Turn key={index} line={line} />
                ))}
              </ol>
            </section>
          )
        }
      </Asked>
    </div>
  )
}

const Turn = ({ line: { at, role, text } }: { readonly line: TranscriptLine }): ReactNode => (
  <li className="grid grid-cols-[116px_minmax(0,1fr)] gap-x-3.5 max-[560px]:grid-cols-1">
    <div className="min-w-0">
      <RemoteText text={role} className="font-medium" />
      {at === null ? null : <div className="mono text-xs text-faint">{clockSeconds(at)}</div>}
    </div>
    <RemoteText text={text} shape="block" />
  </li>
)
