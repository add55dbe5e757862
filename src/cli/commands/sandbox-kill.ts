import { visibleLine } from '../../shared/domain/visible-text.ts'
import type { OurContainer } from '../../supervisor/docker/our-containers.ts'
import { createBoxEngine } from '../../supervisor/sandbox/engine/box-engine.ts'
import { findBoxes, killBoxes } from '../../supervisor/sandbox/kill-boxes.ts'
import type { CliContext } from '../context.ts'
import { UsageError } from '../exit.ts'
import { inAudit } from '../in-audit.ts'

export interface SandboxKillOptions {
  readonly all?: boolean
}

/** Ends sandboxes with all that runs in them. A session that goes on gets a new one. */
export const sandboxKill = async (
  context: CliContext,
  named: string | undefined,
  options: SandboxKillOptions,
): Promise<void> => {
  if ((named === undefined) !== (options.all === true)) {
    throw new UsageError(
      'which sandbox?',
      'Give its name, session or id, or --all. See: clawdbot sandbox list',
    )
  }
  const engine = createBoxEngine(context.env, 'process')
  try {
    const boxes = named === undefined ? await engine.list() : await findBoxes(engine, named)
    if (boxes.length > 0) await inAudit(context, 'restricts', entryOf(boxes), () => killBoxes(engine, boxes))
    context.print(
      boxes.length === 0
        ? 'There is no sandbox.'
        : `Killed: ${boxes.map(({ name }) => visibleLine(name)).join(', ')}`,
    )
  } finally {
    engine.close()
  }
}

const entryOf = (boxes: readonly OurContainer[]) =>
  ({
    act: 'sandbox.kill',
    detail: { count: boxes.length, containers: boxes.map(({ name }) => name).join(' ') },
  }) as const
