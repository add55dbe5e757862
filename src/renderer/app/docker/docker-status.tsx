import type { ReactNode } from 'react'
import { visibleLine } from '../../../shared/domain/visible-text.ts'
import { useApp } from '../../store/app-store.ts'
import { StatusShape } from '../../ui/status-shape.tsx'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { describeDocker } from './describe-docker.ts'

/** Docker in the header: whether it answers, and how many boxes of ours there are. */
export const DockerStatus = (): ReactNode => {
  const docker = useApp(({ feed }) => feed.state?.docker)
  const lockdown = useApp(({ feed }) => feed.state?.lockdown ?? null)
  const lost = useApp(({ feed }) => feed.status === 'lost')
  if (docker === undefined) return null
  const { kind, label } = describeDocker(docker, lockdown)
  return (
    <span
      className="flex items-center gap-2 whitespace-nowrap text-soft"
      title={lost || docker.detail === '' ? undefined : visibleLine(docker.detail)}
    >
      <StatusShape kind={lost ? 'off' : kind} />
      {lost ? 'Docker unknown' : label}
      {lost || docker.detail === '' ? null : (
        <span className="sr-only">
          . <RemoteText text={docker.detail} />
        </span>
      )}
    </span>
  )
}
