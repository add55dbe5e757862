// Test support: the real gateway as a process under Node's permission model, as the supervisor launches it.
import { type ChildProcess, fork } from 'node:child_process'
import { mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { fromGateway, type ToGateway } from '../../shared/contracts/gateway.ts'
import type { ProviderTold, StartMessage } from '../../shared/contracts/gateway-told.ts'
import { StandInSupervisor, startMessage } from './stand-in-supervisor.ts'

const ROOT = realpathSync(join(import.meta.dirname, '..', '..', '..'))

export interface GatewayProcess {
  readonly supervisor: StandInSupervisor
  readonly child: ChildProcess
  /** Resolves when the process is gone. */
  readonly gone: Promise<{ readonly code: number | null; readonly signal: string | null }>
  /** What it has printed. */
  output(): string
  tell(message: ToGateway): void
  stop(): Promise<void>
}

/** Starts the gateway on a state directory. It reads its code and its own folders, and writes its own folders. */
export const startGateway = (
  stateDir: string,
  people: readonly ProviderTold[],
  start: Partial<StartMessage> = {},
  env: Readonly<Record<string, string>> = {},
  grants: readonly string[] = [],
): GatewayProcess => {
  const own = [join(stateDir, 'gateway'), join(stateDir, 'sessions')]
  for (const folder of own) mkdirSync(folder, { recursive: true, mode: 0o700 })
  const log = join(stateDir, 'gateway.log')
  const child = fork(join(ROOT, 'src/gateway/main.ts'), [], {
    execArgv: [
      '--permission',
      '--allow-net',
      ...grants,
      ...[`${ROOT}/*`, ...own, log, join(stateDir, 'lockdown.json')].map((path) => `--allow-fs-read=${path}`),
      ...[...own, log].map((path) => `--allow-fs-write=${path}`),
    ],
    env: { CLAWDBOT_TEST: '1', CLAWDBOT_RUN_ID: 'test-run', ...env },
    // The fifth is the streams to the sandboxes.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
  })
  let output = ''
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const tell = (message: ToGateway): void => {
    // A gateway that has just died is no error here: the test waits for its end.
    if (child.connected) child.send(message, () => undefined)
  }
  const supervisor = new StandInSupervisor(people, tell)
  child.on('message', (raw) => supervisor.hear(fromGateway.parse(raw)))
  const gone = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('exit', (code, signal) => {
      resolve({ code, signal })
      supervisor.changed()
    }),
  )
  tell(startMessage(stateDir, supervisor.told, start))
  return {
    supervisor,
    child,
    gone,
    output: () => output,
    tell,
    stop: async () => {
      tell({ type: 'stop' })
      await gone
    },
  }
}
