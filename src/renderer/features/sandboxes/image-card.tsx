import { type ReactNode, useEffect, useRef } from 'react'
import type { SandboxesView } from '../../../shared/contracts/hands-views.ts'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import { useIsLive, useIsLocked, useSlice } from '../../store/app-store.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorText } from '../../ui/error-text.tsx'
import { StatusShape } from '../../ui/status-shape.tsx'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { useCommand } from '../../ui/use-command.tsx'
import { describeImage } from './describe-image.ts'

/** What boxes are made from: whether it is there, and how it is made where it is not. */
export const ImageCard = (): ReactNode => {
  const sandboxes = useSlice('sandboxes')
  const { image, build } = sandboxes
  const docker = useSlice('docker')
  const live = useIsLive()
  const locked = useIsLocked()
  const start = useCommand('sandbox.build', 'quiet')
  // Without Docker nobody can say, and that Docker is missing stands above.
  if (image.state === 'unknown' && image.detail === '' && build.state === 'idle') return null
  const { kind, title, meaning } = describeImage(image, build)
  const canBuild = build.state !== 'building' && docker.state === 'reachable'
  return (
    <section aria-label="Image" className={`rounded-m border px-4 py-2.5 ${FRAMES[kind]}`}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-60 flex-1">
          <output className="flex items-center gap-2 font-medium">
            <StatusShape kind={kind} />
            <span>
              {title}{' '}
              {image.name === '' ? null : <RemoteText text={image.name} className="mono font-normal" />}
            </span>
          </output>
          {meaning === '' ? null : (
            <p className="mt-0.5 max-w-[90ch] pl-[18px]">
              <RemoteText text={meaning} />
            </p>
          )}
          {build.error === null ? null : (
            <p className="mt-1 pl-[18px]">
              <ErrorText error={build.error} />
            </p>
          )}
        </div>
        {canBuild ? (
          <div className="flex items-center gap-3">
            {locked ? <span className="text-s text-soft">Not until you resume.</span> : null}
            <Button
              look={image.state === 'present' ? 'plain' : 'primary'}
              size={image.state === 'present' ? 's' : 'm'}
              off={!live || start.pending || locked}
              onClick={() => void start.run(undefined)}
            >
              {image.state === 'present' ? 'Build anew' : 'Build the image'}
            </Button>
          </div>
        ) : null}
      </div>
      <BuildLines build={build} />
    </section>
  )
}

const FRAMES = {
  good: 'border-line',
  busy: 'border-accent/40',
  warn: 'border-warn/40 bg-warn-bg',
  bad: 'border-bad/50 bg-bad-bg',
  off: 'border-line',
} as const

/** The newest lines of the build, followed to their end unless the owner has scrolled away from it. */
const BuildLines = ({ build: { lines, state } }: Pick<SandboxesView, 'build'>): ReactNode => {
  const box = useRef<HTMLDivElement>(null)
  const follow = useRef(true)
  useEffect(() => {
    if (follow.current) box.current?.scrollTo({ top: box.current.scrollHeight })
  })
  switch (state) {
    case 'idle':
    case 'built':
      return null
    case 'building':
    case 'failed':
      return lines.length === 0 ? null : (
        <div
          ref={box}
          role="log"
          aria-label="Progress of the build"
          aria-live="off"
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must take the focus
          tabIndex={0}
          onScroll={({ currentTarget: at }) => {
            follow.current = at.scrollHeight - at.clientHeight - at.scrollTop < 8
          }}
          className="mt-2 max-h-44 overflow-auto rounded-s border border-line bg-sunken px-3 py-2 font-mono text-s select-text"
        >
          <RemoteText text={lines.join('\n')} shape="exact" />
        </div>
      )
    default:
      return assertNever(state)
  }
}
