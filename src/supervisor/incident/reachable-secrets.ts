import type { ReachableSecret } from '../../shared/contracts/stop-views.ts'
import { type Config, SECRET_KINDS, type SecretKind } from '../../shared/state/config/schema.ts'
import { KEY_VARIABLE } from '../../shared/state/config/secret-places.ts'

type Advice = Pick<ReachableSecret, 'name' | 'reach' | 'how'>

const MODEL_REACH = 'Use the model in your name, and at your cost.'

/** A kind that is not in here does not compile. */
const ADVICE: Readonly<Record<SecretKind, Advice>> = {
  'telegram-bot-token': {
    name: 'Telegram bot token',
    reach:
      'Read every message that is sent to the bot, and write to everybody who ever wrote to it, as the bot.',
    how: 'Write /revoke to BotFather in Telegram and choose the bot: the old token ends at once. Put the new one where the old one is set.',
  },
  'anthropic-key': {
    name: 'Anthropic API key',
    reach: MODEL_REACH,
    how: 'Create a new key and delete the old one in the Anthropic console, under API keys. Put the new one where the old one is set.',
  },
  'openai-key': {
    name: 'OpenAI API key',
    reach: MODEL_REACH,
    how: 'Create a new key and revoke the old one on the OpenAI platform, under API keys. Put the new one where the old one is set.',
  },
  'openai-compatible-key': {
    name: 'Key of the OpenAI-compatible server',
    reach: 'Use the models of that server in your name, and at your cost.',
    how: 'Replace it at whoever runs the server of models["openai-compatible"].baseUrl. Put the new one where the old one is set.',
  },
}

/**
 * Each secret that the gateway could have given away: its name, never a part of it. A value that is set in two
 * places is one secret. Without a valid config (null) nobody can say which were in use, so every kind is listed.
 */
export const reachableSecrets = (
  config: Config | null,
  env: NodeJS.ProcessEnv,
): readonly ReachableSecret[] => {
  if (config === null) {
    return SECRET_KINDS.map((kind) => secretAt(kind, whereUnknown(kind, env)))
  }
  const byValue = new Map<string, ReachableSecret>()
  for (const { kind, where, value } of config.secretPlaces) {
    const known = byValue.get(value)
    byValue.set(
      value,
      known === undefined ? secretAt(kind, where) : { ...known, where: `${known.where}, and ${where}` },
    )
  }
  return [...byValue.values()]
}

const secretAt = (kind: SecretKind, where: string): ReachableSecret => ({ ...ADVICE[kind], where })

const VARIABLE: Readonly<Partial<Record<SecretKind, string>>> = {
  'telegram-bot-token': 'TELEGRAM_BOT_TOKEN',
  'anthropic-key': KEY_VARIABLE.anthropic,
  'openai-key': KEY_VARIABLE.openai,
}

const whereUnknown = (kind: SecretKind, env: NodeJS.ProcessEnv): string => {
  const variable = VARIABLE[kind]
  const inEnvironment = variable !== undefined && (env[variable]?.trim() ?? '') !== ''
  return inEnvironment
    ? `the environment variable ${variable}, or clawdbot.json, which can not be read now`
    : 'clawdbot.json, which can not be read now: if it was set there'
}
