import { type ReactNode, useId } from 'react'
import { describeReadOnly, hostAccess } from '../../app/hands/describe-hands.ts'
import { useIsLive, useSlice } from '../../store/app-store.ts'
import { hrefOf } from '../../store/screen.ts'
import { Button } from '../../ui/button.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { Section } from '../../ui/screen-frame.tsx'
import { StatusShape } from '../../ui/status-shape.tsx'
import { Switch } from '../../ui/switch.tsx'
import { useClock } from '../../ui/text/clock.ts'
import { dayTime } from '../../ui/text/format-time.ts'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { useCommand } from '../../ui/use-command.tsx'

/** What tools may do outside a box: the switch that takes it away, and whether they may do anything there at all. */
export const ToolsCard = (): ReactNode => (
  <Section
    title="Tools"
    aside={
      <LinkButton size="s" href={hrefOf('sandboxes')}>
        Who gets which tools
      </LinkButton>
    }
  >
    <div className="rounded-m border border-line">
      <ReadOnlyRow />
      <HostRow />
    </div>
  </Section>
)

const ReadOnlyRow = (): ReactNode => {
  const id = useId()
  const { readOnly } = useSlice('hands')
  const live = useIsLive()
  const setReadOnly = useCommand('readonly.set')
  const openConfig = useCommand('config.open')
  const since = useClock((now) => (readOnly.since === null ? '' : dayTime(readOnly.since, now)))
  const { meaning, note, use } = describeReadOnly(readOnly, since)
  return (
    <div className="flex flex-wrap items-start gap-x-4 gap-y-2 border-b border-line px-4 py-3">
      <div className="min-w-60 flex-1">
        <Switch
          label="Read-only mode"
          labelLook="strong"
          on={readOnly.on}
          off={!live || setReadOnly.pending || use === 'held'}
          describedBy={`${id}-meaning`}
          onChange={(on) => void setReadOnly.run({ on })}
        />
        <p id={`${id}-meaning`} className="mt-0.5 max-w-[80ch] pl-9">
          <span className="text-soft">{meaning}</span>
          {note === '' ? null : <span className="block text-warn">{note}</span>}
        </p>
      </div>
      {use === 'free' ? null : (
        <Button onClick={() => void openConfig.run(undefined)}>Open clawdbot.json</Button>
      )}
    </div>
  )
}

const HostRow = (): ReactNode => {
  const hands = useSlice('hands')
  const gateway = useSlice('gateway')
  const openConfig = useCommand('config.open')
  const host = hostAccess(hands, gateway)
  return (
    <div className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-60 flex-1">
        <div className={`flex items-center gap-2 font-medium ${host === null ? '' : 'text-bad'}`}>
          <StatusShape kind={host === null ? 'good' : 'bad'} />
          {host === null ? 'No command runs on this machine' : host.title}
        </div>
        <p className="mt-0.5 max-w-[80ch] pl-[18px] text-soft">
          {host === null ? (
            <>
              Host access is off: <span className="mono">agent.elevated.enabled</span> is not set, and the
              gateway may start no process.
            </>
          ) : (
            <RemoteText text={host.meaning} />
          )}
        </p>
      </div>
      {host === null ? null : (
        <Button onClick={() => void openConfig.run(undefined)}>Open clawdbot.json</Button>
      )}
    </div>
  )
}
