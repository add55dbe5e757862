import { describe, expect, it } from 'vitest'
import { load, refusal } from '../testing/config-text.ts'

describe('whatsapp.allowFrom', () => {
  it.each([
    '15550001111',
    '0015550001111',
    '+0015550001111',
    '555-0111',
    '+1 555 000 1111',
    '+1 555 000 1111 ext 9',
    '+1 (555) 000-1111',
    '+15550001111 ext 9',
    '@alice',
    '',
    ' ',
    '\u00a0+15550001111',
    '+15550001111\n',
    '+١٥٥٥٠٠٠١١١١',
    '+１５５５０００１１１１',
    '+1555000111122223333',
    '+155500',
    '15550001111@s.whatsapp.net',
    '15550001111@c.us',
    '120363012345678901@g.us',
    '77712345:3@lid',
    '77712345@LID',
    'whatsapp:+15550001111',
    'status@broadcast',
    '__proto__',
  ])('refuses %j, and says what it has to be', async (entry) => {
    const refused = await refusal(JSON.stringify({ whatsapp: { allowFrom: [entry] } }))
    expect(refused).toContain('whatsapp.allowFrom[0] is not a WhatsApp id')
    expect(refused).toContain('a phone number such as +15550001111, or a LID such as 77712345@lid')
  })

  it('names the plus that is missing, and takes no digits for a number', async () => {
    expect(await refusal('{ whatsapp: { allowFrom: ["15550001111"] } }')).toMatch(
      /As a phone number it is "\+15550001111", with the plus\.$/,
    )
    // The number of JSON5 is taken as it is written: 15550001111 is not +15550001111.
    expect(await refusal('{ whatsapp: { allowFrom: [15550001111] } }')).toMatch(/with the plus\.$/)
    expect(await refusal('{ whatsapp: { allowFrom: ["77712345678901@LID"] } }')).not.toContain('plus')
  })

  it('takes numbers and LIDs, with spaces around them', async () => {
    const { providers, owner } = await load(
      '{ owner: { whatsapp: +15550001111 }, whatsapp: { allowFrom: [" +15550001112 ", "77712345@lid", "+15550001112"] } }',
    )
    expect(owner.whatsapp).toEqual(['+15550001111'])
    expect(providers.whatsapp.allowFrom).toEqual(['+15550001112', '77712345@lid'])
  })

  it('has its star only together with an open policy', async () => {
    expect(await refusal('{ whatsapp: { allowFrom: ["*"] } }')).toContain('means everybody')
    expect(await refusal('{ whatsapp: { dmPolicy: "open" } }')).toContain('does not contain "*"')
  })
})

describe('whatsapp.groups', () => {
  it.each(['120363012345678901', 'Family', '15550001111@s.whatsapp.net', '120363012345678901@G.US', ''])(
    'refuses %j as the name of a group',
    async (id) => {
      const refused = await refusal(`{ whatsapp: { groups: { ${JSON.stringify(id)}: {} } } }`)
      expect(refused).toContain('is not a WhatsApp group')
    },
  )

  it('refuses what it does not know of a group, and names what it knows', async () => {
    expect(await refusal('{ whatsapp: { groups: { "*": { requireMentions: true } } } }')).toBe(
      '1:32 whatsapp.groups["*"].requireMentions is not a known key | Did you mean "requireMention"?',
    )
    expect(await refusal('{ whatsapp: { groups: [] } }')).toContain('must be an object')
  })

  it('takes a group of today and one of earlier; a mention is required where nothing is said', async () => {
    const text =
      '{ whatsapp: { groups: { "15550001111-1412345678@g.us": {}, "*": { requireMention: false } } } }'
    expect((await load(text)).whatsapp.groups).toEqual({
      '15550001111-1412345678@g.us': { requireMention: true },
      '*': { requireMention: false },
    })
  })
})

describe('the keys of whatsapp', () => {
  it('are named where one is misspelt', async () => {
    expect(await refusal('{ whatsapp: { selfChat: true } }')).toContain('Did you mean "selfChatMode"?')
  })

  it.each([
    'accounts',
    'groupPolicy',
    'groupAllowFrom',
    'mediaMaxMb',
    'textChunkLimit',
    'url',
    'waWebSocketUrl',
    'proxy',
  ])('that are none here, of the existing Clawdbot or any address, are refused by name: %s', async (key) => {
    expect(await refusal(`{ whatsapp: { ${key}: "wss://web.whatsapp.com/ws/chat" } }`)).toContain(
      `whatsapp.${key} is not a known key`,
    )
  })

  it('of selfChatMode and enabled are yes or no', async () => {
    expect(await refusal('{ whatsapp: { selfChatMode: "no" } }')).toContain('whatsapp.selfChatMode')
    expect(await refusal('{ whatsapp: { enabled: 1 } }')).toContain('whatsapp.enabled')
  })
})

describe('the tests’ WhatsApp server', () => {
  const URL_NAME = 'CLAWDBOT_TEST_WHATSAPP_URL'
  const KEY_NAME = 'CLAWDBOT_TEST_WHATSAPP_ROOT_KEY'
  const MEDIA_NAME = 'CLAWDBOT_TEST_WHATSAPP_MEDIA_URL'
  const url = 'ws://127.0.0.1:4000/ws/chat'
  const rootKey = 'a1'.repeat(32)
  const mediaUrl = 'http://127.0.0.1:4001'
  const env = { CLAWDBOT_TEST: '1', [URL_NAME]: url, [KEY_NAME]: rootKey }

  it('is an address and a key, with or without one for media', async () => {
    expect((await load(undefined, env)).testEndpoints).toEqual({ whatsapp: { url, rootKey } })
    expect((await load(undefined, { ...env, [MEDIA_NAME]: mediaUrl })).testEndpoints).toEqual({
      whatsapp: { url, rootKey, mediaUrl },
    })
    expect((await load()).testEndpoints).toEqual({})
  })

  it.each([
    [URL_NAME, 'wss://web.whatsapp.com/ws/chat'],
    [URL_NAME, 'ws://192.168.1.2:4000'],
    [URL_NAME, 'ws://127.0.0.1.example.com'],
    [URL_NAME, 'ws://user@127.0.0.1'],
    [URL_NAME, 'http://127.0.0.1:4000'],
    [KEY_NAME, 'A1'.repeat(32)],
    [KEY_NAME, 'a1'.repeat(31)],
    [KEY_NAME, 'not a key'],
    [MEDIA_NAME, 'http://mmg.whatsapp.net'],
    [MEDIA_NAME, 'ws://127.0.0.1:4001'],
  ])('is refused with %s=%s', async (name, value) => {
    expect(await refusal('{}', { ...env, [name]: value })).toContain(`${name} is set, and it is for tests`)
  })

  it.each([URL_NAME, KEY_NAME])('is refused without %s', async (name) => {
    expect(await refusal('{}', { ...env, [name]: '' })).toContain(`${name} is missing`)
    expect(await refusal('{}', { ...env, [name]: undefined })).toContain(`${name} is missing`)
  })

  it('is refused without the test flag, whichever part is there', async () => {
    for (const part of [{ [URL_NAME]: url }, { [KEY_NAME]: rootKey }, { [MEDIA_NAME]: mediaUrl }]) {
      expect(await refusal('{}', part)).toContain('CLAWDBOT_TEST has to be 1')
    }
    expect(await refusal('{}', { CLAWDBOT_TEST: '1', [MEDIA_NAME]: mediaUrl })).toContain(
      `${URL_NAME} is missing`,
    )
  })
})
