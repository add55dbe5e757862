import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../shared/state/config/load.ts'
import { type Config, SECRET_KINDS } from '../../shared/state/config/schema.ts'
import { tempState } from '../../shared/state/testing/temp-state.ts'
import { reachableSecrets } from './reachable-secrets.ts'

const TOKEN = '123456789:AAE-test_token'

const load = async (file: object, env: NodeJS.ProcessEnv = {}): Promise<Config> => {
  const paths = await tempState()
  await writeFile(paths.config, JSON.stringify(file))
  await writeFile(join(paths.root, 'bot'), TOKEN)
  return loadConfig(paths, env)
}

const where = async (file: object, env: NodeJS.ProcessEnv = {}): Promise<readonly string[]> =>
  reachableSecrets(await load(file, env), env).map(({ name, where: place }) => `${name}: ${place}`)

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
/** Few values, so that one is often set in two places. */
const key = fc.constantFrom('key-one', 'key-two', 'key-three')

describe('the secrets to replace after an incident', () => {
  it('are every secret that the config brings into use, each exactly once, and never a value', async () => {
    const anyFile = fc.record({
      telegram: maybe(fc.constantFrom({ botToken: TOKEN }, { tokenFile: 'bot' }, {})),
      agent: fc.record({
        model: fc.constantFrom('offline/obedient', 'anthropic/a', 'openai/b', 'openai-compatible/c'),
      }),
      models: fc.record({
        anthropic: maybe(fc.record({ apiKey: maybe(key) })),
        openai: maybe(fc.record({ apiKey: maybe(key) })),
        'openai-compatible': fc.record({ baseUrl: fc.constant('http://127.0.0.1:1/v1'), apiKey: maybe(key) }),
      }),
    })
    const anyEnv = fc.record({
      TELEGRAM_BOT_TOKEN: maybe(fc.constant(`${TOKEN}-of-environment`)),
      ANTHROPIC_API_KEY: fc.constantFrom('key-one', 'key-four'),
      OPENAI_API_KEY: fc.constantFrom('key-two', 'key-five'),
    })
    await fc.assert(
      fc.asyncProperty(anyFile, anyEnv, async (file, env) => {
        const config = await load(file, env)
        const listed = reachableSecrets(config, env)
        expect(listed).toHaveLength(config.secrets.length)
        const used = [config.telegramToken, config.model.apiKey].filter((value) => typeof value === 'string')
        for (const value of used) expect(config.secrets).toContain(value)
        for (const value of config.secrets) {
          expect(JSON.stringify(listed)).not.toContain(value)
          const places = config.secretPlaces.filter((place) => place.value === value)
          const entry = listed.filter((secret) => places.every((place) => secret.where.includes(place.where)))
          expect(entry).toHaveLength(1)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('say where each is set, whatever set it', async () => {
    expect(await where({ telegram: { botToken: TOKEN } })).toEqual([
      'Telegram bot token: telegram.botToken in clawdbot.json',
    ])
    expect(await where({ telegram: { tokenFile: 'bot' } })).toEqual([
      'Telegram bot token: the file that telegram.tokenFile in clawdbot.json names',
    ])
    expect(
      await where(
        { agent: { model: 'openai/x' } },
        { TELEGRAM_BOT_TOKEN: TOKEN, OPENAI_API_KEY: 'k-123456' },
      ),
    ).toEqual([
      'Telegram bot token: the environment variable TELEGRAM_BOT_TOKEN',
      'OpenAI API key: the environment variable OPENAI_API_KEY',
    ])
    // A key in the environment that no chosen model asks for is not read, so it can not get out.
    expect(await where({}, { OPENAI_API_KEY: 'k-123456' })).toEqual([])
  })

  it('are all that there may be where the config can not be read', () => {
    const listed = reachableSecrets(null, { ANTHROPIC_API_KEY: 'k-123456' })
    expect(listed).toHaveLength(SECRET_KINDS.length)
    expect(listed.map((secret) => secret.where).join('\n')).toContain(
      'the environment variable ANTHROPIC_API_KEY, or clawdbot.json',
    )
    expect(JSON.stringify(listed)).not.toContain('k-123456')
  })
})
