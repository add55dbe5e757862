import type { ReactNode } from 'react'
import type { StopResultView } from '../../../shared/contracts/stop-views.ts'
import type { ErrorView } from '../../../shared/domain/error.ts'
import { Survivors } from '../../app/lockdown/survivors.tsx'
import { ErrorText } from '../../ui/error-text.tsx'
import { Notice } from '../../ui/notice.tsx'
import { counted, sentence } from '../../ui/text/words.ts'
import { StopAgain } from './stop-again.tsx'

/** What lives, what nobody could prove, and what is not on record: each with what to do. */
export const StopProblems = ({ result }: { readonly result: StopResultView }): ReactNode => {
  const { survivors, containersError, latchError, recordError } = result
  return (
    <div className="mt-3.5 flex flex-col gap-2 empty:hidden">
      {survivors.length === 0 ? null : (
        <Notice
          urgent
          tone="danger"
          title={`${sentence(counted(survivors.length, 'survivor', 'survivors'))}: still alive when STOP gave up`}
          action={<StopAgain />}
        >
          End {survivors.length === 1 ? 'it' : 'each'} yourself, then stop again so that it is proven.
          <Survivors survivors={survivors} />
        </Notice>
      )}
      {containersError === null ? null : (
        <Problem
          title="Nobody can say whether boxes live"
          error={containersError}
          action={survivors.length === 0 ? <StopAgain /> : null}
        />
      )}
      {latchError === null ? null : (
        <Problem
          title="The latch is not on disk, so a restart of this computer would not keep it"
          error={latchError}
          action={survivors.length === 0 && containersError === null ? <StopAgain /> : null}
        />
      )}
      {recordError === null ? null : (
        <Problem title="The record of this stop is not complete" error={recordError} tone="warn" />
      )}
    </div>
  )
}

const Problem = ({
  title,
  error,
  action,
  tone = 'bad',
}: {
  readonly title: string
  readonly error: ErrorView
  readonly action?: ReactNode
  readonly tone?: 'bad' | 'warn'
}): ReactNode => (
  <Notice urgent={tone === 'bad'} tone={tone} title={title} action={action}>
    <ErrorText error={error} />
  </Notice>
)
