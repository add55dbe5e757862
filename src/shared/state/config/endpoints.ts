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
 * The tests' servers stand in for Telegram, WhatsApp and the model. From the environment only, under `CLAWDBOT_TEST=1` only,
 * and on this machine only, so that no config and no stray variable sends tokens to somebody else.
 */
export const resolveTestEndpoints = (env: NodeJS.ProcessEnv): Config['testEndpoints'] => {
  const telegramApiRoot = endpoint(env, 'CLAWDBOT_TEST_TELEGRAM_API_ROOT')
  const modelBaseUrl = endpoint(env, 'CLAWDBOT_TEST_MODEL_BASE_URL')
  const whatsapp = whatsappEndpoint(env)
  return {
    ...(telegramApiRoot === undefined ? {} : { telegramApiRoot }),
    ...(modelBaseUrl === undefined ? {} : { modelBaseUrl }),
    ...(whatsapp === undefined ? {} : { whatsapp }),
  }
}

const WHATSAPP = {
  url: 'CLAWDBOT_TEST_WHATSAPP_URL',
  rootKey: 'CLAWDBOT_TEST_WHATSAPP_ROOT_KEY',
  mediaUrl: 'CLAWDBOT_TEST_WHATSAPP_MEDIA_URL',
} as const

/** The chat server and the key that it proves itself with belong together: neither means anything without the other. */
const whatsappEndpoint = (env: NodeJS.ProcessEnv): Config['testEndpoints']['whatsapp'] => {
  const url = endpoint(env, WHATSAPP.url, wsUrl)
  const mediaUrl = endpoint(env, WHATSAPP.mediaUrl)
  const rootKey = env[WHATSAPP.rootKey] ?? ''
  if (rootKey !== '' && (env['CLAWDBOT_TEST'] !== '1' || !/^[0-9a-f]{64}$/.test(rootKey))) {
    throw new ConfigProblem(
      [],
      `The environment variable ${WHATSAPP.rootKey} is set, and it is for tests: CLAWDBOT_TEST has to be 1 and the key 64 hex digits`,
      `Unset ${WHATSAPP.rootKey}.`,
    )
  }
  if (url === undefined && rootKey === '' && mediaUrl === undefined) return undefined
  if (url === undefined || rootKey === '') {
    const missing = url === undefined ? WHATSAPP.url : WHATSAPP.rootKey
    throw new ConfigProblem(
      [],
      `The environment variable ${missing} is missing: the tests' server needs both its address and its key`,
      `Set ${missing}, or unset the others that begin with CLAWDBOT_TEST_WHATSAPP.`,
    )
  }
  return { url, rootKey, ...(mediaUrl === undefined ? {} : { mediaUrl }) }
}

const wsUrl = (text: string): URL | undefined => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url?.protocol === 'ws:' && url.username === '' && url.password === '' ? url : undefined
}

const endpoint = (
  env: NodeJS.ProcessEnv,
  name: string,
  parse: (text: string) => URL | undefined = httpUrl,
): string | undefined => {
  const text = env[name]
  if (text === undefined || text === '') return undefined
  const url = parse(text)
  if (env['CLAWDBOT_TEST'] === '1' && url !== undefined && isLoopbackHost(url.hostname)) return text
  throw new ConfigProblem(
    [],
    `The environment variable ${name} is set, and it is for tests: CLAWDBOT_TEST has to be 1 and the address on this machine`,
    `Unset ${name}.`,
  )
}
