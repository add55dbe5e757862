import type { ErrorView } from '../../shared/domain/error.ts'
import { isNothingRunning, unreachable } from './docker-state.ts'
import { createEngineClient } from './engine-client.ts'
import { isLiving, listOurs, type OurContainer, sandboxLabel } from './our-containers.ts'

const PATIENCE_MS = 2_000

export interface LivingContainers {
  readonly living: readonly OurContainer[]
  /** Why nobody can say; null where Docker answered, or provably runs nothing. */
  readonly error: ErrorView | null
}

/** Looks for containers of ours that have processes, and does nothing to them. Answers within 2 s, never throws. */
export const findLivingContainers = async (env: NodeJS.ProcessEnv): Promise<LivingContainers> => {
  const engine = createEngineClient(env, { signal: new AbortController().signal, holds: 'process' })
  const list = await listOurs(engine, sandboxLabel(env), PATIENCE_MS)
  if (list.kind === 'list') return { living: list.containers.filter(isLiving), error: null }
  return { living: [], error: isNothingRunning(list, env) ? null : unreachable(list) }
}
