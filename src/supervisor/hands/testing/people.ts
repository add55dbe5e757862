// Test support: people by trust, and the rules that they are held to.
import type { HandsRules } from '../../../shared/domain/hands.ts'
import { parseSenderId, type SenderId } from '../../../shared/domain/identity.ts'
import type { ProviderId } from '../../../shared/domain/provider.ts'
import type { ProviderPeople } from '../../people/read-provider.ts'

export const id = (text: string, provider: ProviderId = 'telegram'): SenderId => {
  const parsed = parseSenderId(provider, text)
  if (parsed === undefined) throw new Error(`no id: ${text}`)
  return parsed
}

export const ids = (...texts: readonly string[]): ReadonlySet<SenderId> =>
  new Set(texts.map((text) => id(text)))

/** On Telegram: 1 is the owner, 2 is in the config, 3 was approved, 4 is blocked. */
export const telegram = (more: Partial<ProviderPeople> = {}): ProviderPeople => ({
  provider: 'telegram',
  enabled: true,
  policy: { dmPolicy: 'pairing', everyone: false, silent: false, onlySelf: false },
  people: {
    owners: ids('1'),
    configured: ids('2'),
    approved: ids('3'),
    blocked: ids('4'),
    accounts: new Map(),
  },
  stoppers: new Set(),
  requests: [],
  number: undefined,
  unlisted: [],
  problems: [],
  ...more,
})

export const only =
  (...providers: readonly ProviderPeople[]) =>
  (provider: ProviderId): ProviderPeople | undefined =>
    providers.find((read) => read.provider === provider)

/** The defaults, with host access for the owner's main session. */
export const RULES: HandsRules = {
  readOnly: false,
  sandbox: { mode: 'non-main', tools: { allow: [], deny: [] } },
  elevated: { enabled: true, approve: 'always', allowFrom: {} },
  allowTo: undefined,
}
