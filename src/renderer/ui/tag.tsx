import type { ReactNode } from 'react'

export type Tone = 'good' | 'warn' | 'bad' | 'accent' | 'neutral'

const TONES: Readonly<Record<Tone, string>> = {
  neutral: 'border-line-strong text-soft',
  good: 'border-transparent bg-good-bg text-good',
  warn: 'border-transparent bg-warn-bg text-warn',
  bad: 'border-transparent bg-bad-bg text-bad',
  accent: 'border-transparent bg-accent-bg text-accent',
}

/** A word that says what something is; its tone never says more than the word does. */
export const Tag = ({
  tone = 'neutral',
  children,
}: {
  readonly tone?: Tone
  readonly children: ReactNode
}): ReactNode => (
  <span className={`inline-block rounded-[4px] border px-1.5 py-px text-xs whitespace-normal ${TONES[tone]}`}>
    {children}
  </span>
)
