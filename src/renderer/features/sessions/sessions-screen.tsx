import { ArrowLeft, MessageSquareText } from 'lucide-react'
import { type ReactNode, useEffect, useMemo } from 'react'
import { ErrorBoundary } from '../../app/error-boundary.tsx'
import { hrefOf, type Place } from '../../store/screen.ts'
import { LinkButton } from '../../ui/link-button.tsx'
import { TranscriptView } from '../transcript/transcript-view.tsx'
import { ListPane } from './list-pane.tsx'
import { useSearch } from './search-store.ts'
import { useSessionRow } from './use-session-row.ts'

/**
 * Every conversation, searched and read. It needs the archive alone: it works while the gateway is stopped or locked
 * down. On a narrow window the list or the transcript is shown, not both.
 */
export const SessionsScreen = ({ wanted }: { readonly wanted: Place['session'] }): ReactNode => {
  useEffect(() => {
    document.title = 'Sessions · Clawdbot'
  }, [])
  return (
    <div className="grid min-h-[420px] flex-1 grid-cols-[clamp(250px,32%,400px)_minmax(0,1fr)] max-[700px]:grid-cols-1">
      <h1 className="sr-only">Sessions</h1>
      <section
        aria-label="All sessions"
        className={`flex min-h-0 min-w-0 flex-col border-r border-line max-[700px]:border-r-0 ${
          wanted ? 'max-[700px]:hidden' : ''
        }`}
      >
        <ListPane current={wanted} />
      </section>
      <div className={`flex min-h-0 min-w-0 flex-col ${wanted ? '' : 'max-[700px]:hidden'}`}>
        {wanted ? <Transcript key={wanted.ref} wanted={wanted} /> : <ChooseOne />}
      </div>
    </div>
  )
}

const Transcript = ({
  wanted: { ref, turn },
}: {
  readonly wanted: NonNullable<Place['session']>
}): ReactNode => {
  const row = useSessionRow(ref)
  const terms = useSearch(({ parsed }) => parsed.query.terms)
  const highlight = useMemo(() => terms.filter(({ exclude }) => !exclude).map(({ text }) => text), [terms])
  return (
    <>
      <div className="px-4 pt-2 min-[700px]:hidden">
        <LinkButton size="s" href={hrefOf('sessions')}>
          <ArrowLeft aria-hidden className="size-3.5" /> All sessions
        </LinkButton>
      </div>
      <ErrorBoundary>
        <TranscriptView sessionRef={ref} row={row} wantedTurn={turn} highlight={highlight} />
      </ErrorBoundary>
    </>
  )
}

const ChooseOne = (): ReactNode => (
  <div className="flex flex-1 flex-col items-center justify-center gap-2 px-6 text-center text-faint">
    <MessageSquareText aria-hidden className="size-7 stroke-[1.4]" />
    <p>Choose a session to read it.</p>
  </div>
)
