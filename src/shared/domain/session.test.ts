import { describe, expect, it } from 'vitest'
import { parseSenderId } from './identity.ts'
import { PROVIDERS } from './provider.ts'
import { directSession, MAIN_SESSION, parseSessionKey } from './session.ts'

describe('a session key', () => {
  it.each([
    'main',
    'telegram:dm:42',
    'whatsapp:dm:+15550001111',
    'slack:dm:T024BE7LD:U023BECGF',
    'telegram:group:-100',
  ])('may be %j', (text) => {
    expect(parseSessionKey(text)).toBe(text)
  })

  it.each([
    '',
    'Main',
    'main\n',
    ' main',
    'telegram:dm:',
    'telegram:dm:4 2',
    'telegram:dm:42\n',
    'telegram:x:42',
    'dm:42',
  ])('may not be %j', (text) => {
    expect(parseSessionKey(text)).toBeUndefined()
  })

  it('of a sender is never the owner’s, and differs between providers and between senders', () => {
    const keys = PROVIDERS.flatMap((provider) =>
      ['main', 'friend', '42', '43', '+15550001111'].flatMap((raw) => {
        const sender = parseSenderId(provider, raw)
        return sender === undefined ? [] : directSession(provider, sender)
      }),
    )
    expect(keys.length).toBeGreaterThan(6)
    expect(new Set(keys).size).toBe(keys.length)
    expect(keys).not.toContain(MAIN_SESSION)
  })
})
