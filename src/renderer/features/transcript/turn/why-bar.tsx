import type { ReactNode } from 'react'
import { RemoteText } from '../../../ui/text/remote-text.tsx'

const TONES = {
  warn: 'border-warn bg-warn-bg text-warn',
  bad: 'border-bad bg-bad-bg text-bad',
} as const

/** What was refused, held back or failed, and why, in its place. `what` comes first and says it without colour. */
export const WhyBar = ({
  tone,
  what,
  why,
  highlight,
}: {
  readonly tone: keyof typeof TONES
  readonly what: string
  readonly why: string
  readonly highlight: readonly string[]
}): ReactNode => (
  <div className={`rounded-r-s border-l-2 px-3 py-1.5 ${TONES[tone]}`}>
    {what}
    {what !== '' && why !== '' ? ': ' : ''}
    <RemoteText text={why} highlight={highlight} />
  </div>
)
