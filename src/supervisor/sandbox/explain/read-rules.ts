import type { HandsRules } from '../../../shared/domain/hands.ts'
import { readReadOnly } from '../../../shared/state/read-only-switch.ts'
import type { StatePaths } from '../../../shared/state/state-dir.ts'
import { rulesOf } from '../../hands/rules.ts'
import { type OwnerSide, readOwnerSide } from '../../people/owner-side.ts'
import { errorOf } from '../../refusals.ts'

export interface ExplainOptions {
  readonly paths: StatePaths
  /** The folder that holds `docker/`. */
  readonly appRoot: string
  readonly env: NodeJS.ProcessEnv
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Who is let in, and what tools may do, by valid files. */
export interface OwnersRules {
  readonly owner: Extract<OwnerSide, { kind: 'valid' }>
  readonly rules: HandsRules
}

/**
 * The owner's files as they are on disk, so it is the same whether Clawdbot runs or not. Errors: why there is no valid
 * config.
 */
export const readRules = async ({ paths, env, now }: ExplainOptions): Promise<OwnersRules> => {
  const owner = await readOwnerSide(paths, env, now(), { config: false, providers: [] })
  if (owner.kind === 'broken') throw errorOf(owner.error)
  if (owner.kind === 'unread') throw new Error('the owner side was not read')
  // Only certain absence of the switch is off.
  const readOnly = owner.config.readOnlyMode || (await readReadOnly(paths)).kind !== 'off'
  return { owner, rules: rulesOf(owner.config, readOnly) }
}
