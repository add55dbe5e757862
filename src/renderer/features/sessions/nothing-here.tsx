import { MessageSquareText, SearchX, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { ArchiveView } from '../../../shared/contracts/app-state.ts'
import { formatFilter, formatQuery, withFilter, withoutFilter } from '../../../shared/domain/search-query.ts'
import { visibleLine } from '../../../shared/domain/visible-text.ts'
import type { BridgeError } from '../../bridge.ts'
import { hrefOf } from '../../store/screen.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorText } from '../../ui/error-text.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { useSearch } from './search-store.ts'

/** Nobody has talked with the agent yet: what will be here, and how to see it at once. */
export const NoSessions = ({ phase }: { readonly phase: ArchiveView['phase'] }): ReactNode =>
  phase === 'ready' || phase === 'stuck' ? (
    <div className="px-3">
      <EmptyState
        icon={<MessageSquareText />}
        title="No conversation yet"
        action={<LinkButton href={hrefOf('simulator')}>Try the simulator</LinkButton>}
      >
        Every conversation is kept here: what people wrote, what the agent answered, each command that it ran
        and where, and what was refused. The simulator makes one, with no account needed.
      </EmptyState>
    </div>
  ) : (
    <output className="block px-3 text-soft">No session has been read so far.</output>
  )

/** Nothing matches: what was searched for, and which filter may be one too many. */
export const NoHits = ({ phase }: { readonly phase: ArchiveView['phase'] }): ReactNode => {
  const { text, parsed, type } = useSearch()
  const { filters } = parsed.query
  const isWholeArchive = filters.some(({ field }) => field === 'in')
  return (
    <div className="px-3">
      <EmptyState
        icon={<SearchX />}
        title={phase === 'indexing' || phase === 'starting' ? 'Nothing found so far' : 'Nothing found'}
        action={
          <>
            {filters.map((filter) => {
              const written = visibleLine(formatFilter(filter))
              return (
                <Button key={written} size="s" onClick={() => type(withoutFilter(text, filter))}>
                  <span className="max-w-56 truncate">Without {written}</span>
                </Button>
              )
            })}
            {isWholeArchive ? null : (
              <Button size="s" onClick={() => type(withFilter(text, 'in', 'all'))}>
                Search the log and the audit too
              </Button>
            )}
          </>
        }
      >
        Searched {isWholeArchive ? 'there' : 'in all transcripts'} for{' '}
        <RemoteText text={formatQuery(parsed.query)} className="mono" />.
      </EmptyState>
    </div>
  )
}

/** The archive runs, and did not answer this. */
export const NoAnswer = ({
  error,
  onRetry,
}: {
  readonly error: BridgeError
  readonly onRetry: () => void
}): ReactNode => (
  <div role="alert" className="px-3">
    <EmptyState
      icon={<TriangleAlert />}
      title="The archive gave no answer"
      action={<Button onClick={onRetry}>Try again</Button>}
    >
      <ErrorText error={error} />
    </EmptyState>
  </div>
)

/** The same, where there is something from before to show. */
export const NoNewAnswer = ({
  error,
  onRetry,
}: {
  readonly error: BridgeError
  readonly onRetry: () => void
}): ReactNode => (
  <div role="alert" className="flex items-start gap-2 px-3 pb-2 text-s text-bad">
    <span className="min-w-0 flex-1">
      What stands here is from before: <RemoteText text={error.message} />
    </span>
    <Button size="s" onClick={onRetry}>
      Try again
    </Button>
  </div>
)
