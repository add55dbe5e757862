import { REMOVED_STATE, type SandboxesView, type SandboxView } from '../../shared/contracts/hands-views.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import type { OurContainer } from '../docker/our-containers.ts'
import { isSameProcess } from '../processes/process-table.ts'
import type { BoxEngine } from './engine/box-engine.ts'
import { engineRisks } from './engine/engine-facts.ts'
import type { KnownFacts } from './engine/known-facts.ts'
import { whyDue } from './keep/due.ts'
import { leftoversIn } from './keep/leftovers.ts'
import { createBoxWatch, lookAtBoxes, type Uses, usesOf } from './look.ts'
import { type BoxSettings, stateName } from './plan-box.ts'
import type { Holder, Pool } from './pool.ts'
import { driftWords } from './start-box.ts'
import { figuresOf, type Holding } from './view.ts'

/** Looks at Docker from time to time: shows what is there, and ends what should not be. */
export interface Upkeep {
  /** Looks now; resolves when the view says what was seen. Never rejects. */
  readonly refresh: () => Promise<void>
  /** The session of this key has a sandbox again. */
  readonly started: (key: string) => void
  readonly close: () => void
}

export interface UpkeepOptions {
  readonly paths: StatePaths
  readonly engine: BoxEngine
  readonly facts: KnownFacts
  readonly pool: Pick<Pool, 'all' | 'named'>
  /** This supervisor, as `<pid>:<start of the process>`. */
  readonly holder: string
  readonly settings: () => BoxSettings | undefined
  readonly now: () => number
  readonly onChange: (view: Pick<SandboxesView, 'containers' | 'checkedAt' | 'risks'>) => void
  readonly onError: (error: unknown) => void
}

export const createUpkeep = (options: UpkeepOptions): Upkeep => {
  const { engine, facts, pool, settings, now, onError } = options
  let seen: readonly SandboxView[] = []
  /** By their key: those that were ended because they had changed. */
  const removed = new Map<string, SandboxView>()
  let uses: Uses = new Map()
  let isMeasuring = false
  let isClosed = false

  const show = (checkedAt: number | null): void => {
    if (isClosed) return
    const known = facts.now()
    const risks = [...(settings()?.sandbox.risks ?? []), ...(known === undefined ? [] : engineRisks(known))]
    const there = new Set(seen.map(({ name }) => name))
    const ended = [...removed.values()].filter(({ name }) => !there.has(name))
    options.onChange({ containers: [...seen, ...ended], checkedAt, risks })
  }

  const look = async (): Promise<'some' | 'none'> => {
    try {
      const [{ containers, views }] = await Promise.all([lookAtBoxes(engine, holdingOf, uses), facts.ask()])
      seen = views
      show(now())
      void measure(containers)
      await removeLeftovers(containers)
      endDrifted(views)
      endOld()
    } catch (error) {
      facts.forget()
      show(null)
      if (!(error instanceof ClawdbotError && error.code === 'docker_unreachable')) onError(error)
    }
    return seen.length > 0 || pool.all().length > 0 ? 'some' : 'none'
  }
  const watch = createBoxWatch(look)

  /** Shows what they use as soon as Docker has measured it. */
  const measure = async (containers: readonly OurContainer[]): Promise<void> => {
    if (isMeasuring) return
    isMeasuring = true
    uses = await usesOf(engine, containers)
    isMeasuring = false
    seen = seen.map((view) => withFigures(view, uses))
    show(now())
  }

  const holdingOf = (name: string): Holding => {
    const one = pool.named(name)
    return one && { held: one.held(), wanted: one.plan.container }
  }

  const removeLeftovers = async (containers: readonly OurContainer[]): Promise<void> => {
    const left = leftoversIn(containers, {
      state: stateName(options.paths),
      holder: options.holder,
      isHeld: ({ name }) => pool.named(name) !== undefined,
      isAlive,
    })
    await Promise.all(left.map(({ id }) => engine.remove(id)))
  }

  /** What was changed behind our back ends at once; how it was found stays to be seen until its session gets another. */
  const endDrifted = (views: readonly SandboxView[]): void => {
    for (const one of pool.all()) {
      const view = views.find(({ name }) => name === one.plan.name)
      if (view === undefined || view.drift.length === 0) continue
      removed.set(one.plan.key, { ...view, state: REMOVED_STATE, memory: null, processes: null })
      void one.end(`Docker shows it different from what was asked for (${driftWords(view.drift)})`)
    }
  }

  const endOld = (): void => {
    for (const one of pool.all()) {
      const why = whyOld(one)
      if (why !== undefined) void one.end(why)
    }
  }

  const whyOld = (one: Holder): string | undefined => {
    const prune = settings()?.sandbox.prune
    const aged = { held: one.held(), startedAt: one.startedAt, lastUsedAt: one.lastUsedAt() }
    return prune && whyDue(aged, prune, now())
  }

  return {
    refresh: watch.refresh,
    started: (key) => void removed.delete(key),
    close: () => {
      isClosed = true
      watch.close()
    },
  }
}

const withFigures = (view: SandboxView, uses: Uses): SandboxView => ({
  ...view,
  ...figuresOf(uses.get(view.id)),
})

const isAlive = (holder: string): boolean => {
  const [, pid, start] = /^(\d+):(.+)$/.exec(holder) ?? []
  return pid !== undefined && start !== undefined && isSameProcess(Number(pid), start)
}
