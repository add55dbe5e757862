import type { SandboxView } from '../../shared/contracts/app-state.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import type { OurContainer } from '../docker/our-containers.ts'
import type { BoxEngine } from './engine/box-engine.ts'
import { type Holding, sandboxView } from './view.ts'

export interface Seen {
  readonly containers: readonly OurContainer[]
  /** Of those that were still there when they were inspected; oldest first. */
  readonly views: readonly SandboxView[]
}

/** How many containers Docker is asked about at the same time. */
const AT_ONCE = 8

/** Asks Docker about every container with our label. Errors: `docker_unreachable`. */
export const lookAtBoxes = async (
  engine: BoxEngine,
  holdingOf: (name: string) => Holding,
): Promise<Seen> => {
  const containers = await engine.list()
  const views: (SandboxView | undefined)[] = []
  const waiting = containers.entries()
  const work = async (): Promise<void> => {
    for (const [at, container] of waiting) views[at] = await lookAtOne(engine, container, holdingOf)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  const found = views.filter((view) => view !== undefined)
  return { containers, views: found.toSorted((one, other) => one.createdAt - other.createdAt) }
}

const lookAtOne = async (
  engine: BoxEngine,
  container: OurContainer,
  holdingOf: (name: string) => Holding,
): Promise<SandboxView | undefined> => {
  try {
    const [inspection, use] = await Promise.all([
      engine.inspect(container.id),
      container.state === 'running' ? engine.use(container.id) : undefined,
    ])
    return sandboxView(container, inspection, use, holdingOf(container.name))
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
