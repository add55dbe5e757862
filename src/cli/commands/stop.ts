import { isProvenStopped, type StopResultView } from '../../shared/contracts/stop-views.ts'
import { type ErrorView, toErrorView } from '../../shared/domain/error.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'
import { loadConfig } from '../../shared/state/config/load.ts'
import { voidAll } from '../../shared/state/pairing-store.ts'
import { logFileAt, logFileOf } from '../../supervisor/logs/log-location.ts'
import { redactorOf } from '../../supervisor/logs/redactor-of.ts'
import type { StopEvidence } from '../../supervisor/stop/record-stop.ts'
import { stopEverything } from '../../supervisor/stop/stop-everything.ts'
import { nameOf } from '../../supervisor/stop/survivors.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { toSafeJson } from '../print-json.ts'

export interface StopCommandOptions {
  readonly reason?: string
  readonly json?: boolean
}

const MAX_REASON = 500

/** STOP: latch, kill, verify. It needs no app, and succeeds only when the latch is on disk and nothing is alive. */
export const stop = async (context: CliContext, options: StopCommandOptions): Promise<ExitCode> => {
  const { paths, env, now, print, warn } = context
  const reason = options.reason?.trim() ?? ''
  const { incident, ...result } = await stopEverything({
    paths,
    by: 'cli',
    reason: reason === '' ? 'stopped from the command line' : reason.slice(0, MAX_REASON),
    env,
    now,
    evidence: () => logOf(context),
  })
  const stopped = isProvenStopped(result)
  if (options.json === true) print(toSafeJson({ stopped, incident, ...result }))
  else if (stopped) {
    print(`Stopped: ${summary(result)} (${String(result.verifiedMs)} ms).`)
    print('Nothing starts until: clawdbot resume --reason <text>')
  }
  const complain = ({ message, hint }: ErrorView): void =>
    warn(`clawdbot: ${visibleLine(message)}\n  ${visibleLine(hint)}`)
  for (const survivor of result.survivors) warn(`clawdbot: still alive: ${visibleLine(nameOf(survivor))}`)
  for (const error of [result.latchError, result.containersError, result.recordError])
    if (error !== null) complain(error)
  if (!stopped) warn('clawdbot: not everything is proven to be stopped')
  // Codes from before the stop are worth nothing after it; that fails for stores that are closed anyway.
  await voidAll(paths).catch((error: unknown) => complain(toErrorView(error)))
  return stopped ? EXIT.ok : EXIT.refused
}

const summary = ({ killed, containers }: StopResultView): string =>
  [
    `${String(killed)} processes killed`,
    ...(containers.found > 0 ? [`${String(containers.dead)} containers dead`] : []),
    'nothing is left',
  ].join(', ')

/** Where the log is, and what must not be copied from it. A config that can not be read hides no log. */
const logOf = async ({ paths, env, home, now }: CliContext): Promise<StopEvidence> => {
  const config = await loadConfig(paths, env).catch(() => undefined)
  return {
    logFile: logFileAt(logFileOf(config?.logging.file ?? null, paths.root, home), now()),
    redact: redactorOf(config?.secrets ?? []),
  }
}
