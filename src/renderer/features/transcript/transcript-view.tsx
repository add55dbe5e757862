import { MessageSquareOff } from 'lucide-react'
import { type ReactNode, useMemo, useRef, useState } from 'react'
import type { SessionRow } from '../../../shared/contracts/archive-sessions.ts'
import { askArchive } from '../../ask-archive.ts'
import { useScreenKeys } from '../../keys/use-keys.ts'
import { useSlice } from '../../store/app-store.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorText } from '../../ui/error-text.tsx'
import { Notice } from '../../ui/notice.tsx'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { showError } from '../../ui/toasts.tsx'
import { ExportDialog } from './export-dialog.tsx'
import { type Jump, jumpOf, nothingThere } from './jumps.ts'
import { useLiveTurn } from './live/use-live-turn.ts'
import type { SourceState, TranscriptSource } from './pages/transcript-source.ts'
import { useTranscript } from './pages/use-transcript.ts'
import { RawDialog } from './raw-dialog.tsx'
import { type Reading, ReadingProvider } from './reading.tsx'
import { TranscriptHead } from './transcript-head.tsx'
import { TurnList, type TurnListHandle } from './turn-list.tsx'

interface TranscriptProps {
  /** Names the file, as the archive does. */
  readonly sessionRef: string
  /** What the list knows of it; null where it is not known yet. */
  readonly row: SessionRow | null
  /** The turn to open at; null: the newest. */
  readonly wantedTurn: number | null
  /** What was searched for. */
  readonly highlight: readonly string[]
}

/** One transcript. It works without the gateway: the file is what is read. */
export const TranscriptView = (props: TranscriptProps): ReactNode => (
  <Transcript key={props.sessionRef} {...props} />
)

const Transcript = ({ sessionRef, row, wantedTurn, highlight }: TranscriptProps): ReactNode => {
  const { source, state } = useTranscript(
    sessionRef,
    wantedTurn ?? (row === null ? Number.MAX_SAFE_INTEGER : Math.max(0, row.turns - 1)),
  )
  const live = useLiveTurn(row?.key ?? '', sessionRef)
  const [raw, setRaw] = useState<number | null>(null)
  const [exporting, setExporting] = useState(false)
  const list = useRef<TurnListHandle>(null)
  const { said, jump } = useJump(sessionRef, list)
  const reading = useReadingOf({ sessionRef, row, highlight, hitTurn: wantedTurn, source, showRaw: setRaw })
  useScreenKeys((key) => {
    const wanted = state.status === 'ready' ? jumpOf(key) : null
    if (wanted === null) return false
    jump(wanted)
    return true
  })
  return (
    <ReadingProvider value={reading}>
      <section aria-label="Transcript" className="flex h-full min-h-0 min-w-0 flex-1 flex-col">
        <TranscriptHead
          title={row?.title || sessionRef}
          row={row}
          total={state.total}
          onJump={jump}
          onExport={() => setExporting(true)}
        />
        <output className={said === '' ? 'sr-only' : 'block px-6 py-1 text-s text-soft max-sm:px-4'}>
          {said}
        </output>
        <Troubles source={source} state={state} />
        {state.status === 'ready' ? (
          <TurnList source={source} total={state.total} live={live} wantedTurn={wantedTurn} handle={list} />
        ) : (
          <NoTurns source={source} state={state} />
        )}
        <RawDialog sessionRef={sessionRef} turn={raw} onClose={() => setRaw(null)} />
        <ExportDialog sessionRef={sessionRef} open={exporting} onClose={() => setExporting(false)} />
      </section>
    </ReadingProvider>
  )
}

const useReadingOf = ({
  sessionRef,
  row,
  highlight,
  hitTurn,
  source,
  showRaw,
}: Pick<Reading, 'sessionRef' | 'highlight' | 'hitTurn' | 'showRaw'> & {
  readonly row: SessionRow | null
  readonly source: TranscriptSource
}): Reading => {
  const people = useSlice('people')
  const [folds] = useState(() => new Map<string, number>())
  const terms = highlight.join('\n')
  // Who talks here alone is who the session is called after.
  const partner =
    row?.chat === 'direct' && row.people.length === 1 && row.title !== row.key ? row.people[0] : undefined
  const title = row?.title ?? ''
  return useMemo(
    () => ({
      sessionRef,
      highlight: terms === '' ? [] : terms.split('\n'),
      hitTurn,
      names: new Map([
        ...(partner === undefined ? [] : [[partner, title] as const]),
        ...people.flatMap(({ provider, id, claimedName }) =>
          claimedName === '' ? [] : [[`${provider}:${id}`, claimedName] as const],
        ),
      ]),
      folds,
      readFull: (turn) => void source.readFull(turn),
      showRaw,
    }),
    [sessionRef, terms, hitTurn, people, partner, title, folds, source, showRaw],
  )
}

/** Goes to the next or the previous turn of a kind, and says where there is none. */
const useJump = (
  ref: string,
  list: React.RefObject<TurnListHandle | null>,
): { readonly said: string; readonly jump: (jump: Jump) => void } => {
  const [said, setSaid] = useState('')
  const asked = useRef(0)
  const go = async (jump: Jump): Promise<void> => {
    asked.current += 1
    const mine = asked.current
    const answer = await askArchive('archive.seek', {
      ref,
      from: list.current?.standing(jump.direction) ?? 0,
      ...jump,
    })
    if (mine !== asked.current) return
    if (!answer.ok) {
      showError(answer.error)
      return
    }
    const { turn } = answer.value
    setSaid(turn === null ? nothingThere(jump) : '')
    if (turn !== null) list.current?.goTo(turn)
  }
  return { said, jump: (jump) => void go(jump) }
}

const Troubles = ({
  source,
  state: { status, error, replaced },
}: {
  readonly source: TranscriptSource
  readonly state: SourceState
}): ReactNode =>
  status === 'ready' && (error !== null || replaced) ? (
    <div className="flex flex-col gap-2 px-6 pt-3 max-sm:px-4">
      {replaced ? (
        <Notice tone="info" title="The file was replaced">
          Another one stands in its place since you opened it. What you see is what is there now.
        </Notice>
      ) : null}
      {error === null ? null : (
        <Notice
          urgent
          tone="bad"
          title="Some turns could not be read"
          action={<Button onClick={() => void source.again()}>Try again</Button>}
        >
          <ErrorText error={error} />
        </Notice>
      )}
    </div>
  ) : null

const NoTurns = ({
  source,
  state: { status, error },
}: {
  readonly source: TranscriptSource
  readonly state: SourceState
}): ReactNode => {
  const { phase, error: archiveError } = useSlice('archive')
  const isBehind = phase === 'starting' || phase === 'indexing'
  if (status === 'loading' && phase === 'failed') {
    return (
      <div role="alert" className="px-6 pt-4">
        <EmptyState icon={<MessageSquareOff />} title="The archive does not run">
          <RemoteText text={archiveError?.message ?? 'Nothing can be read without it.'} />{' '}
          <RemoteText text={archiveError?.hint ?? ''} />
        </EmptyState>
      </div>
    )
  }
  if (status === 'loading')
    return <output className="block px-6 pt-4 text-soft">Reading the transcript…</output>
  return (
    <div role={status === 'failed' ? 'alert' : undefined} className="px-6 pt-4">
      {status === 'gone' ? (
        <EmptyState icon={<MessageSquareOff />} title="The transcript is gone from the disk">
          {isBehind
            ? 'Or it was not come to yet: the index is being made. It appears here when it is there.'
            : 'Its file was deleted or moved. Nothing of it is kept in the index.'}
        </EmptyState>
      ) : status === 'failed' ? (
        <EmptyState
          icon={<MessageSquareOff />}
          title="The transcript could not be read"
          action={<Button onClick={() => void source.again()}>Try again</Button>}
        >
          <RemoteText text={error?.message ?? ''} /> <RemoteText text={error?.hint ?? ''} />
        </EmptyState>
      ) : (
        <EmptyState icon={<MessageSquareOff />} title="Nothing was written in this session">
          Its file is there, and has no turn yet. The first one appears here.
        </EmptyState>
      )}
    </div>
  )
}
