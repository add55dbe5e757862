import type { ReactNode } from 'react'

/** A box of fixed text that scrolls where it is too long; the keyboard gets in, since there is no other way to scroll it. */
export const ScrollBox = ({
  label,
  children,
  className = '',
}: {
  readonly label: string
  readonly children: ReactNode
  readonly className?: string
}): ReactNode => (
  <section
    aria-label={label}
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must take the focus
    tabIndex={0}
    className={`overflow-auto rounded-s border border-line bg-sunken px-3 py-2 font-mono text-s whitespace-pre-wrap select-text ${className}`}
  >
    {children}
  </section>
)
