import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { directChat } from '../../../shared/domain/direct-chat.ts'
import { parseSenderId, type SenderId } from '../../../shared/domain/identity.ts'
import { isGroupJid, isPostJid, parseUserJid } from './identity.ts'

const id = (raw: string): SenderId => {
  const sender = parseSenderId('whatsapp', raw)
  if (sender === undefined) throw new Error(raw)
  return sender
}

describe('a JID is a person', () => {
  test.each([
    ['15550001111@s.whatsapp.net', 'number', '+15550001111', 0],
    ['15550001111:3@s.whatsapp.net', 'number', '+15550001111', 3],
    ['77770000222@lid', 'account', '77770000222@lid', 0],
    ['77770000222:12@lid', 'account', '77770000222@lid', 12],
  ])('if it is exactly of the form: %s', (jid, kind, sender, device) => {
    expect(parseUserJid(jid)).toEqual({ kind, id: sender, device })
  })

  // research/providers.md 6: each of these "equals" 15550001111 for one of Baileys' helpers, or after a digit strip.
  test.each([
    '15550001111@s.whatsapp.net@lid',
    '15550001111@g.us',
    '15550001111@hosted',
    '15550001111@hosted.lid',
    '15550001111:99@s.whatsapp.net',
    '77770000222:99@lid',
    '15550001111_1:2@s.whatsapp.net',
    '15550001111.0:1@s.whatsapp.net',
    '1555:x@s.whatsapp.net',
    '@s.whatsapp.net',
    '@lid',
    '15550001111@S.WHATSAPP.NET',
    '15550001111@s.whatsapp.net ',
    ' 15550001111@s.whatsapp.net',
    'evil\n15550001111@s.whatsapp.net',
    '15550001111@s.whatsapp.net\n',
    '15550001111@sxwhatsapp.net',
    '15550001111@c.us',
    '0@c.us',
    '13135550002@c.us',
    '867051314767696@bot',
    'status@broadcast',
    '1700000000@broadcast',
    '120363111111111111@newsletter',
    '015550001111@s.whatsapp.net',
    '+15550001111@s.whatsapp.net',
    '+١٥٥٥٠٠٠١١١١@s.whatsapp.net',
    '１５５５０００１１１１@s.whatsapp.net',
    '15550001111:@s.whatsapp.net',
    '15550001111:3:4@s.whatsapp.net',
    '15550001111:123456@s.whatsapp.net',
    '1234567890123456@s.whatsapp.net',
    '1234@lid',
    '123456789012345678901@lid',
    '15550001111',
    '+15550001111',
    's.whatsapp.net',
    '__proto__',
    '',
  ])('and nobody otherwise: %j', (jid) => {
    expect(parseUserJid(jid)).toBeUndefined()
  })

  test('and never the number made of the digits of a LID (openclaw #119475, zeroclaw #6350)', () => {
    expect(parseUserJid('15550001111@lid')?.id).toBe('15550001111@lid')
  })

  test('whatever the string, and then its name says the same as its digits', () => {
    const almost = fc.tuple(
      fc.oneof(fc.stringMatching(/^[0-9]{0,22}$/), fc.string({ maxLength: 6 }), fc.constant('15550001111')),
      fc.oneof(
        fc.constantFrom('', ':3', ':', ':x', '_1', '.0', '.0:1', ' ', '\n'),
        fc.string({ maxLength: 3 }),
      ),
      fc.constantFrom('@s.whatsapp.net', '@lid', '@hosted', '@hosted.lid', '@g.us', '@c.us', '@bot', '@', ''),
      fc.constantFrom('', '', '', '@lid', ' ', '\n', '.'),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          almost.map((parts) => parts.join('')),
        ),
        (jid) => {
          const user = parseUserJid(jid)
          if (user === undefined) return
          const { kind, id: sender, device } = user
          const [digits, server] = kind === 'number' ? [sender.slice(1), 's.whatsapp.net'] : sender.split('@')
          expect([`${digits}@${server}`, `${digits}:${device}@${server}`]).toContain(
            jid.replace(/:0+(?=[0-9]+@)/, ':'),
          )
          expect(parseSenderId('whatsapp', sender)).toBe(sender)
        },
      ),
      { numRuns: 2_000 },
    )
  })
})

describe('a chat', () => {
  test.each([
    ['+15550001111', '15550001111@s.whatsapp.net'],
    ['77770000222@lid', '77770000222@lid'],
  ])('with %s is %s, and is read back as the same person', (sender, chat) => {
    expect(directChat('whatsapp', id(sender))).toBe(chat)
    expect(parseUserJid(chat)?.id).toBe(sender)
  })

  test.each(['120363001234567890@g.us', '15550001111-1700000000@g.us'])('is a group: %s', (jid) => {
    expect(isGroupJid(jid)).toBe(true)
  })

  test.each([
    '@g.us',
    'x@g.us',
    '120363001234567890@g.us@lid',
    '120363001234567890@g.us\n',
    '120363001234567890@lid',
  ])('is no group: %j', (jid) => {
    expect(isGroupJid(jid)).toBe(false)
  })

  test.each(['status@broadcast', '1700000000@broadcast', '120363111111111111@newsletter'])(
    'is told to many: %s',
    (jid) => {
      expect(isPostJid(jid)).toBe(true)
    },
  )
})
