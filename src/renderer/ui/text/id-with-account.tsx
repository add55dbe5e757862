import type { ReactNode } from 'react'
import { RemoteText } from './remote-text.tsx'

/** What somebody is named by, and beside it, small, the messenger's own id of their account; read out as two things. */
export const IdWithAccount = ({
  id,
  account,
}: {
  readonly id: string
  /** Empty where nothing but `id` is known. */
  readonly account: string
}): ReactNode => (
  <span className="mono">
    <RemoteText text={id} />
    {account === '' ? null : (
      <>
        <span className="sr-only">, account</span> <RemoteText text={account} className="text-s text-faint" />
      </>
    )}
  </span>
)
