import type { ReactNode } from 'react'
import { RemoteText } from './text/remote-text.tsx'

/** The product's own error: what is wrong, and on a line of its own what to do. */
export const ErrorText = ({
  error: { message, hint },
}: {
  readonly error: { readonly message: string; readonly hint: string }
}): ReactNode => (
  <>
    <RemoteText text={message} />
    <span className="block">
      <RemoteText text={hint} />
    </span>
  </>
)
