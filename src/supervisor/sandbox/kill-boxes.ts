import { ClawdbotError } from '../../shared/domain/error.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'
import type { OurContainer } from '../docker/our-containers.ts'
import { type BoxEngine, unknownBox } from './engine/box-engine.ts'
import { SESSION_LABEL } from './plan-box.ts'

/** Fewer characters of an id could be a name as well. */
const MIN_ID = 4

/**
 * Those of our containers that have this name, this session, or an id that begins so. Nobody else's is ever among them.
 * Errors: `sandbox_unknown`; `docker_unreachable`.
 */
export const findBoxes = async (
  engine: Pick<BoxEngine, 'list'>,
  named: string,
): Promise<readonly OurContainer[]> => {
  const all = await engine.list()
  const exact = all.filter(({ name, labels }) => name === named || labels[SESSION_LABEL] === named)
  if (exact.length > 0) return exact
  const byId = named.length < MIN_ID ? [] : all.filter(({ id }) => id.startsWith(named))
  if (byId.length === 0) throw unknownBox(named)
  if (byId.length > 1) {
    throw new ClawdbotError(
      'sandbox_unknown',
      `The ids of ${String(byId.length)} sandboxes begin with ${visibleLine(named)}.`,
      'Give more of it, or the name: clawdbot sandbox list',
    )
  }
  return byId
}

/** Kills these with all that runs in them, at once. Error: `docker_unreachable` naming those that may still live. */
export const killBoxes = async (
  engine: Pick<BoxEngine, 'remove'>,
  boxes: readonly OurContainer[],
): Promise<void> => {
  const ends = await Promise.all(boxes.map(async (box) => ({ box, end: await engine.remove(box.id) })))
  const unsure = ends.filter(({ end }) => end === 'unknown').map(({ box }) => visibleLine(box.name))
  if (unsure.length === 0) return
  throw new ClawdbotError(
    'docker_unreachable',
    `Docker did not say that it killed ${unsure.join(', ')}.`,
    'To end everything for certain: clawdbot stop',
  )
}
