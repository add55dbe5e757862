import { toErrorView } from '../../shared/domain/error.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'
import { voidAll } from '../../shared/state/pairing-store.ts'
import { stopEverything } from '../../supervisor/stop/stop-everything.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { toSafeJson } from '../print-json.ts'

export interface StopCommandOptions {
  readonly reason?: string
  readonly json?: boolean
}

/** STOP: latch, kill, verify. It needs no app, and succeeds only when the latch is on disk and nothing is alive. */
export const stop = async (context: CliContext, options: StopCommandOptions): Promise<ExitCode> => {
  const { paths, now, print, warn } = context
  const reason = options.reason?.trim() ?? ''
  const result = await stopEverything({
    paths,
    by: 'cli',
    reason: reason === '' ? 'stopped from the command line' : reason,
    now,
  })
  const { latchError, survivors, killed, verifiedMs } = result
  const stopped = latchError === null && survivors.length === 0
  if (options.json === true) print(toSafeJson({ stopped, ...result }))
  else {
    if (stopped)
      print(`Stopped: ${String(killed)} processes killed, nothing is left (${String(verifiedMs)} ms).`)
    if (stopped) print('Nothing starts until: clawdbot resume --reason <text>')
  }
  for (const { pid, command } of survivors)
    warn(`clawdbot: still alive: ${String(pid)} ${visibleLine(command)}`)
  if (latchError !== null) warn(`clawdbot: ${latchError.message}\n  ${latchError.hint}`)
  // Codes from before the stop are worth nothing after it; that fails for stores that are closed anyway.
  await voidAll(paths).catch((error: unknown) => warn(`clawdbot: ${toErrorView(error).message}`))
  return stopped ? EXIT.ok : EXIT.refused
}
