import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AnthropicServer } from '../servers/anthropic/server.ts'
import { TelegramServer } from '../servers/telegram/server.ts'

/** The owner of every scenario, a stranger, and a second one. */
export const OWNER = { id: 811204553, first_name: 'Olga' } as const
export const ANA = { id: 5028834417, first_name: 'Ana', last_name: 'Lima', username: 'ana' } as const
export const PETER = { id: 6990012345, first_name: 'Peter' } as const

export interface Scenario {
  readonly stateDir: string
  readonly telegram: TelegramServer
  readonly anthropic: AnthropicServer
  /** What the app or the cli runs with, on top of the environment. */
  readonly env: Readonly<Record<string, string>>
  readonly file: (...parts: readonly string[]) => string
  readonly readJson: (...parts: readonly string[]) => Promise<unknown>
  readonly writeConfig: (change: Readonly<Record<string, unknown>>) => Promise<void>
  /** Stops the servers, proves that nothing asked them for what no client should, and cleans up. */
  readonly end: () => Promise<void>
}

/** A state directory with a config, and the servers it points to. Everything is on loopback. */
export const createScenario = async (change: Readonly<Record<string, unknown>> = {}): Promise<Scenario> => {
  const stateDir = await mkdtemp(join(tmpdir(), 'clawdbot-e2e-'))
  const telegram = await new TelegramServer().start()
  const anthropic = await new AnthropicServer().start()
  const file = (...parts: readonly string[]): string => join(stateDir, ...parts)
  const base = {
    owner: { telegram: String(OWNER.id) },
    telegram: { botToken: telegram.token, dmPolicy: 'pairing' },
    agent: { model: 'anthropic/claude-test' },
    models: { anthropic: { apiKey: anthropic.apiKey } },
    logging: { file: file('log', 'clawdbot.log'), level: 'debug' },
  }
  const writeConfig = async (changed: Readonly<Record<string, unknown>>): Promise<void> =>
    writeFile(file('clawdbot.json'), JSON.stringify({ ...base, ...changed }, null, 2), { mode: 0o600 })
  await writeConfig(change)
  return {
    stateDir,
    telegram,
    anthropic,
    file,
    writeConfig,
    readJson: async (...parts) => JSON.parse(await readFile(file(...parts), 'utf8')),
    env: {
      CLAWDBOT_STATE_DIR: stateDir,
      CLAWDBOT_TEST: '1',
      // The engine of the tests, and on it only what a test marks as this scenario's: never the tester's own.
      DOCKER_HOST: process.env['DOCKER_HOST'] ?? 'unix:///nonexistent/docker.sock',
      CLAWDBOT_TEST_SANDBOX_LABEL: `clawdbot.sandbox.test-${randomBytes(6).toString('hex')}=1`,
      CLAWDBOT_TEST_TELEGRAM_API_ROOT: telegram.url,
      CLAWDBOT_TEST_MODEL_BASE_URL: anthropic.baseUrl,
    },
    end: async () => {
      await Promise.all([telegram.stop(), anthropic.stop()])
      await rm(stateDir, { recursive: true, force: true })
      const violations = [...telegram.violations, ...anthropic.violations]
      if (violations.length > 0)
        throw new Error(`requests that no client of ours should make:\n${violations.join('\n')}`)
    },
  }
}
