import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseListEntry, parseSenderId, SENDER_ID_HINT } from './identity.ts'
import { PROVIDERS, type ProviderId, parseProvider } from './provider.ts'

const UUID = '9a5ce2f4-3b8e-4c1d-8a7f-0123456789ab'

/** What an event may give as a sender, and what it may not: strings near a valid one that are somebody else or nobody. */
const VECTORS: Readonly<
  Record<ProviderId, { readonly good: readonly string[]; readonly bad: readonly string[] }>
> = {
  telegram: {
    good: ['42', '1', '811204553', '4503599627370495'],
    bad: [
      '@alice',
      'alice',
      'аlice',
      '042',
      '42.0',
      '4e1',
      '0x2a',
      '-42',
      '-1001234567890',
      ' 42',
      '42 ',
      '42\n',
      '\n42',
      'evil\n42',
      '+42',
      '0',
      '42abc',
      '٤٢',
      '４２',
      '12345678901234567',
      'telegram:42',
      '*',
      '',
    ],
  },
  whatsapp: {
    good: ['+15550001111', '77712345@lid', '15550001111@lid'],
    bad: [
      '15550001111',
      '15550001111@s.whatsapp.net',
      '15550001111:3@s.whatsapp.net',
      '15550001111@s.whatsapp.net@lid',
      '15550001111@g.us',
      '15550001111@hosted',
      '15550001111_1:2@s.whatsapp.net',
      '15550001111.0:1@s.whatsapp.net',
      '1555:x@s.whatsapp.net',
      '@s.whatsapp.net',
      '15550001111@S.WHATSAPP.NET',
      '15550001111@s.whatsapp.net ',
      '0@c.us',
      'status@broadcast',
      'x@newsletter',
      '13135550002@c.us',
      '13135550002@bot',
      '+١٥٥٥٠٠٠١١١١',
      '+１５５５０００１１１１',
      '0015550001111',
      '555-0111',
      '+1 555 000 1111 ext 9',
      '+1 (555) 000-1111',
      'evil\n+15550001111',
      '+15550001111\n',
      '+05550001111',
      '@alice',
      '77712345:2@lid',
      '77712345@LID',
      '*',
      '',
      ' ',
    ],
  },
  signal: {
    good: [UUID, '+15550001111'],
    bad: [
      UUID.toUpperCase(),
      `{${UUID}}`,
      `urn:uuid:${UUID}`,
      `PNI:${UUID}`,
      `uuid:${UUID}`,
      `${UUID}\n`,
      UUID.slice(1),
      'alice.01',
      '15550001111',
      '*',
      '',
    ],
  },
  imessage: {
    good: ['+15550001111', 'alice@x.com', 'alice+tag@x.com', 'alice@x.com.evil.tld'],
    bad: [
      'ａlice@x.com',
      'аlice@x.com',
      '\u212Aate@x.com',
      'ali\u00adce@x.com',
      'alice@x.com\n',
      'Alice@x.com',
      'mailto:alice@x.com',
      'tel:+15550001111',
      'AMAZON',
      '12345',
      '5550001111',
      'urn:biz:0123',
      'chat_id:7',
      'alice@x',
      'alice@@x.com',
      'alice @x.com',
      '*',
      '',
    ],
  },
  discord: {
    good: ['930000000000000042', '12345678901234567', '12345678901234567890'],
    bad: [
      'alice',
      'alice#1234',
      '<@930000000000000042>',
      '<@!930000000000000042>',
      '1234567890123456',
      '123456789012345678901',
      'discord:930000000000000042',
      ' 930000000000000042',
      '9.3e17',
      '*',
      '',
    ],
  },
  slack: {
    good: ['T024BE7LD:U023BECGF', 'T024BE7LD:W023BECGF', 'E024BE7LD:W023BECGF'],
    bad: [
      'U023BECGF',
      '<@U023BECGF>',
      'u0alice',
      't024be7ld:u023becgf',
      'T024BE7LD:D023BECGF',
      'T024BE7LD:B023BECGF',
      'T024BE7LD:',
      ':U023BECGF',
      'T024BE7LD:U023BECGF\n',
      'T024BE7LD:U023BECGF:U1',
      '*',
      '',
    ],
  },
  simulator: {
    good: ['friend', 'stranger-2', 'owner'],
    bad: ['Friend', '2', '-a', 'a b', 'friend\n', '../x', '__proto__', '*', '', 'a'.repeat(33)],
  },
}

describe.each(PROVIDERS)('a sender id of %s', (provider) => {
  it.each(VECTORS[provider].good)('takes %j as it is', (raw) => {
    expect(parseSenderId(provider, raw)).toBe(raw)
  })

  it.each(VECTORS[provider].bad)('refuses %j', (raw) => {
    expect(parseSenderId(provider, raw)).toBeUndefined()
  })

  it('is never anything but ASCII without spaces or control characters, and never changed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (raw) => {
        const id = parseSenderId(provider, raw)
        if (id === undefined) return
        expect(id).toBe(raw)
        expect(id).toMatch(/^[\u0021-\u007e]+$/)
      }),
    )
  })

  it('is refused with anything put around it or into it', () => {
    const [valid = ''] = VECTORS[provider].good
    const junk = fc.constantFrom(
      '\n',
      '\r',
      ' ',
      '\0',
      '\u200b',
      '\u202e',
      '\u212a',
      '*',
      '/',
      '\u00ad',
      '\uff11',
    )
    fc.assert(
      fc.property(junk, fc.nat({ max: valid.length }), (character, at) => {
        const raw = valid.slice(0, at) + character + valid.slice(at)
        expect(parseSenderId(provider, raw)).toBeUndefined()
      }),
    )
  })

  it('survives a list entry with spaces around it', () => {
    for (const raw of VECTORS[provider].good) expect(parseListEntry(provider, ` ${raw}\t`)).toBe(raw)
  })

  it('has a hint that says what it looks like', () => {
    expect(SENDER_ID_HINT[provider].length).toBeGreaterThan(20)
  })
})

describe('a list entry', () => {
  it.each([
    ['telegram', 'telegram:42', '42'],
    ['telegram', 'tg:42', '42'],
    ['telegram', '  telegram:42 ', '42'],
    ['signal', `uuid:${UUID}`, UUID],
    ['signal', 'signal:+15550001111', '+15550001111'],
    ['discord', 'discord:930000000000000042', '930000000000000042'],
    ['discord', 'user:930000000000000042', '930000000000000042'],
    ['slack', 'user:T024BE7LD:U023BECGF', 'T024BE7LD:U023BECGF'],
  ] as const)('of %s may be written %j, as the existing Clawdbot does', (provider, raw, id) => {
    expect(parseListEntry(provider, raw)).toBe(id)
  })

  it.each([
    // A user name can be given up and taken over: CVE-2026-28480.
    ['telegram', '@alice'],
    ['telegram', 'telegram:@alice'],
    ['telegram', 'telegram:telegram:42'],
    ['telegram', 'telegram: 42'],
    ['telegram', 'TELEGRAM:42'],
    ['telegram', 'whatsapp:42'],
    ['telegram', '\u00a042'],
    ['telegram', '42\n'],
    ['telegram', '*'],
    ['telegram', ''],
    ['telegram', ' '],
    ['whatsapp', 'whatsapp:+15550001111'],
    ['whatsapp', '15550001111'],
    ['imessage', 'imessage:alice@x.com'],
    ['discord', '<@930000000000000042>'],
    ['slack', 'U023BECGF'],
  ] as const)('of %s is refused when it is %j', (provider, raw) => {
    expect(parseListEntry(provider, raw)).toBeUndefined()
  })

  it('never makes a phone number of the digits of a LID, nor of a jid', () => {
    for (const raw of ['15550001111@lid', '15550001111:3@s.whatsapp.net']) {
      expect(parseListEntry('whatsapp', raw)).not.toBe('+15550001111')
    }
  })
})

describe('the name of a provider', () => {
  it.each([
    '../x',
    'telegram/../x',
    'Telegram',
    'telegram ',
    '__proto__',
    'constructor',
    '',
    '*',
    'telegram\0',
  ])('is refused when it is %j, so that it never becomes a path', (name) => {
    expect(parseProvider(name)).toBeUndefined()
  })
})
