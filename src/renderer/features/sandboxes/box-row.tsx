import type { ReactNode } from 'react'
import { REMOVED_STATE, type SandboxView } from '../../../shared/contracts/hands-views.ts'
import { useIsLive } from '../../store/app-store.ts'
import { Button } from '../../ui/button.tsx'
import { RowQuestion, useRowAsking } from '../../ui/row-question.tsx'
import { StatusShape } from '../../ui/status-shape.tsx'
import { Tag } from '../../ui/tag.tsx'
import { useClock } from '../../ui/text/clock.ts'
import { duration } from '../../ui/text/format-time.ts'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { counted } from '../../ui/text/words.ts'
import { useCommand } from '../../ui/use-command.tsx'
import { boxFacts, whoseBox } from './describe-sandboxes.ts'
import { openInspection } from './inspect.ts'

/** One box: whose it is, what holds it in, where it differs from what was asked, and how to end it. */
export const BoxRow = ({ box }: { readonly box: SandboxView }): ReactNode => {
  const age = useClock((now) => duration(now - box.createdAt))
  return (
    <li
      aria-label={`Box of ${whoseBox(box)}`}
      className="border-b border-line px-4 py-3 last:border-0 data-[drift]:shadow-[inset_2px_0_0_var(--bad)]"
      data-drift={box.drift.length > 0 || undefined}
    >
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-60 flex-1">
          <div className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
            {box.session === '' ? (
              <span className="font-medium">No session</span>
            ) : (
              <RemoteText text={box.session} className="mono font-medium" />
            )}
            {box.state === REMOVED_STATE ? null : <Held box={box} />}
            {box.state === 'running' ? null : (
              <Tag tone="warn">
                <RemoteText text={box.state} />
              </Tag>
            )}
          </div>
          <div className="mt-0.5 flex flex-wrap gap-x-3 text-s text-soft">
            <span>{age} old</span>
            <RemoteText text={box.image} className="mono" />
            <RemoteText text={box.name} className="mono text-faint" />
          </div>
        </div>
        {box.state === REMOVED_STATE ? null : <BoxActs box={box} />}
      </div>
      <dl className="mt-2 grid grid-cols-6 gap-x-4 gap-y-1.5 max-md:grid-cols-3 max-[560px]:grid-cols-2">
        {boxFacts(box).map(({ name, value, look }) => (
          <div key={name} className="min-w-0">
            <dt className="text-xs text-faint">{name}</dt>
            <dd className={`mono ${look === 'weak' ? 'flex items-baseline gap-1.5 text-warn' : ''}`}>
              {look === 'weak' ? <StatusShape kind="warn" /> : null}
              <RemoteText text={value} />
            </dd>
          </div>
        ))}
        <div className="col-span-full min-w-0">
          <dt className="text-xs text-faint">Mounts</dt>
          <dd className="mono">
            {box.mounts.length === 0 ? (
              'none'
            ) : (
              <ul>
                {box.mounts.map(({ source, target, mode }) => (
                  <li key={`${target} ${source}`}>
                    <RemoteText text={source} /> <span className="font-sans text-soft">at</span>{' '}
                    <RemoteText text={target} />
                    <span className="font-sans text-soft">, {MOUNT_MODE[mode]}</span>
                  </li>
                ))}
              </ul>
            )}
          </dd>
        </div>
      </dl>
      <Drift box={box} />
    </li>
  )
}

const MOUNT_MODE = { ro: 'read-only', rw: 'writable' } as const

const Held = ({ box: { held } }: { readonly box: SandboxView }): ReactNode =>
  held === 'stray' ? (
    <Tag tone="warn">stray: nobody holds it</Tag>
  ) : (
    <Tag tone={held === 'in use' ? 'accent' : 'neutral'}>
      {held === 'in use' ? 'in use' : 'started ahead, not used yet'}
    </Tag>
  )

/** Where it is not what was asked for. */
const Drift = ({ box: { drift } }: { readonly box: SandboxView }): ReactNode => {
  if (drift.length === 0) return null
  return (
    <div className="mt-2.5 rounded-s border border-bad/50 bg-bad-bg px-3 py-2">
      <div className="flex items-center gap-2 font-medium text-bad">
        <StatusShape kind="bad" />
        Drift: not as configured in {counted(drift.length, 'point', 'points')}. No tool runs in it.
      </div>
      <table className="mt-1.5 text-left">
        <thead className="text-xs text-soft">
          <tr>
            <th className="pr-6 font-normal">Setting</th>
            <th className="pr-6 font-normal">Wanted</th>
            <th className="font-normal">Found</th>
          </tr>
        </thead>
        <tbody>
          {drift.map(({ what, wanted, found }) => (
            <tr key={what} className="align-top">
              <th scope="row" className="pr-6 font-normal whitespace-nowrap">
                <RemoteText text={what} />
              </th>
              <td className="mono pr-6">
                <RemoteText text={wanted} />
              </td>
              <td className="mono font-medium text-bad">
                <RemoteText text={found} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const BoxActs = ({ box }: { readonly box: SandboxView }): ReactNode => {
  const live = useIsLive()
  const { isAsking, asker, ask, close } = useRowAsking()
  if (isAsking) return <ConfirmKill box={box} onClose={close} />
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button
        off={!live}
        aria-label={`Inspect the box of ${whoseBox(box)}`}
        onClick={() => openInspection(box)}
      >
        Inspect
      </Button>
      <Button ref={asker} off={!live} aria-label={`Kill the box of ${whoseBox(box)}`} onClick={ask}>
        Kill
      </Button>
    </div>
  )
}

const ConfirmKill = ({
  box,
  onClose,
}: {
  readonly box: SandboxView
  readonly onClose: () => void
}): ReactNode => {
  const kill = useCommand('sandbox.kill')
  const run = async (): Promise<void> => {
    // Where it is gone its row goes with it, and with the row this question.
    if (!(await kill.run({ container: box.id }))) onClose()
  }
  return (
    <RowQuestion act="Kill now" pending={kill.pending} onAct={() => void run()} onClose={onClose}>
      {kill.pending ? 'Killing…' : 'What runs in it ends at once; its folder stays.'}
    </RowQuestion>
  )
}
