import type { ReactNode } from 'react'
import { PROVIDER_LABEL } from '../../shared/domain/provider.ts'
import { useApp } from '../store/app-store.ts'
import { StatusShape } from '../ui/status-shape.tsx'
import { DockerStatus } from './docker/docker-status.tsx'
import { describeMessenger } from './gateway/describe-gateway.ts'
import { GatewayPanel } from './gateway/gateway-panel.tsx'
import { HandsBadges } from './hands/hands-badges.tsx'
import { StopButton } from './lockdown/stop-button.tsx'

/** The state of everything, and STOP, on every screen and whatever else fails. */
export const Header = (): ReactNode => {
  const ready = useApp(({ feed }) => feed.state !== null)
  return (
    <header className="flex min-h-12 items-center gap-x-3 border-b border-line py-1 pr-3 pl-5">
      <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-0.5">
        {ready ? <GatewayPanel /> : <UnknownState />}
        {ready ? <Messengers /> : null}
        {ready ? <DockerStatus /> : null}
        <HandsBadges />
      </div>
      <StopButton />
    </header>
  )
}

const UnknownState = (): ReactNode => {
  const status = useApp(({ feed }) => feed.status)
  return (
    <span className="flex items-center gap-2 text-soft">
      <StatusShape kind={status === 'lost' ? 'bad' : 'busy'} />
      {status === 'lost' ? 'State unknown' : 'Connecting to the app'}
    </span>
  )
}

const UNKNOWN = { kind: 'off', word: 'unknown' } as const

const Messengers = (): ReactNode => {
  const providers = useApp(({ feed }) => feed.state?.providers)
  const problems = useApp(({ feed }) => feed.state?.problems)
  const lost = useApp(({ feed }) => feed.status === 'lost')
  return (
    <ul aria-label="Messengers" className="flex flex-wrap items-center gap-x-3">
      {providers?.map(({ provider, state, detail }) => {
        const { kind, word } = lost ? UNKNOWN : describeMessenger({ provider, state }, problems ?? [])
        return (
          <li
            key={provider}
            className="flex items-center gap-2 whitespace-nowrap text-soft"
            title={detail || undefined}
          >
            <StatusShape kind={kind} />
            {PROVIDER_LABEL[provider]}
            {word === '' ? <span className="sr-only"> connected</span> : ` ${word}`}
          </li>
        )
      })}
    </ul>
  )
}
