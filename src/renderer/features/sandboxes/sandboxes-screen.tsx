import { Box } from 'lucide-react'
import type { ReactNode } from 'react'
import { useIsLocked, useSlice } from '../../store/app-store.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Notice } from '../../ui/notice.tsx'
import { ScreenHead } from '../../ui/screen-frame.tsx'
import { useClock } from '../../ui/text/clock.ts'
import { clockSeconds, dayTime } from '../../ui/text/format-time.ts'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { BoxRow } from './box-row.tsx'
import { boxesLead, dockerTrouble, inBoxOrder, risksTitle } from './describe-sandboxes.ts'
import { ImageCard } from './image-card.tsx'
import { RadiusTable } from './radius-table.tsx'

/** Where tools run: every box as Docker's own inspection shows it, what they are made from, and who gets which. */
export const SandboxesScreen = (): ReactNode => {
  const { containers, checkedAt, risks } = useSlice('sandboxes')
  const boxes = inBoxOrder(containers)
  return (
    <>
      <ScreenHead title="Sandboxes" aside={<Checked at={checkedAt} />}>
        {boxesLead(boxes)}
      </ScreenHead>
      <div className="mt-4 flex flex-col gap-4 empty:hidden">
        <Trouble />
        {risks.length === 0 ? null : (
          <Notice tone="warn" title={risksTitle(risks)}>
            <ul aria-label="Risks" className="mt-0.5 list-disc pl-4">
              {risks.map((risk) => (
                <li key={risk}>
                  <RemoteText text={risk} />
                </li>
              ))}
            </ul>
          </Notice>
        )}
        <ImageCard />
      </div>
      <div className="mt-4">
        {boxes.length === 0 ? (
          <NoBox />
        ) : (
          <ul aria-label="Boxes" className="rounded-m border border-line">
            {boxes.map((box) => (
              <BoxRow key={box.id} box={box} />
            ))}
          </ul>
        )}
      </div>
      <RadiusTable />
    </>
  )
}

/** When Docker was last asked. */
const Checked = ({ at }: { readonly at: number | null }): ReactNode => {
  const when = useClock((now) =>
    at === null ? '' : now - at < 86_400_000 ? clockSeconds(at) : dayTime(at, now),
  )
  return (
    <span className="text-s text-faint">
      {at === null ? (
        'Docker has not answered'
      ) : (
        <>
          Docker asked at <span className="mono">{when}</span>
        </>
      )}
    </span>
  )
}

/** Why boxes can not be had now, if they can not. */
const Trouble = (): ReactNode => {
  const docker = useSlice('docker')
  const { mode } = useSlice('hands')
  const trouble = dockerTrouble(docker)
  return (
    <>
      {trouble === null ? null : (
        <Notice tone={trouble.tone} title={trouble.title}>
          <RemoteText text={trouble.meaning} />
        </Notice>
      )}
      {mode === 'off' ? (
        <Notice tone="info" title="Sandboxes are off">
          <span className="mono">agent.sandbox.mode</span> is off in clawdbot.json: sessions without host
          access have no tools at all for files and commands.
        </Notice>
      ) : null}
    </>
  )
}

const NoBox = (): ReactNode => {
  const { state } = useSlice('docker')
  const { mode } = useSlice('hands')
  const locked = useIsLocked()
  if (state === 'absent' || state === 'unreachable') {
    return (
      <EmptyState
        icon={<Box />}
        title={state === 'absent' ? 'No box can run' : 'Nobody can say which boxes run'}
      >
        {state === 'absent'
          ? 'Start Docker, or install it: boxes are made by it. Until then the agent answers in text.'
          : 'What runs shows here as soon as Docker answers. Until then the agent answers in text.'}
      </EmptyState>
    )
  }
  return (
    <EmptyState icon={<Box />} title="No box runs">
      {locked
        ? 'Everything is stopped: none is started until you resume.'
        : mode === 'off'
          ? 'Sandboxes are off, so none is started.'
          : 'One is started when a session needs it, with an empty folder of its own, no capabilities, a root filesystem that can not be written, and limits on memory and processes. It ends when it was not used for a while.'}
    </EmptyState>
  )
}
