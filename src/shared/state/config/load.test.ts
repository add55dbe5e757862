import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { load, pathsOf, refusal } from '../testing/config-text.ts'
import { loadConfig } from './load.ts'

const TOKEN = '123456789:AAE-test_token'

/** What the tools may touch where the config says nothing of them: hands.test.ts has it in full. */
const HANDS = {
  workspace: expect.stringMatching(/\/workspace$/),
  sandbox: expect.objectContaining({ mode: 'non-main' }),
  elevated: { enabled: false, approve: 'always', allowFrom: {} },
  allowTo: undefined,
  readOnlyMode: false,
}

describe('without a config', () => {
  it('everything has its default: pairing, the simulator, and the offline model', async () => {
    expect(await load()).toEqual({
      exists: false,
      owner: { simulator: ['owner'] },
      providers: {
        telegram: { enabled: false, dmPolicy: 'pairing', everyone: false, silent: false, allowFrom: [] },
        whatsapp: { enabled: true, dmPolicy: 'pairing', everyone: false, silent: false, allowFrom: [] },
        simulator: {
          enabled: true,
          dmPolicy: 'pairing',
          everyone: false,
          silent: false,
          allowFrom: ['friend'],
        },
      },
      telegramToken: null,
      whatsapp: { selfChatMode: undefined, groups: {} },
      model: { name: 'offline/obedient', timeoutSeconds: 120 },
      ...HANDS,
      stoppers: {},
      onQuit: 'stop',
      logging: { level: 'info', file: null },
      testEndpoints: {},
      secrets: [],
      secretPlaces: [],
    })
  })

  it('the environment may bring the bot token, which enables Telegram', async () => {
    const config = await load(undefined, { TELEGRAM_BOT_TOKEN: ` ${TOKEN}\n` })
    expect(config).toMatchObject({
      telegramToken: TOKEN,
      secrets: [TOKEN],
      providers: { telegram: { enabled: true } },
    })
  })
})

describe('a config', () => {
  it('is JSON5, and has every key that this version knows', async () => {
    const config = await load(
      `// the owner
{
  owner: { telegram: '811204553', signal: ['uuid:9a5ce2f4-3b8e-4c1d-8a7f-0123456789ab'], simulator: "me", },
  telegram: { enabled: true, botToken: '${TOKEN}', dmPolicy: 'allowlist', allowFrom: ['telegram:42', 43, ' 43 '], pairing: 'silent' },
  whatsapp: {
    enabled: false, dmPolicy: 'open', allowFrom: ['*', +15550001111, ' 77712345@lid '], pairing: 'silent', selfChatMode: false,
    groups: { '120363012345678901@g.us': { requireMention: false }, '*': {} },
  },
  simulator: { enabled: false, dmPolicy: 'open', allowFrom: ['*', 'friend'], pairing: 'code' },
  agent: { model: 'anthropic/claude-sonnet-4-5', timeoutSeconds: 60 },
  models: { anthropic: { apiKey: 'sk-ant-1' }, openai: { apiKey: 'sk-2' }, 'openai-compatible': { baseUrl: 'http://127.0.0.1:11434/v1', apiKey: 'k3' } },
  logging: { level: 'debug', file: '~/bot.log' },
}`,
      { HOME: '/home/a' },
    )
    expect(config).toEqual({
      exists: true,
      owner: { telegram: ['811204553'], signal: ['9a5ce2f4-3b8e-4c1d-8a7f-0123456789ab'], simulator: ['me'] },
      providers: {
        telegram: {
          enabled: true,
          dmPolicy: 'allowlist',
          everyone: false,
          silent: true,
          allowFrom: ['42', '43'],
        },
        whatsapp: {
          enabled: false,
          dmPolicy: 'open',
          everyone: true,
          silent: true,
          allowFrom: ['+15550001111', '77712345@lid'],
        },
        simulator: { enabled: false, dmPolicy: 'open', everyone: true, silent: false, allowFrom: ['friend'] },
      },
      telegramToken: TOKEN,
      whatsapp: {
        selfChatMode: false,
        groups: { '120363012345678901@g.us': { requireMention: false }, '*': { requireMention: true } },
      },
      model: { name: 'anthropic/claude-sonnet-4-5', apiKey: 'sk-ant-1', timeoutSeconds: 60 },
      ...HANDS,
      stoppers: {},
      onQuit: 'stop',
      logging: { level: 'debug', file: '/home/a/bot.log' },
      testEndpoints: {},
      secrets: [TOKEN, 'sk-ant-1', 'sk-2', 'k3'],
      secretPlaces: [
        { kind: 'telegram-bot-token', where: 'telegram.botToken in clawdbot.json', value: TOKEN },
        { kind: 'anthropic-key', where: 'models.anthropic.apiKey in clawdbot.json', value: 'sk-ant-1' },
        { kind: 'openai-key', where: 'models.openai.apiKey in clawdbot.json', value: 'sk-2' },
        {
          kind: 'openai-compatible-key',
          where: 'models["openai-compatible"].apiKey in clawdbot.json',
          value: 'k3',
        },
      ],
    })
  })

  it('may be empty', async () => {
    const paths = await pathsOf()
    const without = await loadConfig(paths, {})
    await writeFile(paths.config, '{}')
    expect(await loadConfig(paths, {})).toEqual({ ...without, exists: true })
  })

  it('may name a file with the token, relative to itself', async () => {
    const paths = await pathsOf('{ telegram: { tokenFile: "secrets/bot" } }')
    await mkdir(join(paths.root, 'secrets'))
    await writeFile(join(paths.root, 'secrets', 'bot'), `${TOKEN}\n`)
    expect(await loadConfig(paths, {})).toMatchObject({
      telegramToken: TOKEN,
      providers: { telegram: { enabled: true } },
    })
  })

  it('may switch Telegram off although there is a token', async () => {
    const config = await load(`{ telegram: { enabled: false, botToken: '${TOKEN}' } }`)
    expect(config).toMatchObject({ telegramToken: TOKEN, providers: { telegram: { enabled: false } } })
  })

  it('takes the model’s key from the environment where it has none', async () => {
    const env = { ANTHROPIC_API_KEY: 'sk-env', OPENAI_API_KEY: 'sk-other' }
    expect((await load('{ agent: { model: "anthropic/x" } }', env)).model.apiKey).toBe('sk-env')
    expect((await load('{ agent: { model: "openai/x" } }', env)).model.apiKey).toBe('sk-other')
    const both = '{ agent: { model: "openai/x" }, models: { openai: { apiKey: "sk-file" } } }'
    expect(await load(both, env)).toMatchObject({ model: { apiKey: 'sk-file' }, secrets: ['sk-file'] })
  })

  it('may use a server of the owner without a key, whose model name has slashes', async () => {
    const config = await load(
      '{ agent: { model: "openai-compatible/qwen/qwen3:8b" }, models: { "openai-compatible": { baseUrl: "http://10.0.0.5:11434/v1" } } }',
    )
    expect(config.model).toEqual({
      name: 'openai-compatible/qwen/qwen3:8b',
      baseUrl: 'http://10.0.0.5:11434/v1',
      timeoutSeconds: 120,
    })
  })
})

describe('a config is refused, with line and column, when it', () => {
  it.each([
    [
      'has an unknown key',
      '{\n  telegram: {\n    dmPolcy: "open" } }',
      /^3:5 telegram\.dmPolcy is not a known key \| Did you mean "dmPolicy"\?$/,
    ],
    [
      'has an unknown key at the top',
      '{ telegramm: {} }',
      /^1:3 telegramm is not a known key \| Did you mean "telegram"\?$/,
    ],
    [
      'has a key far from any',
      '{ groups: {} }',
      /^1:3 groups is not a known key \| Known here are: owner, telegram,/,
    ],
    ['has two errors: the first in the file is told', '{\n b: 1,\n telegram: { x: 1 } }', /^2:2 b is not/],
    ['has a key of a prototype', '{ "__proto__": {} }', /^1:3 __proto__ is not a known key/],
    [
      'has a key of an object',
      '{ agent: { constructor: 1 } }',
      /^1:12 agent\.constructor is not a known key/,
    ],
    [
      'gives a key twice',
      '{ telegram: { dmPolicy: "allowlist" },\n  telegram: {} }',
      /^2:3 telegram is given twice/,
    ],
    ['has a list for an object', '{ telegram: [] }', /^1:3 telegram must be an object/],
    ['is a list', '[]', /^The config has to be one object/],
    ['is null', 'null', /^The config has to be one object/],
    [
      'misspells a policy',
      '{ telegram: { dmPolicy: "alowlist" } }',
      /^1:15 telegram\.dmPolicy must be one of "pairing", "allowlist", "open", "disabled" \| Did you mean "allowlist"\?$/,
    ],
    [
      'has a policy that is no word',
      '{ telegram: { dmPolicy: true } }',
      /^1:15 telegram\.dmPolicy must be one of/,
    ],
    [
      'is open without "*"',
      '{ telegram: { dmPolicy: "open", allowFrom: ["42"] } }',
      /^1:15 telegram\.dmPolicy is "open", but/,
    ],
    [
      'has "*" under pairing',
      '{ telegram: { allowFrom: ["42", "*"] } }',
      /^1:33 telegram\.allowFrom\[1\] is "\*", which means everybody, but dmPolicy is "pairing"/,
    ],
    [
      'has "*" under allowlist',
      '{ simulator: { dmPolicy: "allowlist", allowFrom: ["*"] } }',
      /simulator\.allowFrom\[0\] is "\*"/,
    ],
    [
      'has "*" under disabled',
      '{ simulator: { dmPolicy: "disabled", allowFrom: ["*"] } }',
      /simulator\.allowFrom\[0\] is "\*"/,
    ],
    [
      'has "*" with a space',
      '{ telegram: { dmPolicy: "open", allowFrom: ["*", " *"] } }',
      /telegram\.allowFrom\[1\] is not a Telegram id/,
    ],
    // A user name can be given up and taken over: CVE-2026-28480.
    [
      'allows a name',
      '{ telegram: { allowFrom: ["@alice"] } }',
      /^1:27 telegram\.allowFrom\[0\] is not a Telegram id: "@alice" \| It has to be a numeric Telegram user id.*names are refused/,
    ],
    [
      'allows nobody in particular',
      '{ telegram: { allowFrom: [""] } }',
      /telegram\.allowFrom\[0\] is not a Telegram id: "" /,
    ],
    [
      'allows a hidden character',
      '{ telegram: { allowFrom: ["42\u202e"] } }',
      /is not a Telegram id: "42‹U\+202E›"/,
    ],
    ['allows a hexadecimal number', '{ telegram: { allowFrom: [0x2a] } }', /is not a Telegram id: "0x2a"/],
    ['allows a number with an exponent', '{ telegram: { allowFrom: [4e1] } }', /is not a Telegram id: "4e1"/],
    ['allows a fraction', '{ telegram: { allowFrom: [42.0] } }', /is not a Telegram id: "42\.0"/],
    [
      'allows a negative number (a group)',
      '{ telegram: { allowFrom: [-42] } }',
      /is not a Telegram id: "-42"/,
    ],
    [
      'allows a number that is not exact',
      '{ owner: { discord: 930000000000000042 } }',
      /^1:12 owner\.discord is a number too big to be exact \| Write the id in quotes/,
    ],
    ['allows NaN', '{ telegram: { allowFrom: [NaN] } }', /telegram\.allowFrom/],
    [
      'allows an object',
      '{ telegram: { allowFrom: [{}] } }',
      /^1:27 telegram\.allowFrom\[0\] must be a string/,
    ],
    [
      'allows a string instead of a list',
      '{ telegram: { allowFrom: "42" } }',
      /^1:15 telegram\.allowFrom must be a list/,
    ],
    [
      'has an owner that is a name',
      '{ owner: { telegram: "@me" } }',
      /^1:12 owner\.telegram is not a Telegram id: "@me"/,
    ],
    [
      'has everybody as owner',
      '{ owner: { telegram: ["*"] } }',
      /owner\.telegram\[0\] is not a Telegram id: "\*"/,
    ],
    [
      'has an owner of an unknown messenger',
      '{ owner: { telegran: "42" } }',
      /owner\.telegran is not a known key \| Did you mean "telegram"\?/,
    ],
    [
      'enables Telegram without a token',
      '{ telegram: { enabled: true } }',
      /^1:15 telegram\.enabled is true, but there is no bot token/,
    ],
    [
      'has two tokens',
      `{ telegram: { botToken: "${TOKEN}", tokenFile: "x" } }`,
      /telegram\.tokenFile is given together with botToken/,
    ],
    [
      'has a token file that is not there',
      '{ telegram: { tokenFile: "none" } }',
      /^1:15 telegram\.tokenFile names a file that does not exist/,
    ],
    [
      'has a folder as token file',
      '{ telegram: { tokenFile: "." } }',
      /telegram\.tokenFile names a file that is not a regular file/,
    ],
    ['has an empty token', '{ telegram: { botToken: "" } }', /telegram\.botToken must not be empty/],
    [
      'has a token that would change the address',
      '{ telegram: { botToken: "1:a/../b" } }',
      /telegram\.botToken is not a bot token/,
    ],
    [
      'has a pairing mode of its own',
      '{ telegram: { pairing: "quiet" } }',
      /telegram\.pairing must be one of "code", "silent"/,
    ],
    [
      'names no model',
      '{ agent: { model: "claude" } }',
      /^1:12 agent\.model is not a model that Clawdbot can use/,
    ],
    ['names an unknown maker', '{ agent: { model: "google/gemini" } }', /agent\.model is not a model/],
    ['names an unknown offline model', '{ agent: { model: "offline/x" } }', /agent\.model is not a model/],
    ['names a model with a space', '{ agent: { model: "openai/a b" } }', /agent\.model is not a model/],
    [
      'has no key for Anthropic',
      '{ agent: { model: "anthropic/x" } }',
      /agent\.model is "anthropic\/x", but there is no key for anthropic \| Set models\.anthropic\.apiKey or the environment variable ANTHROPIC_API_KEY/,
    ],
    [
      'has no key for OpenAI',
      '{ agent: { model: "openai/x" }, models: { openai: {} } }',
      /no key for openai \| Set models\.openai\.apiKey/,
    ],
    [
      'has no server for its model',
      '{ agent: { model: "openai-compatible/x" } }',
      /agent\.model .* no server for it \| Set models\["openai-compatible"\]\.baseUrl/,
    ],
    [
      'has a server that is no web address',
      '{ agent: { model: "openai-compatible/x" }, models: { "openai-compatible": { baseUrl: "file:///etc/passwd" } } }',
      /^1:77 models\["openai-compatible"\]\.baseUrl is not an http/,
    ],
    [
      'has credentials in a server’s address',
      '{ agent: { model: "openai-compatible/x" }, models: { "openai-compatible": { baseUrl: "http://a:b@c/" } } }',
      /is not an http/,
    ],
    [
      'has a timeout of nothing',
      '{ agent: { timeoutSeconds: 0 } }',
      /agent\.timeoutSeconds must be at least 1/,
    ],
    [
      'has a timeout that is too big',
      '{ agent: { timeoutSeconds: 1e9 } }',
      /agent\.timeoutSeconds must be at most 3600/,
    ],
    ['has an endless timeout', '{ agent: { timeoutSeconds: Infinity } }', /agent\.timeoutSeconds must be/],
    [
      'has a timeout in words',
      '{ agent: { timeoutSeconds: "60" } }',
      /agent\.timeoutSeconds must be a number/,
    ],
    [
      'has an unknown log level',
      '{ logging: { level: "verbose" } }',
      /^1:14 logging\.level must be one of "silent"/,
    ],
    ['is cut off', '{ telegram: {', /^1:14 The config is not valid JSON5: invalid end of input/],
    [
      'has a wrong character',
      '{\n  telegram: {},\n  }}',
      /^3:4 The config is not valid JSON5: invalid character '\}'/,
    ],
    ['is empty', '', /The config is not valid JSON5: invalid end of input/],
    ['is text', 'hello', /^1:1 The config is not valid JSON5: invalid character 'h'/],
  ])('%s', async (_, text, message) => {
    expect(await refusal(text)).toMatch(message)
  })

  it('is larger than 1 MiB, is not UTF-8, or is no file', async () => {
    expect(await refusal(`{}${' '.repeat(1024 * 1024)}`)).toMatch(/^FILE is larger than 1048576 bytes/)
    expect(await refusal(new Uint8Array([0x7b, 0xff, 0x7d]))).toMatch(/^FILE is not UTF-8/)
    const paths = await pathsOf()
    await mkdir(paths.config)
    await expect(loadConfig(paths, {})).rejects.toMatchObject({ code: 'config_invalid' })
  })

  it('nests without end', async () => {
    expect(await refusal(`{ telegram: ${'['.repeat(200_000)}${']'.repeat(200_000)} }`)).toMatch(
      /telegram must be an object/,
    )
  })

  it('takes a wrong token from the environment', async () => {
    expect(await refusal('{}', { TELEGRAM_BOT_TOKEN: 'two words' })).toMatch(
      /TELEGRAM_BOT_TOKEN is not a bot token/,
    )
  })

  it('holds a secret: no message repeats it', async () => {
    const secret = 'sk-very-secret'
    for (const text of [
      `{ telegram: { botToken: "${secret} ${secret}" } }`,
      `{ models: { anthropic: { apiKey: ["${secret}"] } } }`,
      `{ models: { anthropic: { apiKey: "${secret}" }, x: 1 } }`,
      `{ models: { anthropic: { apiKey: "${secret}" "${secret}" } } }`,
    ]) {
      expect(await refusal(text)).not.toContain(secret)
    }
  })
})

describe('the addresses of test servers', () => {
  const name = 'CLAWDBOT_TEST_TELEGRAM_API_ROOT'

  it.each(['http://127.0.0.1:8081', 'http://127.9.9.9', 'http://localhost:1/x', 'http://[::1]:9'])(
    'may be %s under CLAWDBOT_TEST=1',
    async (address) => {
      const config = await load('{}', { CLAWDBOT_TEST: '1', [name]: address })
      expect(config.testEndpoints).toEqual({ telegramApiRoot: address })
    },
  )

  it.each([
    'http://example.com',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'http://127.0.0.1@example.com',
    'http://user:pass@127.0.0.1',
    'http://[::ffff:10.0.0.1]',
    'http://0.0.0.0:80',
    'http://10.0.0.1',
    'ftp://127.0.0.1',
    '127.0.0.1:80',
    'not an address',
  ])('may not be %s', async (address) => {
    expect(await refusal('{}', { CLAWDBOT_TEST: '1', [name]: address })).toMatch(
      new RegExp(`variable ${name} is set`),
    )
    expect(await refusal('{}', { CLAWDBOT_TEST: '1', CLAWDBOT_TEST_MODEL_BASE_URL: address })).toMatch(
      /MODEL_BASE_URL/,
    )
  })

  it('may not be given at all without CLAWDBOT_TEST=1', async () => {
    expect(await refusal('{}', { [name]: 'http://127.0.0.1:1' })).toMatch(/it is for tests/)
    expect(await refusal('{}', { CLAWDBOT_TEST: 'true', [name]: 'http://127.0.0.1:1' })).toMatch(
      /it is for tests/,
    )
  })

  it('can not come from the config', async () => {
    expect(await refusal('{ testEndpoints: { telegramApiRoot: "http://127.0.0.1:1" } }')).toMatch(
      /not a known key/,
    )
    expect(await refusal('{ telegram: { apiRoot: "http://127.0.0.1:1" } }')).toMatch(/not a known key/)
  })
})
