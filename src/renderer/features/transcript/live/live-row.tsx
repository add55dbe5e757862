import type { ReactNode } from 'react'
import type { TurnProgress } from '../../../../shared/contracts/bridge.ts'
import { assertNever } from '../../../../shared/domain/assert-never.ts'
import { StatusShape } from '../../../ui/status-shape.tsx'
import { Tag } from '../../../ui/tag.tsx'
import { RemoteText } from '../../../ui/text/remote-text.tsx'
import { groupDigits } from '../../../ui/text/words.ts'

/** The turn that is under way, as it streams. It is in no file yet. */
export const LiveRow = ({ progress }: { readonly progress: TurnProgress }): ReactNode => (
  <div className="grid grid-cols-[104px_minmax(0,1fr)] gap-x-3.5 px-6 py-2.5 max-sm:grid-cols-1 max-sm:px-4">
    <div className="text-right max-sm:text-left">
      <span className="font-medium">Agent</span>{' '}
      <span className="inline-block">
        <Tag tone="accent">live</Tag>
      </span>
    </div>
    <div className="flex min-w-0 flex-col gap-1.5 select-text">
      {progress.cut > 0 ? (
        <p className="text-s text-faint">{groupDigits(progress.cut)} characters before this …</p>
      ) : null}
      {progress.text === '' ? null : <RemoteText text={progress.text} shape="block" most={20_000} />}
      <p className="flex items-center gap-1.5 text-soft">
        <StatusShape kind="busy" />
        <span>
          {stateWords(progress.state)}
          {progress.state === 'tool' && progress.tool !== '' ? (
            <RemoteText text={progress.tool} most={80} className="mono" />
          ) : null}
        </span>
      </p>
    </div>
  </div>
)

const stateWords = (state: TurnProgress['state']): string => {
  switch (state) {
    case 'thinking':
      return 'Thinking…'
    case 'answering':
      return 'Answering…'
    case 'tool':
      return 'Runs a tool: '
    case 'over':
      return 'Done.'
    default:
      return assertNever(state)
  }
}
