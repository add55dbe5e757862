import { CircleAlert, Info, OctagonAlert, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { assertNever } from '../../shared/domain/assert-never.ts'

export type NoticeTone = 'info' | 'warn' | 'bad' | 'danger'

const TONES: Readonly<Record<NoticeTone, string>> = {
  info: 'border-line-strong bg-raised',
  warn: 'border-warn/40 bg-warn-bg',
  bad: 'border-bad/50 bg-bad-bg',
  danger: 'border-stop bg-bad-bg',
}

const INKS: Readonly<Record<NoticeTone, string>> = {
  info: 'text-soft',
  warn: 'text-warn',
  bad: 'text-bad',
  danger: 'text-bad',
}

const iconOf = (tone: NoticeTone): ReactNode => {
  switch (tone) {
    case 'info':
      return <Info aria-hidden className="size-4" />
    case 'warn':
      return <TriangleAlert aria-hidden className="size-4" />
    case 'bad':
      return <CircleAlert aria-hidden className="size-4" />
    case 'danger':
      return <OctagonAlert aria-hidden className="size-4" />
    default:
      return assertNever(tone)
  }
}

/** Something that the owner has to know on this screen, as long as it is so. Announced where it is `urgent`. */
export const Notice = ({
  tone,
  title,
  children,
  action,
  urgent = false,
}: {
  readonly tone: NoticeTone
  readonly title: ReactNode
  readonly children?: ReactNode
  readonly action?: ReactNode
  readonly urgent?: boolean
}): ReactNode => (
  <div
    role={urgent ? 'alert' : 'status'}
    className={`flex flex-wrap items-start gap-x-3 gap-y-2 rounded-m border px-4 py-2.5 ${TONES[tone]}`}
  >
    <div className={`mt-px shrink-0 ${INKS[tone]}`}>{iconOf(tone)}</div>
    <div className="min-w-48 flex-1">
      <div className="font-medium">{title}</div>
      {children ? <div className="text-fg">{children}</div> : null}
    </div>
    {action ? <div className="flex flex-wrap gap-2">{action}</div> : null}
  </div>
)
