import type { ReactNode } from 'react'
import type { StopResultView } from '../../../shared/contracts/stop-views.ts'
import { millis } from '../../app/lockdown/describe-stop.ts'
import { Disclosure } from '../../ui/disclosure.tsx'
import { RemoteText } from '../../ui/text/remote-text.tsx'

/** Each step of the stop with its moment, folded: for who wants to know exactly. */
export const TimeLine = ({ steps }: Pick<StopResultView, 'steps'>): ReactNode => (
  <Disclosure className="mt-2.5" title={<span className="text-soft">How it went</span>}>
    <ol
      aria-label="Time line"
      className="mt-1 flex flex-col gap-y-0.5 rounded-m border border-line px-3.5 py-2.5"
    >
      {steps
        .toSorted((one, other) => one.at - other.at)
        .map(({ at, what }, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- the steps are fixed, and two may say the same
          <li key={index} className="flex gap-3">
            <span className="mono w-16 shrink-0 text-right text-soft">{millis(at)}</span>
            <RemoteText text={what} className="min-w-0" />
          </li>
        ))}
    </ol>
  </Disclosure>
)
