/** The messengers whose files the state directory may hold, and the simulator that needs no account. */
export const PROVIDERS = [
  'telegram',
  'whatsapp',
  'signal',
  'imessage',
  'discord',
  'slack',
  'simulator',
] as const

export type ProviderId = (typeof PROVIDERS)[number]

/** A provider by its exact name; anything else is undefined, so that a name never becomes a path. */
export const parseProvider = (name: string): ProviderId | undefined =>
  PROVIDERS.find((provider) => provider === name)

export const PROVIDER_LABEL: Readonly<Record<ProviderId, string>> = {
  telegram: 'Telegram',
  whatsapp: 'WhatsApp',
  signal: 'Signal',
  imessage: 'iMessage',
  discord: 'Discord',
  slack: 'Slack',
  simulator: 'Simulator',
}
