// The owner's hand: it keeps one gateway running as the owner's files say, and stops it when the owner says so.
// No Electron in it; the app and the cli use the same one.
import { prepareStateDir } from '../shared/state/state-dir.ts'
import type { Supervisor, SupervisorOptions } from './api.ts'
import { assemble } from './assemble.ts'
import { refuseDebugger } from './processes/no-debugger.ts'
import { orphanLives } from './refusals.ts'
import { killOrphans } from './run/orphans.ts'
import { claimStateDir } from './run/run-file.ts'
import { takeOverKept } from './run/take-over.ts'

export type { Supervisor, SupervisorOptions } from './api.ts'

/**
 * Becomes the one supervisor of the state directory, and starts nothing yet. An app ends what an earlier one left
 * running when it was quit.
 * Errors: `already_running`, `state_not_writable`, `disk_full`, `store_busy`.
 */
export const createSupervisor = async (options: SupervisorOptions): Promise<Supervisor> => {
  refuseDebugger()
  await prepareStateDir(options.paths)
  const { paths, now = Date.now, runsAs: kind = 'cli', program = '' } = options
  if (kind === 'app') await takeOverKept(paths)
  const claim = await claimStateDir(paths, now(), { kind, program })
  try {
    const { survivors } = await killOrphans(options.paths, claim.previous)
    // A second gateway beside it would answer everything twice.
    if (survivors.length > 0) throw orphanLives(survivors)
    return await assemble(options, claim)
  } catch (error) {
    await claim.release()
    throw error
  }
}
