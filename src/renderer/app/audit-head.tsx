import type { ReactNode } from 'react'
import { describeAudit } from '../features/security/describe-audit.ts'
import { useApp } from '../store/app-store.ts'
import { hrefOf } from '../store/screen.ts'
import { StatusShape } from '../ui/status-shape.tsx'
import { RemoteText } from '../ui/text/remote-text.tsx'

/** The code of the newest record of the audit, in the corner of the window: it can be noted down and compared later. */
export const AuditHead = (): ReactNode => {
  const audit = useApp(({ feed }) => feed.state?.audit)
  if (audit === undefined) return null
  const { corner, kind } = describeAudit(audit)
  return (
    <a
      href={hrefOf('security')}
      className={`flex h-6 items-center gap-1.5 rounded-s px-2 hover:bg-raised hover:text-fg ${
        kind === 'bad' ? 'font-medium text-bad' : ''
      }`}
    >
      {kind === 'bad' ? <StatusShape kind="bad" /> : null}
      {corner}
      {kind === 'bad' || audit.head === '' ? null : <RemoteText text={audit.head} className="mono" />}
    </a>
  )
}
