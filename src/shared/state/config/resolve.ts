import { readBounded } from '../atomic-file.ts'
import { httpUrl, resolveTestEndpoints } from './endpoints.ts'
import { resolveAllowTo, resolveElevated, resolveOwners, resolvePolicy, resolveStoppers } from './people.ts'
import { ConfigProblem } from './problem.ts'
import { resolveSandbox } from './resolve-sandbox.ts'
import { resolveWhatsApp } from './resolve-whatsapp.ts'
import type { Config, ConfigFile, ModelConfig } from './schema.ts'
import { KEY_VARIABLE, secretPlaces } from './secret-places.ts'
import type { Surroundings } from './surroundings.ts'
import { resolveWorkspaces } from './workspaces.ts'

/** The file's keys, the environment and the defaults as one config. Throws ConfigProblem. */
export const resolveConfig = async (
  file: ConfigFile,
  outside: Omit<Surroundings, 'secretFiles'>,
): Promise<Config> => {
  const tokenFile = file.telegram?.tokenFile
  const around = {
    ...outside,
    secretFiles: tokenFile === undefined ? [] : [outside.absolute(tokenFile)],
  }
  const telegramToken = await resolveToken(file, around)
  if (file.telegram?.enabled === true && telegramToken === null) {
    throw new ConfigProblem(
      ['telegram', 'enabled'],
      'is true, but there is no bot token',
      'Set telegram.botToken, telegram.tokenFile or the environment variable TELEGRAM_BOT_TOKEN.',
    )
  }
  const model = resolveModel(file, around.env)
  const places = secretPlaces(file, telegramToken, model)
  const secrets = [...new Set(places.map(({ value }) => value))]
  const workspaces = await resolveWorkspaces(file, around)
  return {
    exists: around.exists,
    owner: resolveOwners(file, around.written),
    providers: {
      telegram: resolvePolicy(file, 'telegram', telegramToken !== null, around.written),
      whatsapp: resolvePolicy(file, 'whatsapp', true, around.written),
      simulator: resolvePolicy(file, 'simulator', true, around.written),
    },
    telegramToken,
    whatsapp: resolveWhatsApp(file),
    model,
    workspace: workspaces.workspace,
    sandbox: await resolveSandbox(file.agent?.sandbox ?? {}, around, workspaces, secrets),
    elevated: resolveElevated(file, around.written),
    allowTo: resolveAllowTo(file, around.written),
    readOnlyMode: file.readOnlyMode ?? false,
    stoppers: resolveStoppers(file, around.written),
    onQuit: file.app?.onQuit ?? 'stop',
    logging: {
      level: file.logging?.level ?? 'info',
      file: file.logging?.file === undefined ? null : around.absolute(file.logging.file),
    },
    testEndpoints: resolveTestEndpoints(around.env),
    secrets,
    secretPlaces: places,
  }
}

const variable = (env: NodeJS.ProcessEnv, name: string): string | undefined => {
  const text = env[name]?.trim()
  return text === '' ? undefined : text
}

const resolveToken = async (
  { telegram }: ConfigFile,
  { env, absolute }: Surroundings,
): Promise<string | null> => {
  if (telegram?.botToken !== undefined && telegram.tokenFile !== undefined) {
    throw new ConfigProblem(
      ['telegram', 'tokenFile'],
      'is given together with botToken',
      'Keep one of the two.',
    )
  }
  if (telegram?.tokenFile !== undefined) {
    const path = absolute(telegram.tokenFile)
    const found = await readBounded(path, 4096)
    if (found.kind !== 'text') {
      const why =
        found.kind === 'absent'
          ? 'does not exist'
          : found.kind === 'failed'
            ? `can not be read: ${found.why}`
            : found.why
      throw new ConfigProblem(
        ['telegram', 'tokenFile'],
        `names a file that ${why}`,
        `Put the token into ${path}.`,
      )
    }
    return token(found.text.trim(), ['telegram', 'tokenFile'])
  }
  if (telegram?.botToken !== undefined) return token(telegram.botToken.trim(), ['telegram', 'botToken'])
  const inherited = variable(env, 'TELEGRAM_BOT_TOKEN')
  return inherited === undefined ? null : token(inherited, [])
}

/** It becomes a part of a URL's path, so nothing that could end that part may be in it. */
const token = (text: string, path: readonly string[]): string => {
  if (/^[0-9A-Za-z:_-]{3,200}$/.test(text)) return text
  throw new ConfigProblem(
    path,
    path.length === 0
      ? 'The environment variable TELEGRAM_BOT_TOKEN is not a bot token'
      : 'is not a bot token',
    'BotFather gives it; it looks like 123456789:AAE… and is one word.',
  )
}

const resolveModel = (file: ConfigFile, env: NodeJS.ProcessEnv): ModelConfig => {
  const name = file.agent?.model ?? 'offline/obedient'
  const timeoutSeconds = file.agent?.timeoutSeconds ?? 120
  const [maker, model] = split(name)
  if (maker === 'offline' && model === 'obedient') return { name, timeoutSeconds }
  if (!/^[\u0021-\u007e]{1,200}$/.test(model)) throw unknownModel()
  if (maker === 'anthropic' || maker === 'openai') {
    const apiKey = file.models?.[maker]?.apiKey ?? variable(env, KEY_VARIABLE[maker])
    if (apiKey !== undefined) return { name, apiKey, timeoutSeconds }
    throw new ConfigProblem(
      ['agent', 'model'],
      `is "${name}", but there is no key for ${maker}`,
      `Set models.${maker}.apiKey or the environment variable ${KEY_VARIABLE[maker]}.`,
    )
  }
  if (maker !== 'openai-compatible') throw unknownModel()
  const settings = file.models?.['openai-compatible']
  if (settings?.baseUrl === undefined) {
    throw new ConfigProblem(
      ['agent', 'model'],
      `is "${name}", but there is no server for it`,
      'Set models["openai-compatible"].baseUrl, such as "http://127.0.0.1:11434/v1" for Ollama.',
    )
  }
  if (httpUrl(settings.baseUrl) === undefined) {
    throw new ConfigProblem(
      ['models', 'openai-compatible', 'baseUrl'],
      'is not an http or https address without a user name in it',
      'Write it like "http://127.0.0.1:11434/v1"; a key goes into apiKey.',
    )
  }
  const key = settings.apiKey === undefined ? {} : { apiKey: settings.apiKey }
  return { name, baseUrl: settings.baseUrl, timeoutSeconds, ...key }
}

const split = (name: string): readonly [maker: string, model: string] => {
  const slash = name.indexOf('/')
  return slash === -1 ? [name, ''] : [name.slice(0, slash), name.slice(slash + 1)]
}

const unknownModel = (): ConfigProblem =>
  new ConfigProblem(
    ['agent', 'model'],
    'is not a model that Clawdbot can use',
    'Use anthropic/<model>, openai/<model>, openai-compatible/<model> or offline/obedient.',
  )
