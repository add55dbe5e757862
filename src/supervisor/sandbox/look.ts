import type { SandboxView } from '../../shared/contracts/hands-views.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import type { OurContainer } from '../docker/our-containers.ts'
import type { BoxEngine } from './engine/box-engine.ts'
import type { BoxUse } from './engine/use.ts'
import { type Holding, sandboxView } from './view.ts'

export interface Seen {
  readonly containers: readonly OurContainer[]
  /** Of those that were still there when they were inspected; oldest first. */
  readonly views: readonly SandboxView[]
}

/** How many containers Docker is asked about at the same time. */
const AT_ONCE = 8

/** What each container, by its id, was last seen to use. */
export type Uses = ReadonlyMap<string, BoxUse>

/**
 * Asks Docker about every container with our label, but for what they use: to say that can take it a second. Errors:
 * `docker_unreachable`.
 */
export const lookAtBoxes = async (
  engine: Pick<BoxEngine, 'list' | 'inspect'>,
  holdingOf: (name: string) => Holding,
  uses: Uses,
): Promise<Seen> => {
  const containers = await engine.list()
  const views = await eachOf(containers, (container) => lookAtOne(engine, container, holdingOf, uses))
  const found = views.filter((view) => view !== undefined)
  return { containers, views: found.toSorted((one, other) => one.createdAt - other.createdAt) }
}

/** Calls for each, a few at the same time; the answers are in the order of the items. */
const eachOf = async <T, R>(items: readonly T[], call: (item: T) => Promise<R>): Promise<readonly R[]> => {
  const answers: R[] = []
  const waiting = items.entries()
  const work = async (): Promise<void> => {
    for (const [at, item] of waiting) answers[at] = await call(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return answers
}

/** What those that run use now. Never rejects; who says nothing is left out. */
export const usesOf = async (
  engine: Pick<BoxEngine, 'use'>,
  containers: readonly Pick<OurContainer, 'id' | 'state'>[],
): Promise<Uses> => {
  const running = containers.filter(({ state }) => state === 'running')
  const uses = await eachOf(running, async ({ id }): Promise<readonly [string, BoxUse][]> => {
    const use = await engine.use(id)
    return use === undefined ? [] : [[id, use]]
  })
  return new Map(uses.flat())
}

const lookAtOne = async (
  engine: Pick<BoxEngine, 'inspect'>,
  container: OurContainer,
  holdingOf: (name: string) => Holding,
  uses: Uses,
): Promise<SandboxView | undefined> => {
  try {
    const inspection = await engine.inspect(container.id)
    return sandboxView(container, inspection, uses.get(container.id), holdingOf(container.name))
  } catch (error) {
    // It ended between the list and now.
    if (error instanceof ClawdbotError && error.code === 'sandbox_unknown') return undefined
    throw error
  }
}

export interface BoxWatch {
  /** Looks once more, after a look that is under way. Resolves when it has looked. */
  readonly refresh: () => Promise<void>
  readonly close: () => void
}

/** Milliseconds from one look to the next. */
const EVERY_MS = 5_000
const EVERY_MS_WHILE_NONE = 30_000

/** Looks from time to time, more often while there is something to see. `look` says whether there is, and never rejects. */
export const createBoxWatch = (look: () => Promise<'some' | 'none'>): BoxWatch => {
  let looking: Promise<void> | undefined
  let next: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  const begin = async (): Promise<void> => {
    clearTimeout(timer)
    const seen = await look()
    looking = undefined
    if (isClosed) return
    timer = setTimeout(() => void refresh(), seen === 'some' ? EVERY_MS : EVERY_MS_WHILE_NONE)
    timer.unref()
  }
  const refresh = (): Promise<void> => {
    if (isClosed) return Promise.resolve()
    if (looking === undefined) return (looking = begin())
    next ??= looking.then(() => {
      next = undefined
      return refresh()
    })
    return next
  }
  return {
    refresh,
    close: () => {
      isClosed = true
      clearTimeout(timer)
    },
  }
}
