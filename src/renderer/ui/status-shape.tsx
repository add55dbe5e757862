import type { ReactNode } from 'react'

/** Each state has its own shape, so that it is told without colour; words always stand beside it. */
export type StatusKind = 'good' | 'busy' | 'warn' | 'bad' | 'off'

const COLOURS: Readonly<Record<StatusKind, string>> = {
  good: 'text-good',
  busy: 'text-accent',
  warn: 'text-warn',
  bad: 'text-bad',
  off: 'text-faint',
}

export const StatusShape = ({ kind }: { readonly kind: StatusKind }): ReactNode => (
  <svg aria-hidden viewBox="0 0 10 10" className={`size-2.5 shrink-0 ${COLOURS[kind]}`}>
    {SHAPES[kind]}
  </svg>
)

const SHAPES: Readonly<Record<StatusKind, ReactNode>> = {
  good: <circle cx="5" cy="5" r="4" fill="currentColor" />,
  busy: (
    <>
      <circle cx="5" cy="5" r="3.75" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M5 1.25a3.75 3.75 0 0 1 0 7.5z" fill="currentColor" />
    </>
  ),
  warn: <path d="M5 .8 9.6 9.2H.4z" fill="currentColor" />,
  bad: <rect x="1" y="1" width="8" height="8" rx="1.5" fill="currentColor" />,
  off: <circle cx="5" cy="5" r="3.75" fill="none" stroke="currentColor" strokeWidth="1.5" />,
}
