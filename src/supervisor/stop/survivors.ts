import { setImmediate as soon } from 'node:timers/promises'
import type { Survivor } from '../../shared/contracts/stop-views.ts'
import { ClawdbotError, type ErrorView, toErrorView } from '../../shared/domain/error.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { isNothingRunning, unreachable } from '../docker/docker-state.ts'
import { createEngineClient } from '../docker/engine-client.ts'
import { isLiving, listOurs, sandboxLabel } from '../docker/our-containers.ts'
import type { ProcessTable } from '../processes/process-info.ts'
import { processTable } from '../processes/process-table.ts'
import { cookieOfStateDir } from '../processes/run-cookie.ts'
import { createSweeper } from './kill/sweep.ts'

export interface SurvivorsOptions {
  readonly paths: StatePaths
  /** Where Docker is, and which label is looked for. */
  readonly env: NodeJS.ProcessEnv
  /** Process ids of group leaders that the caller itself launched and has not seen exit. */
  readonly children?: readonly number[]
}

export interface SurvivorsFound {
  readonly survivors: readonly Survivor[]
  /** Why nobody can say whether there are more; null where everything was looked at. */
  readonly error: ErrorView | null
}

const LIST_WITHIN_MS = 2_000
const MAX_LOOKS = 6

/**
 * Looks, without touching anything, for what should be dead: processes of this state directory's gateway and
 * containers with our label. Never throws.
 */
export const findSurvivors = async (
  options: SurvivorsOptions,
  table: ProcessTable = processTable,
): Promise<SurvivorsFound> => {
  const [processes, containers] = await Promise.all([
    livingProcesses(options, table),
    livingContainers(options.env),
  ])
  return {
    survivors: [...processes.survivors, ...containers.survivors],
    error: processes.error ?? containers.error,
  }
}

const livingProcesses = async (
  { paths, children = [] }: SurvivorsOptions,
  table: ProcessTable,
): Promise<SurvivorsFound> => {
  const sweeper = createSweeper({ groups: new Set(children), cookie: cookieOfStateDir(paths.root) }, table)
  try {
    for (let looks = 1; ; looks += 1) {
      const { found, churning } = sweeper.look('all')
      if (found.length > 0 || !churning || looks >= MAX_LOOKS) {
        const survivors = found.map(({ pid }) => {
          const command = table.read(pid)?.command ?? `process ${String(pid)}`
          return { kind: 'process', pid, command } as const
        })
        return { survivors, error: null }
      }
      await soon()
    }
  } catch (cause) {
    return { survivors: [], error: toErrorView(tableUnreadable(cause)) }
  }
}

const livingContainers = async (env: NodeJS.ProcessEnv): Promise<SurvivorsFound> => {
  const ending = new AbortController()
  try {
    const engine = createEngineClient(env, { signal: ending.signal, holds: 'process' })
    const list = await listOurs(engine, sandboxLabel(env), LIST_WITHIN_MS)
    if (list.kind === 'list') {
      const living = list.containers.filter((one) => isLiving(one) || one.state === 'created')
      return { survivors: living.map(({ id, name }) => ({ kind: 'container', id, name })), error: null }
    }
    return { survivors: [], error: isNothingRunning(list, env) ? null : unreachable(list) }
  } catch (error) {
    return { survivors: [], error: toErrorView(error) }
  } finally {
    ending.abort()
  }
}

const tableUnreadable = (cause: unknown): ClawdbotError =>
  new ClawdbotError(
    'internal',
    'the process table can not be read, so nobody can say whether the gateway is dead',
    'Look with the tools of the system, and restart the machine if in doubt.',
    cause,
  )

/** Is there nothing that speaks against a resume? `accept` is the owner's word for what nobody can look at. */
export type Unknowns = 'refuse' | 'accept'

/** @throws ClawdbotError `locked_down` that names what lives, or says what can not be looked at. */
export const refuseSurvivors = ({ survivors, error }: SurvivorsFound, unknowns: Unknowns): void => {
  if (survivors.length > 0) {
    throw new ClawdbotError(
      'locked_down',
      `Not resumed: something that was to be dead lives. ${survivors.map(nameOf).join('; ')}.`,
      'Stop once more: press STOP, or run clawdbot stop again. Then resume.',
    )
  }
  if (error !== null && unknowns === 'refuse') {
    throw new ClawdbotError(
      'locked_down',
      `Not resumed: ${error.message}`,
      `${error.hint} If you know that nothing of it runs, say so: tick the box in the app, or clawdbot resume --accept-unknown.`,
    )
  }
}

/** One survivor in words, for a sentence. */
export const nameOf = (survivor: Survivor): string =>
  survivor.kind === 'process'
    ? `process ${String(survivor.pid)} (${survivor.command})`
    : `container ${survivor.name} (${survivor.id.slice(0, 12)})`
