import { Archive } from 'lucide-react'
import type { ReactNode } from 'react'
import type { ArchiveView } from '../../../shared/contracts/app-state.ts'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import { useIsLive } from '../../store/app-store.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorText } from '../../ui/error-text.tsx'
import { Notice } from '../../ui/notice.tsx'
import { RowQuestion, useRowAsking } from '../../ui/row-question.tsx'
import { useClock } from '../../ui/text/clock.ts'
import { dayTime } from '../../ui/text/format-time.ts'
import { useCommand } from '../../ui/use-command.tsx'
import { describeProgress, describeUnreadable, shareRead } from './describe-archive.ts'

/** What limits what the list shows: the index is not there yet or is held up, or there are files that can not be read. */
export const ArchiveNotice = ({ archive }: { readonly archive: ArchiveView }): ReactNode => (
  <>
    <PhaseNotice archive={archive} />
    {archive.unreadable.count > 0 ? (
      <p className="px-3 pb-2 text-s text-warn break-words">{describeUnreadable(archive)}</p>
    ) : null}
  </>
)

const PhaseNotice = ({ archive }: { readonly archive: ArchiveView }): ReactNode => {
  switch (archive.phase) {
    case 'starting':
      return <output className="block px-3 pb-2 text-s text-soft">The archive is starting…</output>
    case 'indexing':
      return <Indexing archive={archive} />
    case 'stuck':
      return <Stuck archive={archive} />
    case 'failed':
    case 'ready':
      return null
    default:
      return assertNever(archive.phase)
  }
}

const Indexing = ({ archive }: { readonly archive: ArchiveView }): ReactNode => (
  <div className="px-3 pb-2 text-s text-soft">
    <div aria-hidden className="forced-line h-[3px] overflow-hidden rounded-[2px] bg-line-strong/60">
      <div className="bar-fill h-full bg-accent" style={{ width: `${shareRead(archive) * 100}%` }} />
    </div>
    <p className="mt-1">{describeProgress(archive)} More is found as it goes on.</p>
  </div>
)

const Stuck = ({ archive }: { readonly archive: ArchiveView }): ReactNode => {
  const asOf = useClock((now) => (archive.asOf === null ? '' : dayTime(archive.asOf, now)))
  return (
    <div className="px-3 pb-2">
      <Notice
        tone="warn"
        title={asOf === '' ? 'The index can not be written' : `What is found here is as of ${asOf}`}
        action={<Rebuild />}
      >
        {archive.error ? <ErrorText error={archive.error} /> : null}
        Transcripts themselves are shown as they are now.
      </Notice>
    </div>
  )
}

/** The archive has given up: why, and the two things that can be done. The files are as they were. */
export const ArchiveFailed = ({ archive }: { readonly archive: ArchiveView }): ReactNode => {
  const restart = useCommand('archive.restart')
  const live = useIsLive()
  return (
    <div role="alert" className="px-3">
      <EmptyState
        icon={<Archive />}
        title="The archive does not run"
        action={
          <>
            <Button look="primary" off={!live || restart.pending} onClick={() => void restart.run(undefined)}>
              Start again
            </Button>
            <Rebuild />
          </>
        }
      >
        {archive.error ? <ErrorText error={archive.error} /> : null}
        <span className="mt-1 block">The transcripts and the log are untouched; this only reads them.</span>
      </EmptyState>
    </div>
  )
}

/** Throws the index away, once confirmed. */
const Rebuild = (): ReactNode => {
  const rebuild = useCommand('archive.rebuild')
  const live = useIsLive()
  const { isAsking, asker, ask, close } = useRowAsking()
  if (!isAsking) {
    return (
      <Button ref={asker} off={!live} onClick={ask}>
        Make the index anew…
      </Button>
    )
  }
  return (
    <RowQuestion
      act="Make it anew"
      pending={rebuild.pending}
      onAct={() => void rebuild.run(undefined).then(close)}
      onClose={close}
    >
      All files are read again, which takes a while. No file is changed.
    </RowQuestion>
  )
}
