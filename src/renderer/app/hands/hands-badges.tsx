import { Lock } from 'lucide-react'
import type { ReactNode } from 'react'
import { visibleLine } from '../../../shared/domain/visible-text.ts'
import { useApp } from '../../store/app-store.ts'
import { hrefOf } from '../../store/screen.ts'
import { StatusShape } from '../../ui/status-shape.tsx'
import { hostAccess } from './describe-hands.ts'

/** In the header, on every screen: that commands may run on this machine, in red, and that read-only mode is on. */
export const HandsBadges = (): ReactNode => {
  const hands = useApp(({ feed }) => feed.state?.hands)
  const gateway = useApp(({ feed }) => feed.state?.gateway)
  if (hands === undefined || gateway === undefined) return null
  const host = hostAccess(hands, gateway)
  return (
    <>
      {host === null ? null : (
        <a
          href={hrefOf('security')}
          title={`${host.title}. ${visibleLine(host.meaning)}`}
          className="flex h-6 items-center gap-2 rounded-s bg-bad-bg px-2 font-medium whitespace-nowrap text-bad hover:underline forced-colors:border"
        >
          <StatusShape kind="bad" />
          Host access
          <span className="sr-only">: {host.title}</span>
        </a>
      )}
      {hands.readOnly.on ? (
        <a
          href={hrefOf('security')}
          className="flex h-6 items-center gap-1.5 rounded-s bg-warn-bg px-2 font-medium whitespace-nowrap text-warn hover:underline forced-colors:border"
        >
          <Lock aria-hidden className="size-3.5" />
          Read-only
        </a>
      ) : null}
    </>
  )
}
