import type { Asker } from '../../shared/domain/hands.ts'
import { parseSenderId, type SenderId } from '../../shared/domain/identity.ts'
import { type Trust, trustOf } from '../../shared/domain/people.ts'
import { type ProviderId, parseProvider } from '../../shared/domain/provider.ts'
import { directSession, MAIN_SESSION, parseSessionKey } from '../../shared/domain/session.ts'
import { LIVE_PROVIDERS, type ProviderPeople } from '../people/read-provider.ts'

type ProviderNow = (provider: ProviderId) => ProviderPeople | undefined

/**
 * Who speaks in a session, by the lists as they are now: `main` is an owner's, `<provider>:dm:<sender>` that sender's.
 * Undefined is nobody: the session can not exist, or its person is not let in (any more).
 */
export const askerOf = (session: string, providerNow: ProviderNow): Asker | undefined => {
  const key = parseSessionKey(session)
  if (key === undefined) return undefined
  if (key === MAIN_SESSION) return anyOwner(providerNow)
  const [name = '', kind, ...rest] = key.split(':')
  const provider = parseProvider(name)
  // Nobody speaks in groups yet.
  if (provider === undefined || kind !== 'dm') return undefined
  const sender = parseSenderId(provider, rest.join(':'))
  if (sender === undefined) return undefined
  const trust = standing(provider, sender, providerNow)
  // An owner's own chat is `main`, and no second session beside it.
  return trust === undefined || trust === 'owner' ? undefined : { trust, provider, sender, session: key }
}

/** The same, of an act that names its sender: it has to be one who speaks in that session. */
export const askerNamed = (
  act: { readonly session: string; readonly provider: ProviderId; readonly sender: string },
  providerNow: ProviderNow,
): Asker | undefined => {
  const sender = parseSenderId(act.provider, act.sender)
  if (sender === undefined) return undefined
  if (act.session === MAIN_SESSION) {
    return standing(act.provider, sender, providerNow) === 'owner'
      ? { trust: 'owner', provider: act.provider, sender, session: MAIN_SESSION }
      : undefined
  }
  return act.session === directSession(act.provider, sender) ? askerOf(act.session, providerNow) : undefined
}

/** What somebody is now; undefined where they are not let in, or their messenger is closed. */
export const standing = (
  provider: ProviderId,
  sender: SenderId,
  providerNow: ProviderNow,
): Trust | undefined => {
  const read = providerNow(provider)
  if (read === undefined || !read.enabled || read.policy.dmPolicy === 'disabled') return undefined
  return trustOf(sender, read.policy, read.people)
}

const anyOwner = (providerNow: ProviderNow): Asker | undefined => {
  for (const provider of LIVE_PROVIDERS) {
    const owners = providerNow(provider)?.people.owners ?? new Set<SenderId>()
    for (const sender of owners) {
      if (standing(provider, sender, providerNow) === 'owner') {
        return { trust: 'owner', provider, sender, session: MAIN_SESSION }
      }
    }
  }
  return undefined
}
