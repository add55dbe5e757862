import type { ConfigFile, ModelConfig, SecretPlace } from './schema.ts'

export const KEY_VARIABLE = { anthropic: 'ANTHROPIC_API_KEY', openai: 'OPENAI_API_KEY' } as const

const MODEL_KEYS = [
  { maker: 'anthropic', kind: 'anthropic-key', where: 'models.anthropic.apiKey in clawdbot.json' },
  { maker: 'openai', kind: 'openai-key', where: 'models.openai.apiKey in clawdbot.json' },
  {
    maker: 'openai-compatible',
    kind: 'openai-compatible-key',
    where: 'models["openai-compatible"].apiKey in clawdbot.json',
  },
] as const

/**
 * Every secret that the config brings into use. The redactor and the list of what to replace after an incident both
 * come from here, so that neither can know of fewer than the other.
 */
export const secretPlaces = (
  file: ConfigFile,
  telegramToken: string | null,
  model: ModelConfig,
): readonly SecretPlace[] => [
  ...(telegramToken === null
    ? []
    : [{ kind: 'telegram-bot-token', where: whereToken(file), value: telegramToken } as const]),
  ...MODEL_KEYS.flatMap(({ maker, kind, where }): readonly SecretPlace[] => {
    const value = file.models?.[maker]?.apiKey
    return value === undefined ? [] : [{ kind, where, value }]
  }),
  ...inheritedKey(file, model),
]

const whereToken = ({ telegram }: ConfigFile): string => {
  if (telegram?.tokenFile !== undefined) return 'the file that telegram.tokenFile in clawdbot.json names'
  return telegram?.botToken === undefined
    ? 'the environment variable TELEGRAM_BOT_TOKEN'
    : 'telegram.botToken in clawdbot.json'
}

/** Only the chosen model's key is taken from the environment. */
const inheritedKey = (file: ConfigFile, model: ModelConfig): readonly SecretPlace[] => {
  const maker = model.name.startsWith('anthropic/') ? 'anthropic' : 'openai'
  if (
    model.apiKey === undefined ||
    Object.values(file.models ?? {}).some((own) => own?.apiKey === model.apiKey)
  ) {
    return []
  }
  return [
    { kind: `${maker}-key`, where: `the environment variable ${KEY_VARIABLE[maker]}`, value: model.apiKey },
  ]
}
