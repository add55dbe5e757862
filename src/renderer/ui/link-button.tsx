import type { ReactNode } from 'react'

/** A link within the window that looks like a button. */
export const LinkButton = ({
  href,
  children,
  size = 'm',
}: {
  readonly href: string
  readonly children: ReactNode
  readonly size?: 'm' | 's'
}): ReactNode => (
  <a
    href={href}
    className={`inline-flex shrink-0 items-center gap-1.5 rounded-s border border-line-strong font-medium whitespace-nowrap hover:bg-raised ${
      size === 's' ? 'h-6 px-2 text-s' : 'h-7 px-3'
    }`}
  >
    {children}
  </a>
)
