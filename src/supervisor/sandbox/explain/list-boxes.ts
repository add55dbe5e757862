// Every sandbox on this machine as somebody sees it who holds none: from Docker's inspection and the config on disk.
import type { DriftView, SandboxView } from '../../../shared/contracts/hands-views.ts'
import { ClawdbotError, type ErrorView, toErrorView } from '../../../shared/domain/error.ts'
import { rightsOf } from '../../../shared/domain/hands.ts'
import { MAIN_SESSION } from '../../../shared/domain/session.ts'
import type { OurContainer } from '../../docker/our-containers.ts'
import { askerOf } from '../../hands/asker.ts'
import { providerOf } from '../../people/owner-side.ts'
import { isSameProcess } from '../../processes/process-table.ts'
import { type BoxEngine, createBoxEngine } from '../engine/box-engine.ts'
import type { EngineFacts } from '../engine/engine-facts.ts'
import {
  type BoxWanted,
  boxSettings,
  HOLDER_LABEL,
  planBox,
  SESSION_LABEL,
  STATE_LABEL,
  stateName,
} from '../plan-box.ts'
import { sandboxView } from '../view.ts'
import type { WantedContainer } from '../wanted-container.ts'
import { CREATED_LABEL } from './prove-box.ts'
import { type ExplainOptions, type OwnersRules, readRules } from './read-rules.ts'

/** A sandbox, and the process of the Clawdbot that holds it; null where that is gone, or another's. */
export type ListedBox = Omit<SandboxView, 'held'> & { readonly holder: number | null }

/** Compared with the config on disk where it is held; without a valid one that is its drift. Errors: `docker_unreachable`. */
export const listBoxes = async (options: ExplainOptions): Promise<readonly ListedBox[]> => {
  const engine = createBoxEngine(options.env, 'process')
  try {
    const containers = await engine.list()
    if (containers.length === 0) return []
    const owners = await readRules(options).catch(toErrorView)
    const world = { ...options, owners, engine, facts: await engine.facts() }
    const boxes: ListedBox[] = []
    for (const container of containers) boxes.push(...(await lookAt(container, world)))
    return boxes
  } finally {
    engine.close()
  }
}

interface World extends ExplainOptions {
  readonly engine: BoxEngine
  readonly facts: EngineFacts
  readonly owners: OwnersRules | ErrorView
}

const lookAt = async (container: OurContainer, world: World): Promise<readonly ListedBox[]> => {
  const { engine, paths } = world
  try {
    const inspection = await engine.inspect(container.id)
    const use = await engine.use(container.id)
    const holder = container.labels[STATE_LABEL] === stateName(paths) ? holderOf(container) : null
    const wanted = holder === null ? undefined : await askedFor(container, world)
    const holding =
      wanted !== undefined && 'Image' in wanted ? ({ held: 'in use', wanted } as const) : undefined
    const { held: _, ...view } = sandboxView(container, inspection, use, holding)
    const drift = wanted !== undefined && 'what' in wanted ? [wanted] : view.drift
    return [{ ...view, drift, holder }]
  } catch (error) {
    // It has ended since it was listed.
    if (error instanceof ClawdbotError && error.code === 'sandbox_unknown') return []
    throw error
  }
}

/** The process id of the supervisor that made it, if that lives. */
const holderOf = ({ labels }: OurContainer): number | null => {
  const [, pid, start] = /^([0-9]{1,10}):(.*)$/.exec(labels[HOLDER_LABEL] ?? '') ?? []
  return pid !== undefined && start !== undefined && isSameProcess(Number(pid), start) ? Number(pid) : null
}

/** What the config asks of it now, or that it does not ask for it at all. */
const askedFor = async (container: OurContainer, world: World): Promise<WantedContainer | DriftView> => {
  const { owners, facts } = world
  if ('code' in owners) return unusable(owners.message)
  const { owner, rules } = owners
  const { labels } = container
  const wanted = wantedBy(labels[SESSION_LABEL] ?? '', owners)
  if (wanted === undefined) return UNASKED
  try {
    const plan = await planBox({
      ...world,
      wanted,
      settings: boxSettings(owner.config, rules.readOnly),
      engine: facts,
      holder: labels[HOLDER_LABEL] ?? '',
      now: Number(labels[CREATED_LABEL]),
    })
    return plan.container
  } catch (error) {
    return unusable(toErrorView(error).message)
  }
}

const unusable = (why: string): DriftView => ({ what: 'config', wanted: why, found: 'a sandbox' })

const UNASKED: DriftView = { what: 'session', wanted: 'somebody who is let in', found: 'nobody' }

/** With a wider scope the key names no session, and any of that trust is as good. */
const wantedBy = (key: string, { owner, rules }: OwnersRules): BoxWanted | undefined => {
  const shared = /^shared:(owner|friend)$/.exec(key)?.[1]
  if (shared === 'owner' || shared === 'friend') {
    return { session: MAIN_SESSION, trust: shared, network: shared === 'owner' }
  }
  const asker = askerOf(key, (provider) => providerOf(owner, provider))
  if (asker === undefined) return undefined
  return { session: asker.session, trust: asker.trust, network: rightsOf(asker, rules).network }
}
