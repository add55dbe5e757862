// The sandboxes that this supervisor holds, one a key. Who asks at once for the same gets the same.
import type { ClawdbotError } from '../../shared/domain/error.ts'
import type { HeldBox } from './box.ts'
import type { BoxEngine } from './engine/box-engine.ts'
import { configHash } from './hardening.ts'
import type { BoxPlan, BoxWanted } from './plan-box.ts'
import { startBox } from './start-box.ts'

export interface Holder {
  readonly wanted: BoxWanted
  readonly plan: BoxPlan
  readonly hash: string
  /** Rejects where it could not be started. */
  readonly box: Promise<HeldBox>
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly held: () => 'in use' | 'ahead'
  readonly lastUsedAt: () => number
  /** From now on it is somebody's. */
  readonly take: () => void
  /** Ends it, or gives up its start; resolves when it is gone. Never rejects. */
  readonly end: (why: string) => Promise<void>
}

export interface Pool {
  readonly all: () => readonly Holder[]
  readonly get: (key: string) => Holder | undefined
  /** By the container's name, also while it is going. */
  readonly named: (name: string) => Holder | undefined
  /** Starts it in the place of the one that has this key now, which is ended first. */
  readonly start: (wanted: BoxWanted, plan: BoxPlan, as: 'in use' | 'ahead') => Holder
  /** Every start that is under way ends with this error. Those that run go on. */
  readonly giveUpStarts: (error: ClawdbotError) => void
}

export interface PoolOptions {
  readonly engine: BoxEngine
  readonly now: () => number
  /** Throws where nothing may begin. */
  readonly mayBegin: () => void
  readonly givenUp: (why: string) => ClawdbotError
  /** It runs, or ended; `why` completes “The sandbox ended: …”. */
  readonly onStart: (holder: Holder, box: HeldBox) => void
  readonly onEnd: (holder: Holder, box: HeldBox, why: string) => void
}

export const createPool = (options: PoolOptions): Pool => {
  const { engine, now, mayBegin, givenUp, onStart, onEnd } = options
  const holders = new Map<string, Holder>()
  const names = new Map<string, Holder>()
  const starts = new Set<AbortController>()

  const begin = (wanted: BoxWanted, plan: BoxPlan, as: 'in use' | 'ahead', after: Promise<void>): Holder => {
    const giveUp = new AbortController()
    const startedAt = now()
    let held = as
    let lastUsedAt = startedAt

    const start = async (): Promise<HeldBox> => {
      starts.add(giveUp)
      try {
        await after
        return await startBox({
          engine,
          key: plan.key,
          name: plan.name,
          wanted: plan.container,
          signal: giveUp.signal,
          mayBegin: () => {
            mayBegin()
            giveUp.signal.throwIfAborted()
          },
          onUse: () => (lastUsedAt = now()),
        })
      } finally {
        starts.delete(giveUp)
      }
    }
    const forget = (): void => {
      if (holders.get(plan.key) === holder) holders.delete(plan.key)
    }
    const holder: Holder = {
      wanted,
      plan,
      hash: configHash(plan.container),
      box: start(),
      startedAt,
      held: () => held,
      lastUsedAt: () => lastUsedAt,
      take: () => {
        held = 'in use'
        lastUsedAt = now()
      },
      end: async (why) => {
        forget()
        giveUp.abort(givenUp(why))
        try {
          const box = await holder.box
          box.kill(why)
          await box.gone
        } catch {
          // It never ran, and nothing of it is left; who asked for it heard why.
        }
      },
    }
    void follow(holder, forget)
    return holder
  }

  const follow = async (holder: Holder, forget: () => void): Promise<void> => {
    try {
      const box = await holder.box
      onStart(holder, box)
      const why = await box.ended
      forget()
      onEnd(holder, box, why)
      await box.gone
    } catch {
      // Whoever asked for it is told. One that was started ahead has nobody to tell, and is tried again when asked for.
      forget()
    }
    names.delete(holder.plan.name)
  }

  return {
    all: () => [...holders.values()],
    get: (key) => holders.get(key),
    named: (name) => names.get(name),
    start: (wanted, plan, as) => {
      const before = holders.get(plan.key)
      const gone = before?.end('its settings, or what its user may do, have changed') ?? Promise.resolve()
      const holder = begin(wanted, plan, as, gone)
      holders.set(plan.key, holder)
      names.set(plan.name, holder)
      return holder
    },
    giveUpStarts: (error) => {
      for (const start of starts) start.abort(error)
    },
  }
}
