import { setTimeout as pause } from 'node:timers/promises'
import type { ErrorView } from '../../../shared/domain/error.ts'
import { isNothingRunning, unreachable } from '../../docker/docker-state.ts'
import { createEngineClient, type EngineClient } from '../../docker/engine-client.ts'
import { holdDown } from '../../docker/hold-down.ts'
import { isLiving, listOurs, type OurContainer, sandboxLabel } from '../../docker/our-containers.ts'
import { STOP_LIMITS, type StopLimits } from '../../docker/stop-limits.ts'
import { createTargets, type Targets } from '../../docker/targets.ts'

/** How long (ms) to wait for the kills under way before looking again. */
const LOOK_AGAIN_MS = 100
/** How long (ms) to wait before asking again an engine that does not answer. */
const ASK_AGAIN_MS = 50

export interface ContainersReport {
  /** What was found, each as it was when it was first seen. */
  readonly before: readonly OurContainer[]
  /** When all of them were frozen, as `elapsed` says; null where there was none, or one could not be. */
  readonly frozenMs: number | null
  /** When a list first showed none any more; null where there was none, or one is left, or nobody can say. */
  readonly deadMs: number | null
  readonly found: number
  readonly frozen: number
  /** Only what was looked for afterwards and is not there. */
  readonly dead: number
  readonly survivors: readonly { readonly id: string; readonly name: string }[]
  /** Why nobody can say whether containers live; null where Docker answered, or provably does not run. */
  readonly error: ErrorView | null
}

export interface StopContainersOptions {
  readonly env: NodeJS.ProcessEnv
  /** What was seen last: these are killed at once, without waiting for a list. */
  readonly known?: readonly OurContainer[]
  /** Milliseconds since the act. */
  readonly elapsed: () => number
  /** Adds a line to the time line. */
  readonly step: (what: string) => void
  readonly limits?: StopLimits
}

/**
 * Freezes and kills every container with our label, all at once, and looks again until a list shows none or 3 s have
 * passed. It needs no answer from Docker to come to its end, and never throws.
 */
export const stopContainers = async (options: StopContainersOptions): Promise<ContainersReport> => {
  const { env, known = [], elapsed, step, limits = STOP_LIMITS } = options
  const ending = new AbortController()
  const engine = createEngineClient(env, { signal: ending.signal, holds: 'process' })
  const targets = createTargets({
    engine,
    limits,
    elapsed,
    onFrozen: (count) => step(`${counted(count)} frozen`),
  })
  targets.strike(known)
  const end = await killUntilNone({ env, engine, limits, targets, elapsed, step })
  ending.abort()
  return report(targets, end)
}

/** How the looking ended. */
type End =
  | { readonly kind: 'none-left'; readonly at: number }
  | { readonly kind: 'some-left' }
  | { readonly kind: 'nobody-knows'; readonly error: ErrorView }

interface Hunt extends Pick<StopContainersOptions, 'env' | 'elapsed' | 'step'> {
  readonly engine: EngineClient
  readonly limits: StopLimits
  readonly targets: Targets
}

const killUntilNone = async ({ env, engine, limits, targets, elapsed, step }: Hunt): Promise<End> => {
  const begin = elapsed()
  const label = sandboxLabel(env)
  const held = new Set<string>()
  let found = 0
  let noneSince: number | null = null
  for (;;) {
    const list = await listOurs(engine, label, limits.list)
    const over = elapsed() - begin >= limits.all
    if (list.kind === 'list') {
      const living = list.containers.filter((one) => isLiving(one) || one.state === 'created')
      targets.listed(living)
      if (living.length > found) step(`${counted((found = living.length))} found`)
      if (living.length === 0) {
        // None twice: what Docker was about to make at the first look is there at the second.
        if (noneSince !== null) return { kind: 'none-left', at: noneSince }
        noneSince = elapsed()
        const fresh = list.containers.filter(({ id }) => !held.has(id))
        for (const { id } of fresh) held.add(id)
        for (const name of await holdDown(engine, fresh, limits.list)) {
          step(`the restart policy of container ${name} could not be switched off`)
        }
        continue
      }
      noneSince = null
      if (over) return { kind: 'some-left' }
      targets.strike(living)
      await Promise.race([targets.settled(), pause(LOOK_AGAIN_MS)])
    } else {
      noneSince = null
      const nothingRuns = isNothingRunning(list, env)
      if (nothingRuns && !targets.killedWithoutEngine()) {
        targets.listed([])
        return { kind: 'none-left', at: elapsed() }
      }
      // A Docker that did not see its containers die may start them again when it is back.
      const hopeless = nothingRuns || (list.kind === 'unsupported' && targets.all().length === 0)
      if (hopeless || over) {
        // What was killed a moment ago is looked for once more, so that the dead are not named as survivors.
        if (targets.killedWithoutEngine()) targets.strikeWithoutEngine()
        return { kind: 'nobody-knows', error: unreachable(list) }
      }
      targets.strike(targets.all().map(({ container }) => container))
      await pause(ASK_AGAIN_MS)
    }
    if (elapsed() - begin >= limits.withoutEngineAfter) targets.strikeWithoutEngine()
  }
}

const report = (targets: Targets, end: End): ContainersReport => {
  const all = targets.all()
  const alive = all.filter(({ dead }) => !dead)
  const found = all.filter(({ wasThere, dead }) => wasThere || !dead)
  const frozenAt = found.flatMap(({ frozen }) => (typeof frozen === 'number' ? [frozen] : []))
  const allFrozen = found.every(({ frozen }) => typeof frozen === 'number' || frozen === 'gone')
  return {
    before: found.map(({ container }) => container),
    frozenMs: allFrozen && frozenAt.length > 0 ? Math.max(...frozenAt) : null,
    deadMs: end.kind === 'none-left' && found.length > 0 ? end.at : null,
    found: found.length,
    frozen: frozenAt.length,
    dead: found.length - alive.length,
    survivors: alive.map(({ container: { id, name } }) => ({ id, name })),
    error: end.kind === 'nobody-knows' ? end.error : null,
  }
}

const counted = (count: number): string => (count === 1 ? '1 container' : `${count} containers`)
