import { ClawdbotError, type ErrorView, toErrorView } from '../../shared/domain/error.ts'
import { livingContainers } from './container-processes.ts'
import type { ContainerList } from './our-containers.ts'

type Failure = Exclude<ContainerList, { kind: 'list' }>

/**
 * Docker gave no list: does certainly no container run? Where nobody listens, or this user is not let in, it is enough
 * that the process table shows none of Docker's, because containers outlive a killed engine. An engine that is there
 * and does not answer could make one at any moment.
 */
export const isNothingRunning = ({ kind }: Failure, env: NodeJS.ProcessEnv): boolean => {
  if (kind !== 'refused' && kind !== 'denied') return false
  const living = livingContainers(env)
  // Elsewhere than on Linux containers live in a machine of Docker's own, which ends with it.
  if (living === undefined) return kind === 'refused' && process.platform !== 'linux'
  return living.length === 0
}

const WHAT_TO_DO: Readonly<Record<Failure['kind'], string>> = {
  refused: 'Start Docker, then stop again: press STOP, or run clawdbot stop.',
  unclear: 'Restart Docker, then stop again: press STOP, or run clawdbot stop.',
  denied: 'Let this user use Docker (on Linux: the group docker), then stop again: clawdbot stop.',
  unsupported:
    'Unset DOCKER_HOST, or set it to the socket of the engine on this machine, then stop again: clawdbot stop.',
}

/** Why nobody can say whether containers live, and what to do. */
export const unreachable = ({ kind, why }: Failure): ErrorView =>
  toErrorView(
    new ClawdbotError(
      'docker_unreachable',
      `Docker ${why}. Nobody can say whether containers of the agent still run.`,
      WHAT_TO_DO[kind],
    ),
  )
