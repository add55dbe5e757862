import { Lock } from 'lucide-react'
import type { ReactNode } from 'react'
import type { LockdownView } from '../../../shared/contracts/stop-views.ts'
import { useApp, useSlice } from '../../store/app-store.ts'
import { hrefOf } from '../../store/screen.ts'
import { Button } from '../../ui/button.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { lockdownPromise, lockdownTitle } from './describe-stop.ts'
import { survivorLine } from './survivor-line.ts'
import { useStoppedAt } from './use-stopped-at.ts'

/** That everything is stopped, on every screen until the owner resumes; what to do about it stands on Security. */
export const LockBanner = (): ReactNode => {
  const lockdown = useSlice('lockdown')
  if (lockdown === null) return null
  return (
    <LockFrame lockdown={lockdown} size="compact">
      <LinkButton href={hrefOf('security')}>What to do now</LinkButton>
    </LockFrame>
  )
}

/** The banner in either size; `children` stands before Resume. */
export const LockFrame = ({
  lockdown,
  size,
  children,
}: {
  readonly lockdown: LockdownView
  readonly size: 'compact' | 'large'
  readonly children?: ReactNode
}): ReactNode => {
  const { pid } = useSlice('gateway')
  const show = useApp((store) => store.show)
  const when = useStoppedAt(lockdown)
  const { result } = lockdown
  const large = size === 'large'
  const survivors = result?.survivors ?? []
  return (
    <section
      aria-label="Lockdown"
      className={`forced-line flex flex-wrap items-center gap-y-3 border border-stop bg-bad-bg ${
        large ? 'gap-x-4 rounded-l px-5 py-4' : 'mb-5 gap-x-3 rounded-m px-4 py-2.5'
      }`}
    >
      <Lock
        aria-hidden
        className={`shrink-0 text-bad ${large ? 'size-8 stroke-[1.6]' : 'size-5 stroke-[1.8]'}`}
      />
      <div role="alert" className="min-w-60 flex-1">
        <h2
          className={
            large
              ? 'text-banner leading-tight font-[650] tracking-[-0.02em]'
              : 'text-l leading-snug font-semibold'
          }
        >
          {lockdownTitle(lockdown, pid)}
        </h2>
        <p className={large ? 'mt-0.5' : ''}>
          {when} by <RemoteText text={lockdown.by} />. {lockdownPromise(result)}
        </p>
        {large && lockdown.reason !== '' ? (
          <p>
            Reason: <RemoteText text={lockdown.reason} />
          </p>
        ) : null}
        {!large && survivors.length > 0 ? (
          <p className="font-medium">
            Still alive: <RemoteText text={survivorLine(survivors)} />
          </p>
        ) : null}
      </div>
      <div className="flex flex-wrap gap-2 [&>*]:bg-bg [&>*:hover]:bg-raised">
        {children}
        <Button onClick={() => show('resume')}>Resume…</Button>
      </div>
    </section>
  )
}
