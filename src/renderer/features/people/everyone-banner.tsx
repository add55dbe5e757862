import type { ReactNode } from 'react'
import { PROVIDER_LABEL } from '../../../shared/domain/provider.ts'
import { useSlice } from '../../store/app-store.ts'
import { Button } from '../../ui/button.tsx'
import { Notice } from '../../ui/notice.tsx'
import { useCommand } from '../../ui/use-command.tsx'

/** Where a messenger is open to anyone: red, and it stays until that is no longer so. */
export const EveryoneBanner = (): ReactNode => {
  const openPolicy = useSlice('providers').filter(({ dmPolicy }) => dmPolicy === 'open')
  const open = openPolicy.filter(({ everyone, onlySelf }) => everyone && !onlySelf)
  const policyOnly = openPolicy.filter(({ everyone }) => !everyone)
  const heldBack = openPolicy.filter(({ everyone, onlySelf }) => everyone && onlySelf)
  const openConfig = useCommand('config.open')
  const action = <Button onClick={() => void openConfig.run(undefined)}>Open clawdbot.json</Button>
  return (
    <>
      {open.map(({ provider }) => (
        <div key={provider} className="mt-4">
          <Notice
            tone="danger"
            title={`Anyone on ${PROVIDER_LABEL[provider]} can reach the agent`}
            action={action}
          >
            <span className="mono">dmPolicy</span> is <span className="mono">open</span> and{' '}
            <span className="mono">"*"</span> stands in <span className="mono">{provider}.allowFrom</span>:
            every stranger is let in as a guest, except those you block. Take the star out to close it.
          </Notice>
        </div>
      ))}
      {policyOnly.map(({ provider }) => (
        <div key={provider} className="mt-4">
          <Notice tone="danger" title={`The policy of ${PROVIDER_LABEL[provider]} is open`} action={action}>
            Strangers are still dropped, only because <span className="mono">{provider}.allowFrom</span> has
            no <span className="mono">"*"</span>. One character opens it to anyone.
          </Notice>
        </div>
      ))}
      {heldBack.map(({ provider }) => (
        <div key={provider} className="mt-4">
          <Notice tone="danger" title={`The policy of ${PROVIDER_LABEL[provider]} is open`} action={action}>
            Strangers are still dropped, only because the number counts as your own. As soon as it counts as
            the agent’s, anyone who writes to it is let in.
          </Notice>
        </div>
      ))}
    </>
  )
}
