import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { TelegramServer } from '../../e2e/servers/telegram/server.ts'
import type { AppState } from '../../src/shared/contracts/app-state.ts'
import { resolveStatePaths } from '../../src/shared/state/state-dir.ts'
import { createSupervisor, type Supervisor } from '../../src/supervisor/supervisor.ts'

export interface Workbench {
  readonly telegram: TelegramServer
  readonly supervisor: Supervisor
  /** Resolves when the state is as wanted. */
  readonly until: (wanted: (state: AppState) => boolean) => Promise<AppState>
  readonly end: () => Promise<void>
}

export interface WorkbenchOptions {
  /** Keys of the config, beside those that every workbench has. */
  readonly config?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
}

/** A supervisor with the real gateway, Telegram enabled against the local server, the offline model. Not started. */
export const openWorkbench = async (more: WorkbenchOptions = {}): Promise<Workbench> => {
  const stateDir = await mkdtemp(join(tmpdir(), 'clawdbot-bench-'))
  const telegram = await new TelegramServer().start()
  const env = {
    ...process.env,
    CLAWDBOT_STATE_DIR: stateDir,
    CLAWDBOT_TEST: '1',
    CLAWDBOT_TEST_TELEGRAM_API_ROOT: telegram.url,
    ...more.env,
  }
  const config = {
    owner: { telegram: '811204553' },
    telegram: { botToken: telegram.token },
    logging: { file: join(stateDir, 'log', 'clawdbot.log') },
    ...more.config,
  }
  await writeFile(join(stateDir, 'clawdbot.json'), JSON.stringify(config), { mode: 0o600 })
  const supervisor = await createSupervisor({
    paths: resolveStatePaths(env, homedir()),
    appRoot: join(import.meta.dirname, '..', '..'),
    env,
    home: homedir(),
  })
  return {
    telegram,
    supervisor,
    until: (wanted) =>
      new Promise((resolve) => {
        const check = (): void => {
          const { state } = supervisor.snapshot()
          if (!wanted(state)) return
          stop()
          resolve(state)
        }
        const stop = supervisor.subscribe(check)
        check()
      }),
    end: async () => {
      await supervisor.close()
      await telegram.stop()
      await rm(stateDir, { recursive: true, force: true })
    },
  }
}

/** Resident memory of a process now, in bytes. Linux only. */
export const residentBytes = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const kb = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  if (kb === undefined) throw new Error(`no VmRSS for process ${pid}`)
  return Number(kb) * 1024
}

export const pidOf = (state: AppState): number => {
  if (state.gateway.pid === null) throw new Error('the gateway has no process')
  return state.gateway.pid
}
