import { killWithoutEngine } from './container-processes.ts'
import type { EngineClient } from './engine-client.ts'
import { freezeThenKill, type Strike } from './freeze-then-kill.ts'
import type { OurContainer } from './our-containers.ts'
import type { StopLimits } from './stop-limits.ts'

/** A container that has to die. */
interface Target {
  /** As it was first seen. */
  readonly container: OurContainer
  /** Of the first try; undefined while that is under way. */
  readonly frozen: Strike['frozen'] | undefined
  /** Docker listed it or did something to it, or Linux showed processes of it. */
  readonly wasThere: boolean
  /** It was looked for and is not there. */
  readonly dead: boolean
}

export interface Targets {
  readonly all: () => readonly Target[]
  /** Freezes and kills these, unless that is under way already. */
  readonly strike: (containers: readonly OurContainer[]) => void
  /** Resolves when no strike is under way. */
  readonly settled: () => Promise<void>
  /** Docker said that these live and no others. */
  readonly listed: (living: readonly OurContainer[]) => void
  /** Kills without Docker what Linux shows of those that are not dead for certain. */
  readonly strikeWithoutEngine: () => void
  /** Was one seen alive after Docker had fallen silent? Then it may start that one again when it is back. */
  readonly killedWithoutEngine: () => boolean
}

interface Kept extends Target {
  frozen: Target['frozen']
  wasThere: boolean
  dead: boolean
  hadProcesses: boolean
  underWay: Promise<void> | null
}

/** The containers that a STOP is after. `onFrozen` is called once, with how many, when the first round is frozen. */
export const createTargets = (options: {
  readonly engine: EngineClient
  readonly limits: StopLimits
  readonly elapsed: () => number
  readonly onFrozen: (count: number) => void
}): Targets => {
  const { engine, limits, elapsed, onFrozen } = options
  const kept = new Map<string, Kept>()
  let toldFrozen = false

  const keep = (container: OurContainer): Kept => {
    const seen = kept.get(container.id)
    if (seen !== undefined) return seen
    const target: Kept = {
      container,
      frozen: undefined,
      wasThere: false,
      dead: false,
      hadProcesses: false,
      underWay: null,
    }
    kept.set(container.id, target)
    return target
  }

  const noteFrozen = (target: Kept, frozen: Strike['frozen']): void => {
    target.frozen ??= frozen
    const all = [...kept.values()]
    if (toldFrozen || all.some((one) => one.frozen === undefined || one.frozen === null)) return
    const count = all.filter((one) => typeof one.frozen === 'number').length
    if (count === 0) return
    toldFrozen = true
    onFrozen(count)
  }

  const strikeOne = async (target: Kept, container: OurContainer): Promise<void> => {
    const { wasThere } = await freezeThenKill(container, {
      engine,
      limits,
      elapsed,
      onFrozen: (frozen) => noteFrozen(target, frozen),
    })
    target.wasThere ||= wasThere
    target.underWay = null
  }

  return {
    all: () => [...kept.values()],
    strike: (containers) => {
      for (const container of containers) {
        const target = keep(container)
        target.underWay ??= strikeOne(target, container)
      }
    },
    settled: async () => {
      await Promise.all([...kept.values()].flatMap(({ underWay }) => underWay ?? []))
    },
    listed: (living) => {
      const ids = new Set(living.map(({ id }) => id))
      for (const container of living) keep(container).wasThere = true
      for (const target of kept.values()) target.dead = !ids.has(target.container.id)
    },
    strikeWithoutEngine: () => {
      const unsure = [...kept.values()].filter(({ dead }) => !dead)
      const found = killWithoutEngine(new Set(unsure.map(({ container }) => container.id)))
      for (const target of unsure) {
        const lives = found.has(target.container.id)
        // Not seen is proof only where it was seen before: an engine may have its containers out of our sight.
        target.dead = target.hadProcesses && !lives
        target.hadProcesses ||= lives
        target.wasThere ||= lives
      }
    },
    killedWithoutEngine: () => [...kept.values()].some(({ hadProcesses }) => hadProcesses),
  }
}
