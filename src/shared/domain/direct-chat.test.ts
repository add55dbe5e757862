import { describe, expect, it } from 'vitest'
import { directChat, mayBeChatOf } from './direct-chat.ts'
import { parseSenderId, type SenderId } from './identity.ts'

const id = (text: string): SenderId => {
  const sender = parseSenderId('whatsapp', text)
  if (sender === undefined) throw new Error(text)
  return sender
}

const NUMBER = id('+15550001111')
const ACCOUNT = id('77712345@lid')
const bound = new Map([[NUMBER, ACCOUNT]])
const nobody = new Map<SenderId, SenderId>()

describe('the private chat with a person on WhatsApp', () => {
  it('has the number or the account in its name', () => {
    expect(directChat('whatsapp', NUMBER)).toBe('15550001111@s.whatsapp.net')
    expect(directChat('whatsapp', ACCOUNT)).toBe(ACCOUNT)
    expect(mayBeChatOf('whatsapp', '15550001111@s.whatsapp.net', NUMBER, nobody)).toBe(true)
    expect(mayBeChatOf('whatsapp', ACCOUNT, ACCOUNT, nobody)).toBe(true)
  })

  it('of a number is by account where it stands for that account, or for none yet', () => {
    expect(mayBeChatOf('whatsapp', ACCOUNT, NUMBER, bound)).toBe(true)
    expect(mayBeChatOf('whatsapp', '66612345@lid', NUMBER, bound)).toBe(false)
    expect(mayBeChatOf('whatsapp', '66612345@lid', NUMBER, nobody)).toBe(true)
  })

  it('is by another number only where the account is known, which stays when the number changes', () => {
    expect(mayBeChatOf('whatsapp', '15550002222@s.whatsapp.net', NUMBER, bound)).toBe(true)
    expect(mayBeChatOf('whatsapp', '15550002222@s.whatsapp.net', NUMBER, nobody)).toBe(false)
    expect(mayBeChatOf('whatsapp', '15550002222@s.whatsapp.net', ACCOUNT, nobody)).toBe(true)
  })

  it.each([
    '120363012345678901@g.us',
    'status@broadcast',
    '15550001111@c.us',
    '15550001111:3@s.whatsapp.net',
    '15550001111@s.whatsapp.net@lid',
    '15550001111@S.WHATSAPP.NET',
    '15550001111@s.whatsapp.net\n',
    '+15550001111',
    '',
  ])('is never %j', (chatId) => {
    for (const person of [NUMBER, ACCOUNT]) expect(mayBeChatOf('whatsapp', chatId, person, bound)).toBe(false)
  })

  it('is not that of another account', () => {
    expect(mayBeChatOf('whatsapp', '66612345@lid', ACCOUNT, bound)).toBe(false)
  })
})
