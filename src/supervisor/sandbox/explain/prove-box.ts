// A session's sandbox as Docker has it: the one that runs, else one that is made, looked at and removed.
import type { DriftView } from '../../../shared/contracts/hands-views.ts'
import { ClawdbotError } from '../../../shared/domain/error.ts'
import { isLiving, type OurContainer } from '../../docker/our-containers.ts'
import { ownIdentity } from '../../processes/process-table.ts'
import { isLatched } from '../../stop/latch/latch.ts'
import { boxKey } from '../box-name.ts'
import { driftOf } from '../drift.ts'
import { type BoxEngine, createBoxEngine } from '../engine/box-engine.ts'
import {
  type BoxPlan,
  type BoxSettings,
  type BoxWanted,
  HOLDER_LABEL,
  planBox,
  SESSION_LABEL,
  STATE_LABEL,
  stateName,
} from '../plan-box.ts'
import type { ExplainOptions } from './read-rules.ts'
import { type WallView, wallsOf } from './what-docker-says.ts'

export interface BoxProof {
  /** `running`: one that this session uses now. `made`: one that was made for the look, never started, and removed. */
  readonly kind: 'running' | 'made'
  readonly name: string
  /** Docker's id. */
  readonly id: string
  readonly walls: readonly WallView[]
  /** Empty: it is as the config asks. */
  readonly drift: readonly DriftView[]
}

export interface ProofOptions extends ExplainOptions {
  readonly wanted: BoxWanted
  readonly settings: BoxSettings
}

/** When it was made, milliseconds since the epoch. */
export const CREATED_LABEL = 'clawdbot.createdAtMs'

/**
 * Compares what Docker says with what the config asks for. Nothing is started. Errors: `docker_unreachable`,
 * `sandbox_image`, `sandbox_refused`, `locked_down`.
 */
export const proveBox = async (options: ProofOptions): Promise<readonly BoxProof[]> => {
  const engine = createBoxEngine(options.env, 'process')
  try {
    const facts = await engine.facts()
    const plan = (holder: string, now: number): Promise<BoxPlan> =>
      planBox({ ...options, engine: facts, holder, now })
    const running = (await engine.list()).filter((container) => isOf(options, container))
    const proofs: BoxProof[] = []
    for (const container of running) {
      // Who made it and when is no difference; all else of its labels is.
      const { labels } = container
      const { container: asked } = await plan(labels[HOLDER_LABEL] ?? '', Number(labels[CREATED_LABEL]))
      proofs.push(await lookAt(engine, 'running', container.id, asked))
    }
    return proofs.length > 0 ? proofs : [await makeAndLook(engine, options, plan)]
  } finally {
    engine.close()
  }
}

/** A living one of this state directory, for this session. */
const isOf = ({ wanted, settings, paths }: ProofOptions, container: OurContainer): boolean =>
  isLiving(container) &&
  container.labels[STATE_LABEL] === stateName(paths) &&
  container.labels[SESSION_LABEL] === boxKey(settings.sandbox.scope, wanted.session, wanted.trust)

const makeAndLook = async (
  engine: BoxEngine,
  { paths, now }: ProofOptions,
  plan: (holder: string, now: number) => Promise<BoxPlan>,
): Promise<BoxProof> => {
  if (isLatched(paths)) {
    throw new ClawdbotError(
      'locked_down',
      'No sandbox is made during a lockdown, not even to look at it.',
      'Resume first: clawdbot resume --reason <text>',
    )
  }
  const { pid, start } = ownIdentity()
  const { name, container } = await plan(`${String(pid)}:${start}`, now())
  const id = await engine.create(name, container)
  try {
    return await lookAt(engine, 'made', id, container)
  } finally {
    await engine.remove(id)
  }
}

const lookAt = async (
  engine: BoxEngine,
  kind: BoxProof['kind'],
  id: string,
  asked: BoxPlan['container'],
): Promise<BoxProof> => {
  const found = await engine.inspect(id)
  const name = found.Name.replace(/^\//, '')
  return { kind, name, id, walls: wallsOf(found), drift: driftOf(asked, found) }
}
