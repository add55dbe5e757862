// The boxes in which the agent's commands run. Only here are containers made, looked at and ended.
import type { SandboxesView } from '../../shared/contracts/hands-views.ts'
import type { AuditEntry } from '../../shared/domain/audit.ts'
import { ClawdbotError, toErrorView } from '../../shared/domain/error.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { ownIdentity } from '../processes/process-table.ts'
import { isLatched } from '../stop/latch/latch.ts'
import type { Box, HeldBox } from './box.ts'
import { boxKey } from './box-name.ts'
import { createBoxEngine } from './engine/box-engine.ts'
import { createKnownFacts } from './engine/known-facts.ts'
import { configHash } from './hardening.ts'
import { createDiskGuard, lookAtDisks } from './keep/disk-guard.ts'
import { findBoxes, killBoxes } from './kill-boxes.ts'
import { type BoxPlan, type BoxSettings, type BoxWanted, planBox, writableOutside } from './plan-box.ts'
import { createPool, type Holder } from './pool.ts'
import { lockedDown, refused } from './refusals.ts'
import { refuseDrift } from './start-box.ts'
import { createUpkeep } from './upkeep.ts'

export type { BoxWanted } from './plan-box.ts'

export interface Sandboxes {
  /**
   * A running sandbox that Docker's inspection shows to be what was asked for, the same as long as it lives. Errors:
   * `sandbox_refused`, `sandbox_drift`, `sandbox_image`, `docker_unreachable`, `locked_down`.
   */
  readonly open: (wanted: BoxWanted) => Promise<Box>
  /** Starts one that will be needed soon, if not too many wait already. Never throws. */
  readonly warm: (wanted: BoxWanted) => void
  /** The config in force. Sandboxes that do not fit it any more are ended. */
  readonly adopt: (settings: BoxSettings) => void
  /** For STOP: from now on nothing begins, and what is beginning is given up. */
  readonly lock: () => void
  readonly unlock: () => void
  /** Resolves when all are gone. Never rejects. */
  readonly endAll: (why: string) => Promise<void>
  /** Looks at Docker now; resolves when the view says what was seen. Never rejects. */
  readonly refresh: () => Promise<void>
  /** By Docker's id, its name or its session; a sentence. Errors: `sandbox_unknown`, `docker_unreachable`. */
  readonly kill: (container: string) => Promise<string>
  /** What Docker says of it, as text. Errors as of `kill`. */
  readonly inspect: (container: string) => Promise<string>
  /** Ends all. Never rejects. */
  readonly close: () => Promise<void>
}

export interface SandboxesOptions {
  readonly paths: StatePaths
  readonly appRoot: string
  readonly env: NodeJS.ProcessEnv
  readonly now: () => number
  /** What this process knows of a lockdown; the latch itself is looked at besides. */
  readonly isLocked: () => boolean
  readonly note: (entry: AuditEntry) => void
  readonly onChange: (view: Pick<SandboxesView, 'containers' | 'checkedAt' | 'risks'>) => void
  readonly onError: (error: unknown) => void
}

export const createSandboxes = (options: SandboxesOptions): Sandboxes => {
  const { paths, appRoot, env, now } = options
  const engine = createBoxEngine(env)
  const facts = createKnownFacts(engine)
  const holder = nameOf(ownIdentity())
  let settings: BoxSettings | undefined
  let state: 'open' | 'locked' | 'closed' = 'open'
  let fullDisk: string | undefined

  const refuseLocked = (): void => {
    if (state === 'closed') throw refused('Clawdbot is ending')
    if (state === 'locked' || options.isLocked() || isLatched(paths)) throw lockedDown()
  }
  const mayBegin = (): void => {
    refuseLocked()
    if (fullDisk !== undefined) throw refused(fullDisk)
  }

  const pool = createPool({
    engine,
    now,
    mayBegin,
    givenUp: refused,
    onStart: (one, box) => {
      upkeep.started(one.plan.key)
      options.note(auditEntry('sandbox.start', one, box))
      void upkeep.refresh()
    },
    onEnd: (one, box, why) => {
      options.note(auditEntry('sandbox.end', one, box, why))
      if (pool.all().length === 0) disk.rest()
      void box.gone.then(upkeep.refresh)
    },
  })

  const endWhere = (whyOf: (one: Holder) => string | undefined): void => {
    for (const one of pool.all()) {
      const why = whyOf(one)
      if (why !== undefined) void one.end(why)
    }
  }

  const disk = createDiskGuard((why) => {
    fullDisk = why
    endWhere(() => why)
  })

  const upkeep = createUpkeep({ ...options, engine, facts, pool, holder, settings: () => settings })

  const plan = async (wanted: BoxWanted): Promise<BoxPlan> => {
    refuseLocked()
    if (settings === undefined) throw refused('the config has not been read yet')
    const planned = await planBox({
      wanted,
      settings,
      paths,
      appRoot,
      env,
      engine: await facts.ask(),
      holder,
      now: now(),
    })
    fullDisk = await lookAtDisks(foldersOf(planned.settings))
    mayBegin()
    return planned
  }

  const start = (wanted: BoxWanted, planned: BoxPlan, as: 'in use' | 'ahead'): Holder => {
    disk.watch(foldersOf(planned.settings))
    return pool.start(wanted, planned, as)
  }

  const open = async (wanted: BoxWanted): Promise<Box> => {
    const same = unchanged(wanted)
    if (same !== undefined) return reuse(same, wanted)
    const planned = await plan(wanted)
    // What was switched on while it was worked out, read-only mode above all, holds for it too.
    if (planned.settings !== settings) return open(wanted)
    const there = pool.get(planned.key)
    return there?.hash === configHash(planned.container)
      ? reuse(there, wanted)
      : start(wanted, planned, 'in use').box
  }

  /** One made for the same under the settings in force: what it should be need not be worked out again. */
  const unchanged = (wanted: BoxWanted): Holder | undefined => {
    refuseLocked()
    if (settings === undefined) return undefined
    const there = pool.get(boxKey(settings.sandbox.scope, wanted.session, wanted.trust))
    const isSame =
      there?.plan.settings === settings &&
      there.wanted.network === wanted.network &&
      there.wanted.trust === wanted.trust
    return isSame ? there : undefined
  }

  const reuse = async (there: Holder, wanted: BoxWanted): Promise<Box> => {
    there.take()
    const box = await there.box
    return (await isUsable(there, box)) ? box : open(wanted)
  }

  /** Docker is asked once more before a running one gets into use. Errors: `docker_unreachable`. */
  const isUsable = async (one: Holder, box: HeldBox): Promise<boolean> => {
    try {
      const found = await engine.inspect(box.container)
      refuseDrift(one.plan.container, found)
      if (found.State.Running && !found.State.Paused) return true
      await one.end('it does not run')
      return false
    } catch (error) {
      const code = error instanceof ClawdbotError ? error.code : 'internal'
      await one.end(code === 'sandbox_unknown' ? 'its container is gone' : toErrorView(error).message)
      // Another one is made, and looked at as this one was.
      if (code === 'sandbox_unknown' || code === 'sandbox_drift') return false
      throw error
    }
  }

  const warm = async (wanted: BoxWanted): Promise<void> => {
    const planned = await plan(wanted)
    if (planned.settings !== settings) return warm(wanted)
    const waiting = pool.all().filter((one) => one.held() === 'ahead').length
    if (waiting >= (settings?.sandbox.ahead ?? 0) || pool.get(planned.key) !== undefined) return
    await start(wanted, planned, 'ahead').box
  }

  /** Ends those that the config would make differently now. */
  const refit = async (one: Holder): Promise<void> => {
    try {
      const fits = await plan(one.wanted)
      // Then this one is looked at by the settings that came after these.
      if (fits.settings !== settings) return
      if (fits.key === one.plan.key && configHash(fits.container) === one.hash) return
    } catch {
      // What can not be made now does not go on either; who asks for it next is told why.
    }
    await one.end('the config has changed')
  }

  const endAll = async (why: string): Promise<void> => {
    await Promise.all(pool.all().map((one) => one.end(why)))
  }

  return {
    open,
    warm: (wanted) => {
      // Nobody waits for it, and the next call that does is told what was wrong.
      warm(wanted).catch(() => undefined)
    },
    adopt: (next) => {
      settings = next
      for (const one of pool.all()) {
        if (next.readOnly && writableOutside(one.plan.settings).length > 0)
          void one.end('read-only mode was switched on')
        else void refit(one)
      }
      void upkeep.refresh()
    },
    lock: () => {
      if (state === 'open') state = 'locked'
      pool.giveUpStarts(lockedDown())
    },
    unlock: () => {
      if (state === 'locked') state = 'open'
    },
    endAll,
    refresh: upkeep.refresh,
    kill: async (wanted) => {
      const found = await findBoxes(engine, wanted)
      await Promise.all(found.flatMap(({ name }) => pool.named(name)?.end('the owner killed it') ?? []))
      // Also those that were held: only Docker says that they are gone.
      await killBoxes(engine, found)
      void upkeep.refresh()
      return `Killed: ${found.map(({ name }) => visibleLine(name)).join(', ')}.`
    },
    inspect: async (wanted) => {
      const found = await findBoxes(engine, wanted)
      const texts = await Promise.all(found.map(({ id }) => engine.inspectText(id)))
      return JSON.stringify(
        texts.map((text): unknown => JSON.parse(text)),
        null,
        2,
      )
    },
    close: async () => {
      state = 'closed'
      upkeep.close()
      disk.rest()
      await endAll('Clawdbot is ending')
      engine.close()
    },
  }
}

/** Whose disks it can fill. */
const foldersOf = (settings: BoxSettings): readonly string[] => [
  settings.sandbox.workspaceRoot,
  ...writableOutside(settings),
]

const nameOf = ({ pid, start }: { readonly pid: number; readonly start: string }): string => `${pid}:${start}`

const auditEntry = (
  act: 'sandbox.start' | 'sandbox.end',
  { plan, hash }: Holder,
  box: HeldBox,
  why?: string,
): AuditEntry => ({
  act,
  actor: 'supervisor',
  session: plan.key,
  detail: {
    container: box.container.slice(0, 12),
    name: plan.name,
    config: hash,
    network: plan.container.HostConfig.NetworkMode,
    ...(why === undefined ? {} : { why: why.slice(0, 300) }),
  },
})
