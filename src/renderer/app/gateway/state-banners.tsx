import type { ReactNode } from 'react'
import type { GatewayView } from '../../../shared/contracts/app-state.ts'
import { useApp, useIsLocked, useSlice } from '../../store/app-store.ts'
import { fetchState } from '../../store/connect-feed.ts'
import { Button } from '../../ui/button.tsx'
import { Notice } from '../../ui/notice.tsx'
import { useClock } from '../../ui/text/clock.ts'
import { clockSeconds } from '../../ui/text/format-time.ts'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { useCommand } from '../../ui/use-command.tsx'
import { describeGateway } from './describe-gateway.ts'
import { GatewayError } from './gateway-panel.tsx'

/** The window no longer hears from the app: what stands below is old, and nothing but STOP may be pressed. */
export const FeedBanner = (): ReactNode => {
  const feed = useApp((store) => store.feed)
  if (feed.status !== 'lost' || feed.state === null) return null
  return (
    <div className="mb-4">
      <Notice
        urgent
        tone="bad"
        title={`What you see is from ${clockSeconds(feed.lostAt ?? 0)}: this window has lost the app`}
        action={<Button onClick={() => void fetchState()}>Try again</Button>}
      >
        <RemoteText text={feed.error?.message ?? ''} />. Nothing can be decided until it answers. STOP can be
        tried.
      </Notice>
    </div>
  )
}

/** The gateway is not working, on every screen, with what to do. */
export const GatewayBanner = (): ReactNode => {
  const gateway = useSlice('gateway')
  const locked = useIsLocked()
  const start = useCommand('gateway.start')
  const restart = useCommand('gateway.restart')
  const openConfig = useCommand('config.open')
  const detail = useClock((now) => describeGateway(gateway, null, now).detail)
  const text = locked ? null : TEXTS[gateway.phase]
  if (text === null || text === undefined) return null
  const { phase, error } = gateway
  return (
    <div className="mb-4">
      <Notice
        tone={text.tone}
        title={`${describeGateway(gateway, null, gateway.since).label} (${detail})`}
        action={
          <>
            {error?.code === 'config_invalid' || error?.code === 'config_unreadable' ? (
              <Button onClick={() => void openConfig.run(undefined)}>Open clawdbot.json</Button>
            ) : null}
            {phase === 'unresponsive' ? (
              <Button off={restart.pending} onClick={() => void restart.run(undefined)}>
                Restart
              </Button>
            ) : (
              <Button look="primary" off={start.pending} onClick={() => void start.run(undefined)}>
                {phase === 'backing-off' ? 'Start now' : 'Start'}
              </Button>
            )}
          </>
        }
      >
        {text.meaning}
        {phase === 'stopped' ? null : <GatewayError />}
      </Notice>
    </div>
  )
}

const TEXTS: Partial<
  Record<GatewayView['phase'], { readonly tone: 'info' | 'warn' | 'bad'; readonly meaning: string }>
> = {
  stopped: {
    tone: 'info',
    meaning:
      'Nobody is answered. What people write waits at the messengers; decisions made here count from the next start.',
  },
  unresponsive: {
    tone: 'warn',
    meaning: 'It has not answered for a while. It is killed and started anew if it stays so.',
  },
  'backing-off': { tone: 'warn', meaning: 'It ended by itself and is started again after a pause.' },
  failed: { tone: 'bad', meaning: 'It is not started again by itself.' },
}
