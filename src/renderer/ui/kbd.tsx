import type { ReactNode } from 'react'

/** A key as a hint. The control it stands in says its key by `aria-keyshortcuts`. */
export const Kbd = ({ children }: { readonly children: ReactNode }): ReactNode => (
  <kbd
    aria-hidden
    className="rounded-[4px] border border-current/40 px-1 font-mono text-xs leading-[17px] font-medium"
  >
    {children}
  </kbd>
)
