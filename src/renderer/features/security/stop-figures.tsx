import type { ReactNode } from 'react'
import type { StopResultView } from '../../../shared/contracts/stop-views.ts'
import { figuresOf, type StopFigure } from '../../app/lockdown/describe-stop.ts'
import { StatusShape } from '../../ui/status-shape.tsx'

const INKS: Readonly<Record<StopFigure['tone'], string>> = {
  plain: '',
  good: 'text-good',
  bad: 'text-bad',
}

/** The five things that STOP promises, each with its time or with why there is none. */
export const StopFigures = ({ result }: { readonly result: StopResultView }): ReactNode => (
  <dl
    aria-label="How fast"
    className="mt-3.5 grid shrink-0 grid-cols-5 gap-px overflow-hidden rounded-m border border-line bg-line max-md:grid-cols-3 max-sm:grid-cols-2"
  >
    {figuresOf(result).map(({ name, value, words, tone }) => (
      <div
        key={name}
        className="min-w-0 flex-1 bg-bg px-3.5 py-2.5 max-md:last:col-span-2 max-sm:last:col-span-2"
      >
        <dt className="text-soft">{name}</dt>
        <dd className="flex flex-wrap items-baseline gap-x-1.5">
          {tone === 'bad' ? <StatusShape kind="bad" /> : null}
          <b className={`font-mono text-l font-semibold ${INKS[tone]}`}>{value}</b>
          <span className={tone === 'bad' ? 'font-medium' : 'text-soft'}>{words}</span>
        </dd>
      </div>
    ))}
  </dl>
)
