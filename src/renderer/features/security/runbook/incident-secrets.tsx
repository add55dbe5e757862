import type { ReactNode } from 'react'
import type { ReachableSecret } from '../../../../shared/contracts/stop-views.ts'
import { RemoteText } from '../../../ui/text/remote-text.tsx'

/** Each secret that the gateway had: what it opens, where it is set, how it is replaced. No part of it. */
export const IncidentSecrets = ({ secrets }: { readonly secrets: readonly ReachableSecret[] }): ReactNode => (
  <ul aria-label="Secrets to replace" className="flex flex-col gap-3">
    {secrets.map(({ name, where, reach, how }) => (
      <li key={`${name} ${where}`} className="rounded-s border border-line px-3.5 py-2.5">
        <h4 className="font-medium">
          <RemoteText text={name} />
        </h4>
        <dl className="mt-0.5 grid grid-cols-[64px_minmax(0,1fr)] gap-x-3 gap-y-0.5 text-soft">
          <dt className="text-faint">Set in</dt>
          <dd>
            <RemoteText text={where} />
          </dd>
          <dt className="text-faint">Gives</dt>
          <dd>
            <RemoteText text={reach} />
          </dd>
          <dt className="text-faint">Replace</dt>
          <dd className="text-fg">
            <RemoteText text={how} />
          </dd>
        </dl>
      </li>
    ))}
  </ul>
)
