import { isLoopbackHost } from '../../domain/loopback.ts'
import { ConfigProblem } from './problem.ts'
import type { Config } from './schema.ts'

/** An http(s) address without credentials in it; undefined for everything else. */
export const httpUrl = (text: string): URL | undefined => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const fits =
    url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
  return fits ? url : undefined
}

/**
 * The tests' servers stand in for Telegram and the model. From the environment only, under `CLAWDBOT_TEST=1` only,
 * and on this machine only, so that no config and no stray variable sends tokens to somebody else.
 */
export const resolveTestEndpoints = (env: NodeJS.ProcessEnv): Config['testEndpoints'] => {
  const telegramApiRoot = endpoint(env, 'CLAWDBOT_TEST_TELEGRAM_API_ROOT')
  const modelBaseUrl = endpoint(env, 'CLAWDBOT_TEST_MODEL_BASE_URL')
  return {
    ...(telegramApiRoot === undefined ? {} : { telegramApiRoot }),
    ...(modelBaseUrl === undefined ? {} : { modelBaseUrl }),
  }
}

const endpoint = (env: NodeJS.ProcessEnv, name: string): string | undefined => {
  const text = env[name]
  if (text === undefined || text === '') return undefined
  const url = httpUrl(text)
  if (env['CLAWDBOT_TEST'] === '1' && url !== undefined && isLoopbackHost(url.hostname)) return text
  throw new ConfigProblem(
    [],
    `The environment variable ${name} is set, and it is for tests: CLAWDBOT_TEST has to be 1 and the address on this machine`,
    `Unset ${name}.`,
  )
}
