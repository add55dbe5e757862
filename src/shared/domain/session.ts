import type { SenderId } from './identity.ts'
import type { ProviderId } from './provider.ts'

declare const sessionBrand: unique symbol
/** `main` (the owner's own chat), `<provider>:dm:<sender>`, or later `<provider>:group:<chat>`. */
export type SessionKey = string & { readonly [sessionBrand]: true }

const SESSION_FORM = /^(?:main|[a-z]+:(?:dm|group):[^\p{Cc}\p{Z}]{1,128})$/u

export const parseSessionKey = (text: string): SessionKey | undefined =>
  isSessionKey(text) ? text : undefined

const isSessionKey = (text: string): text is SessionKey => SESSION_FORM.test(text)

const brand = (text: string): SessionKey => {
  if (!isSessionKey(text)) throw new Error(`not a session key: ${JSON.stringify(text)}`)
  return text
}

/** The owner's direct chat. Nobody else ever shares it. */
export const MAIN_SESSION: SessionKey = brand('main')

export const directSession = (provider: ProviderId, sender: SenderId): SessionKey =>
  brand(`${provider}:dm:${sender}`)
