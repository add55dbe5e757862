import manifest from '../../../package.json' with { type: 'json' }
import type { AppState } from '../../shared/contracts/app-state.ts'
import type { ErrorView } from '../../shared/domain/error.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'
import { createSupervisor, type Supervisor } from '../../supervisor/supervisor.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'

export interface GatewayOptions {
  readonly kept?: boolean
}

/**
 * The gateway of the app, supervised in the same way, without a window. It runs until a signal ends it, a lockdown
 * stops it or it can not go on. Says what happens; no pairing code is ever among it. `kept` is what the app starts when
 * it is quit and its gateway is to go on: the next app takes that one over.
 */
export const gateway = async (context: CliContext, options: GatewayOptions = {}): Promise<ExitCode> => {
  const { paths, appRoot, env, home, print } = context
  const supervisor = await createSupervisor({
    paths,
    appRoot,
    env,
    home,
    runsAs: options.kept === true ? 'kept' : 'cli',
    program: manifest.version,
    onOutput: (line) => print(visibleLine(line)),
  })
  try {
    const over = untilOver(supervisor, context)
    await supervisor.start()
    return await over
  } finally {
    await supervisor.close()
  }
}

const untilOver = (supervisor: Supervisor, context: CliContext): Promise<ExitCode> =>
  new Promise((resolve) => {
    // Once each: whoever presses Ctrl-C twice does not want to wait, and the gateway dies with its supervisor.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => resolve(EXIT.ok))
    let before = supervisor.snapshot().state
    supervisor.subscribe(({ changed }) => {
      const now = { ...before, ...changed }
      tell(before, now, context)
      before = now
      // A gateway that finds the latch by itself may be quicker than our own look at it.
      const locked = now.gateway.phase === 'locked' || now.gateway.error?.code === 'locked_down'
      if (locked) resolve(EXIT.lockedDown)
      else if (now.gateway.phase === 'failed') resolve(EXIT.refused)
    })
  })

const tell = (before: AppState, now: AppState, { print, warn }: CliContext): void => {
  const complain = ({ message, hint }: ErrorView): void =>
    warn(visibleLine(`clawdbot: ${message}`) + `\n  ${visibleLine(hint)}`)
  const { phase, pid, error } = now.gateway
  if (phase !== before.gateway.phase) {
    print(`gateway ${phase}${pid === null ? '' : `, process ${String(pid)}`}`)
    if (error !== null) complain(error)
    if (phase === 'failed') for (const line of now.gateway.lastOutput) warn(`  | ${visibleLine(line)}`)
    if (phase === 'locked') warn('clawdbot: locked down\n  Resume with: clawdbot resume --reason <text>')
  }
  for (const { provider, state, detail } of now.providers) {
    if (before.providers.find((known) => known.provider === provider)?.state === state) continue
    print(visibleLine(`${provider} ${state}${detail === '' ? '' : `: ${detail}`}`))
  }
  for (const { provider, id } of now.requests) {
    if (before.requests.some((known) => known.provider === provider && known.id === id)) continue
    print(`${provider} ${id} waits to be let in: clawdbot pairing list --provider ${provider}`)
  }
  for (const problem of now.problems) {
    if (!before.problems.some(({ file }) => file === problem.file)) complain(problem.error)
  }
}
