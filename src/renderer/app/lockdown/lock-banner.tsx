import { Lock } from 'lucide-react'
import type { ReactNode } from 'react'
import type { StopResultView } from '../../../shared/contracts/app-state.ts'
import { useApp, useSlice } from '../../store/app-store.ts'
import { Button } from '../../ui/button.tsx'
import { useClock } from '../../ui/text/clock.ts'
import { clockSeconds, dayTime, isSameDay } from '../../ui/text/format-time.ts'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { counted } from '../../ui/text/words.ts'
import { ResumeDialog } from './resume-dialog.tsx'

/** What STOP did, proven in numbers, on every screen until the owner resumes. */
export const LockBanner = (): ReactNode => {
  const lockdown = useSlice('lockdown')
  const { pid } = useSlice('gateway')
  const show = useApp((store) => store.show)
  const when = useClock((now) =>
    lockdown === null
      ? ''
      : isSameDay(lockdown.at, now)
        ? clockSeconds(lockdown.at)
        : dayTime(lockdown.at, now),
  )
  if (lockdown === null) return null
  const { result } = lockdown
  return (
    <section aria-label="Lockdown" className="mb-5">
      <div
        role="alert"
        className="forced-line flex flex-wrap items-center gap-x-4 gap-y-3 rounded-l border border-stop bg-bad-bg px-5 py-4"
      >
        <Lock aria-hidden className="size-8 shrink-0 stroke-[1.6] text-bad" />
        <div className="min-w-60 flex-1">
          <h2 className="text-banner leading-tight font-[650] tracking-[-0.02em]">{titleOf(result, pid)}</h2>
          <p className="mt-0.5 text-fg">
            {when} by <RemoteText text={lockdown.by} />. Nothing starts until you resume, not even after a
            restart.
          </p>
          {lockdown.reason ? (
            <p className="text-fg">
              Reason: <RemoteText text={lockdown.reason} />
            </p>
          ) : null}
        </div>
        <Button className="bg-bg" onClick={() => show('resume')}>
          Resume…
        </Button>
      </div>
      {result === null ? <NoFigures /> : <Figures result={result} />}
      <ResumeDialog />
    </section>
  )
}

/** What may be said: with survivors, or while the gateway is known to live, not that everything is stopped. */
const titleOf = (result: StopResultView | null, pid: number | null): string => {
  if (result !== null && result.survivors.length > 0) return 'Not everything is stopped'
  return result === null && pid !== null ? 'Stopping everything…' : 'Everything is stopped'
}

const NoFigures = (): ReactNode => (
  <p className="mt-3 text-soft">
    This window has no figures: the stop is still under way, or it was made by another process, which has
    printed them.
  </p>
)

const Figures = ({ result }: { readonly result: StopResultView }): ReactNode => {
  const { latchMs, deadMs, verifiedMs, killed, survivors, latchError } = result
  return (
    <>
      <dl className="mt-3 grid grid-cols-3 overflow-hidden rounded-m border border-line max-[560px]:grid-cols-1">
        <Figure name="Latch on disk" millis={latchMs} missing="not written" bad={latchMs === null} />
        <Figure
          name="Gateway dead"
          millis={deadMs}
          missing={survivors.length > 0 ? 'not dead' : 'none ran'}
          bad={deadMs === null && survivors.length > 0}
        >
          {counted(killed, 'process', 'processes')} killed
        </Figure>
        <Figure name="Verified" millis={verifiedMs} missing="" bad={survivors.length > 0}>
          {counted(survivors.length, 'survivor', 'survivors')}
        </Figure>
      </dl>
      {latchError ? (
        <p role="alert" className="mt-3 rounded-m border border-bad/50 bg-bad-bg px-4 py-2.5">
          <span className="font-medium">
            The latch is not on disk, so a restart of this computer would not keep it.
          </span>{' '}
          <RemoteText text={latchError.message} /> <RemoteText text={latchError.hint} />
        </p>
      ) : null}
      {survivors.length > 0 ? <Survivors survivors={survivors} /> : null}
    </>
  )
}

const Figure = ({
  name,
  millis,
  missing,
  bad,
  children,
}: {
  readonly name: string
  readonly millis: number | null
  readonly missing: string
  readonly bad: boolean
  readonly children?: ReactNode
}): ReactNode => (
  <div className="border-r border-line px-3.5 py-2.5 last:border-r-0 max-[560px]:border-r-0 max-[560px]:border-b max-[560px]:last:border-b-0">
    <dt className="text-soft">{name}</dt>
    <dd>
      <b className={`font-mono text-l font-semibold ${bad ? 'text-bad' : ''}`}>
        {millis === null ? missing : `${Math.round(millis)} ms`}
      </b>{' '}
      <span className="text-soft">{children}</span>
    </dd>
  </div>
)

const Survivors = ({ survivors }: Pick<StopResultView, 'survivors'>): ReactNode => (
  <div role="alert" className="mt-3 rounded-m border border-bad/50 bg-bad-bg px-4 py-2.5">
    <p className="font-medium">
      Still alive: end {survivors.length === 1 ? 'it' : 'them'} yourself, or hold STOP again.
    </p>
    <ul className="mt-1">
      {survivors.map(({ pid, command }) => (
        <li key={pid} className="mono">
          {pid} <RemoteText text={command} />
        </li>
      ))}
    </ul>
  </div>
)
