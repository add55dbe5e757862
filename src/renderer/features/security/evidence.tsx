import type { ReactNode } from 'react'
import type { IncidentView, StopResultView } from '../../../shared/contracts/stop-views.ts'
import { useApp, useIsLive, useSlice } from '../../store/app-store.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorText } from '../../ui/error-text.tsx'
import { Notice } from '../../ui/notice.tsx'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { groupDigits } from '../../ui/text/words.ts'
import { useCommand } from '../../ui/use-command.tsx'

/** What was kept of the moment of the stop, and how to take it along. */
export const Evidence = ({
  incident,
  result,
}: {
  readonly incident: IncidentView | null
  readonly result: StopResultView | null
}): ReactNode => {
  const show = useApp((store) => store.show)
  const live = useIsLive()
  const { pid } = useSlice('gateway')
  const reveal = useCommand('incident.reveal')
  if (incident === null) {
    return (
      <p className="mt-3.5 text-soft">
        {result === null && pid !== null
          ? 'Evidence is gathered as soon as everything is dead.'
          : 'No evidence of this stop is known here.'}
      </p>
    )
  }
  const { id, files, error } = incident
  return (
    <>
      {error === null ? null : (
        <div className="mt-3.5">
          <Notice urgent tone="bad" title="The evidence can not be relied on">
            <ErrorText error={error} />
          </Notice>
        </div>
      )}
      <div className="mt-3.5 flex flex-wrap items-center gap-x-3 gap-y-2">
        <p className="min-w-60 flex-1 text-soft">
          Evidence is kept: <RemoteText text={id} className="mono text-fg" />, {groupDigits(files)}{' '}
          {files === 1 ? 'file' : 'files'}, redacted, hashed.
        </p>
        <Button off={!live || reveal.pending} onClick={() => void reveal.run(undefined)}>
          Show folder
        </Button>
        <Button off={!live} onClick={() => show('bundle')}>
          Save bundle…
        </Button>
      </div>
    </>
  )
}
