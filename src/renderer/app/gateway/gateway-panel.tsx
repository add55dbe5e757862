import { Popover } from '@base-ui/react/popover'
import { ChevronDown } from 'lucide-react'
import type { ReactNode } from 'react'
import { useApp, useIsLocked, useSlice } from '../../store/app-store.ts'
import { Button } from '../../ui/button.tsx'
import { ScrollBox } from '../../ui/scroll-box.tsx'
import { StatusShape } from '../../ui/status-shape.tsx'
import { useClock } from '../../ui/text/clock.ts'
import { clockSeconds, megabytes } from '../../ui/text/format-time.ts'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { useCommand } from '../../ui/use-command.tsx'
import { describeGateway } from './describe-gateway.ts'

/** The gateway's state in the header; a click shows what is known about it and lets the owner start or end it. */
export const GatewayPanel = (): ReactNode => {
  const gateway = useSlice('gateway')
  const lockdown = useSlice('lockdown')
  const live = useApp(({ feed }) => feed.status !== 'lost')
  const { kind, label } = describeGateway(gateway, lockdown, gateway.since)
  const detail = useClock((now) => describeGateway(gateway, lockdown, now).detail)
  return (
    <Popover.Root>
      <Popover.Trigger className="-ml-1.5 flex h-7 shrink-0 items-center gap-2 rounded-s px-1.5 hover:bg-raised">
        <StatusShape kind={live ? kind : 'off'} />
        <span>{live ? label : 'State unknown'}</span>
        {live && detail ? <span className="mono text-faint max-sm:hidden">{detail}</span> : null}
        <ChevronDown aria-hidden className="size-3 text-faint" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} align="start" collisionPadding={12} className="z-30">
          <Popover.Popup className="appear shadow-pop forced-line max-h-[70vh] w-[420px] max-w-[calc(100vw-24px)] overflow-auto rounded-m border border-line-strong bg-bg p-4">
            <Popover.Title className="font-semibold">{label}</Popover.Title>
            <dl className="mt-2 grid grid-cols-[104px_1fr] gap-x-3 gap-y-0.5">
              <dt className="text-faint">Since</dt>
              <dd className="mono">{clockSeconds(gateway.since)}</dd>
              <dt className="text-faint">Process</dt>
              <dd className="mono">{gateway.pid ?? 'none'}</dd>
              <dt className="text-faint">Memory</dt>
              <dd className="mono">
                {gateway.rssBytes === null ? 'not known' : megabytes(gateway.rssBytes)}
              </dd>
              <dt className="text-faint">Turns now</dt>
              <dd className="mono">{gateway.turns}</dd>
            </dl>
            <GatewayError />
            <GatewayActions />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}

/** Why the gateway is not running, and its last words. */
export const GatewayError = (): ReactNode => {
  const { error, likelyCause, lastOutput } = useSlice('gateway')
  return (
    <>
      {error ? (
        <p className="mt-2">
          <RemoteText text={error.message} className="text-bad" />{' '}
          <RemoteText text={error.hint} className="text-soft" />
        </p>
      ) : null}
      {likelyCause === '' ? null : (
        <p className="mt-2">
          <span className="font-medium">Most likely:</span> <RemoteText text={likelyCause} />
        </p>
      )}
      {lastOutput.length > 0 ? (
        <ScrollBox label="Last output of the gateway" className="mt-2 max-h-40">
          <RemoteText text={lastOutput.join('\n')} shape="block" />
        </ScrollBox>
      ) : null}
    </>
  )
}

/** Start, restart, shut down, as far as each makes sense now. */
const GatewayActions = (): ReactNode => {
  const { phase } = useSlice('gateway')
  const locked = useIsLocked()
  const start = useCommand('gateway.start')
  const restart = useCommand('gateway.restart')
  const stop = useCommand('gateway.stop')
  if (locked) return <p className="mt-3 text-soft">Nothing can be started until you resume.</p>
  const startable = phase === 'stopped' || phase === 'failed' || phase === 'backing-off'
  return (
    <div className="mt-3 flex flex-wrap gap-2">
      {startable ? (
        <Button look="primary" off={start.pending} onClick={() => void start.run(undefined)}>
          {phase === 'backing-off' ? 'Start now' : 'Start'}
        </Button>
      ) : (
        <Button off={restart.pending} onClick={() => void restart.run(undefined)}>
          Restart
        </Button>
      )}
      {phase === 'stopped' || phase === 'failed' ? null : (
        <Button off={stop.pending} onClick={() => void stop.run(undefined)}>
          Shut down
        </Button>
      )}
    </div>
  )
}
