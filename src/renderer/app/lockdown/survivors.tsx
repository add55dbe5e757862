import type { ReactNode } from 'react'
import type { Survivor } from '../../../shared/contracts/stop-views.ts'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { endingOf, shortId } from './describe-stop.ts'

/** Survivors by name, each with the command that ends it. */
export const Survivors = ({ survivors }: { readonly survivors: readonly Survivor[] }): ReactNode => (
  <ul aria-label="Survivors" className="mt-1.5 flex flex-col gap-1.5">
    {survivors.map((survivor) => (
      <li
        key={survivor.kind === 'process' ? `process ${survivor.pid}` : survivor.id}
        className="flex flex-wrap items-baseline gap-x-3"
      >
        <span className="min-w-0">
          <Name survivor={survivor} />
        </span>
        <span className="text-s">
          End it with{' '}
          <code className="mono rounded-[4px] bg-bg px-1 py-px select-text">
            {endingOf(survivor, navigator.platform)}
          </code>
        </span>
      </li>
    ))}
  </ul>
)

const Name = ({ survivor }: { readonly survivor: Survivor }): ReactNode =>
  survivor.kind === 'process' ? (
    <>
      Process <span className="mono font-semibold text-bad">{survivor.pid}</span>{' '}
      <RemoteText text={survivor.command} className="mono" />
    </>
  ) : (
    <>
      Box <RemoteText text={survivor.name} className="font-semibold text-bad" />{' '}
      <RemoteText text={shortId(survivor.id)} className="mono" />
    </>
  )
