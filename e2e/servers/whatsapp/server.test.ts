import { randomBytes } from 'node:crypto'
import { type AuthenticationState, Curve, proto, S_WHATSAPP_NET } from '@whiskeysockets/baileys'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Contact } from './phones/contact.ts'
import { startWhatsAppServer, type WhatsAppServer } from './server.ts'
import { connect, link, login, newLogin, type Session } from './testing/session.ts'

let server: WhatsAppServer
let auth: AuthenticationState
let sessions: Session[] = []

beforeEach(async () => {
  server = await startWhatsAppServer()
  auth = newLogin()
})

afterEach(async () => {
  for (const session of sessions) await session.close()
  sessions = []
  await server.stop()
})

const keep = (session: Session): Session => {
  sessions.push(session)
  return session
}
const linked = async (): Promise<Session> => keep(await link(server, auth))
const again = async (): Promise<Session> => keep(await login(server, auth))

const alice = (): Promise<Contact> => server.addContact({ number: '+15550001111', lid: '777', name: 'Alice' })

const texts = ({ heard }: Session): readonly unknown[] =>
  heard.map(({ message }) => message?.conversation ?? undefined)

const send = (session: Session, jid: string, text: string, id: string): Promise<string> =>
  session.socket.relayMessage(jid, { conversation: text }, { messageId: id })

const join = (...fields: readonly (string | undefined)[]): string => fields.join(',')

const confirmed = (): Promise<void> =>
  server.until(() => server.pending().length === 0, 'the client to have confirmed everything')

const ask = (session: Session, xmlns: string, type: 'get' | 'set', tag: string): Promise<unknown> =>
  session.socket.query({
    tag: 'iq',
    attrs: { to: S_WHATSAPP_NET, type, xmlns },
    content: [{ tag, attrs: {} }],
  })

describe('linking', () => {
  test('a client is linked by a scan, reads what a contact writes, and writes what the contact can read', async () => {
    const session = await linked()
    expect(session.socket.user).toMatchObject({
      id: '15550009999:7@s.whatsapp.net',
      lid: '99990000111:7@lid',
    })
    const contact = await alice()
    await contact.send('hello')
    await session.until(() => session.heard.length === 1, 'the message of Alice')
    expect(session.heard[0]).toMatchObject({
      key: { remoteJid: '777@lid', remoteJidAlt: '15550001111@s.whatsapp.net', fromMe: false },
      pushName: 'Alice',
      message: { conversation: 'hello' },
    })
    await send(session, '777@lid', 'hello yourself', 'A1')
    await server.until(() => contact.received.length === 1, 'the answer at the phone of Alice')
    expect(contact.received[0]).toMatchObject({ id: 'A1', text: 'hello yourself', chat: '777@lid' })
    await server.until(() => server.phone.received.length === 1, 'the copy at the own phone')
    expect(server.phone.received[0]?.text).toBe('hello yourself')
    await confirmed()
    expect(server.unknown()).toEqual([])
  })

  test('six codes are shown one after the other, and each of them can be scanned', async () => {
    const session = keep(connect(server, auth, { qrTimeout: 20 }))
    await session.until(() => session.codes.length === 3, 'the third code')
    expect(new Set(session.codes).size).toBe(3)
    await server.scan(session.codes[1] ?? '')
    expect(server.isLinked()).toBe(true)
  })

  test('a client that runs out of codes gives up, and its codes are worth nothing any more', async () => {
    const session = keep(connect(server, auth, { qrTimeout: 5 }))
    expect(await session.untilEnded()).toBe(408)
    expect(session.codes).toHaveLength(6)
    await server.until(() => server.openConnections() === 0, 'the end of the connection')
    await expect(server.scan(session.codes[5] ?? '')).rejects.toThrow('not on show any more')
  })

  test('the server ends a connection whose codes were not scanned in time', async () => {
    server.faults.rotateRefs(5)
    const session = keep(connect(server, auth))
    expect(await session.untilEnded()).toBe(428)
    expect(server.unknown()).toEqual([])
  })

  test('a code that was not shown here, or was changed on the way to the phone, links nothing', async () => {
    const session = keep(connect(server, auth))
    const code = await session.code()
    const [ref, noiseKey, identity, secret, platform] = code.split(',')
    const other = randomBytes(32).toString('base64')
    await expect(server.scan('https://example.org/')).rejects.toThrow('no code that a phone can scan')
    await expect(server.scan(join(`${ref}x`, noiseKey, identity, secret, platform))).rejects.toThrow(
      'not on show',
    )
    await expect(server.scan(join(ref, other, identity, secret, platform))).rejects.toThrow('noise key')
    await expect(server.scan(join(ref, noiseKey, other, secret, platform))).rejects.toThrow('identity')
    expect(server.isLinked()).toBe(false)
    await server.scan(code)
    await expect(server.scan(code)).rejects.toThrow('not on show any more')
  })

  test('a client whose secret was not in the code notices, and is not linked', async () => {
    const session = keep(connect(server, auth))
    const [ref, noiseKey, identity] = (await session.code()).split(',')
    const scan = server.scan([ref, noiseKey, identity, randomBytes(32).toString('base64')].join(','))
    await expect(scan).rejects.toThrow('ended before')
    await session.untilEnded()
    expect(session.ended()?.message).toContain('Invalid account signature')
    expect(server.isLinked()).toBe(false)
  })

  test('a client that does not sign for its device is not linked', async () => {
    const session = keep(connect(server, auth))
    const scan = server.scan(await session.code())
    const { sign } = Curve
    Curve.sign = () => randomBytes(64)
    try {
      await expect(scan).rejects.toThrow('did not sign')
    } finally {
      Curve.sign = sign
    }
    expect(await session.untilEnded()).toBe(401)
    expect(server.isLinked()).toBe(false)
    expect(server.unknown()).toEqual(['a client that did not sign for its device'])
  })

  test('a client that shows a prekey it did not sign is refused', async () => {
    Object.assign(auth.creds.signedPreKey, { signature: randomBytes(64) })
    expect(await keep(connect(server, auth)).untilEnded()).toBe(400)
    expect(server.unknown()).toEqual(['a registration with a signed prekey that is not signed'])
  })

  test('after linking the phone sends its history, if it is to', async () => {
    await server.stop()
    server = await startWhatsAppServer({ historySync: true })
    const session = await linked()
    await confirmed()
    await session.until(() => session.heard.length === 2, 'two notifications of history')
    expect(session.heard.map(({ message }) => message?.protocolMessage?.type)).toEqual([
      proto.Message.ProtocolMessage.Type.HISTORY_SYNC_NOTIFICATION,
      proto.Message.ProtocolMessage.Type.HISTORY_SYNC_NOTIFICATION,
    ])
    expect(server.unknown()).toEqual([])
  })
})

describe('logins', () => {
  test('a device comes back with its keys and goes on in the same sessions', async () => {
    const first = await linked()
    const contact = await alice()
    await contact.send('one')
    await first.until(() => first.heard.length === 1, 'the first message')
    await first.close()
    const second = await again()
    await contact.send('two')
    await second.until(() => second.heard.length === 1, 'the second message')
    expect(texts(second)).toEqual(['two'])
    expect(server.connections()).toBe(3)
    expect(server.unknown()).toEqual([])
  })

  test.each([
    [
      'with another noise key',
      (creds: AuthenticationState['creds']) => {
        Object.assign(creds, { noiseKey: Curve.generateKeyPair() })
      },
    ],
    [
      'as a device that was never linked',
      ({ me }: AuthenticationState['creds']) => {
        if (me) me.id = '15550009999:99@s.whatsapp.net'
      },
    ],
    [
      'for another account',
      ({ me }: AuthenticationState['creds']) => {
        if (me) me.id = '15550008888:7@s.whatsapp.net'
      },
    ],
  ])('a login %s is refused', async (_name, change) => {
    await (await linked()).close()
    change(auth.creds)
    expect(await keep(connect(server, auth)).untilEnded()).toBe(401)
    expect(server.isActive()).toBe(false)
  })

  test('a device says where it was routed to the last time', async () => {
    await (await linked()).close()
    expect(auth.creds.routingInfo?.length).toBeGreaterThan(0)
    expect((await again()).isOpen()).toBe(true)
    expect(server.unknown()).toEqual([])
  })

  test('of two logins of one device the older is replaced, and the younger gets the messages', async () => {
    const older = await linked()
    const younger = await again()
    expect(await older.untilEnded()).toBe(440)
    const contact = await alice()
    await contact.send('who is there?')
    await younger.until(() => younger.heard.length === 1, 'the message')
    expect(younger.isOpen()).toBe(true)
    expect(server.openConnections()).toBe(1)
  })

  test('a client that unlinks itself is linked no longer', async () => {
    const session = await linked()
    await session.socket.logout()
    await server.until(() => !server.isLinked(), 'the device to be unlinked')
    expect(await keep(connect(server, auth)).untilEnded()).toBe(401)
    expect(server.unknown()).toEqual([])
  })

  test('a device that the phone unlinks is told so, and can be linked anew', async () => {
    const session = await linked()
    server.unlink()
    expect(await session.untilEnded()).toBe(401)
    auth = newLogin()
    const anew = await linked()
    expect(anew.socket.user?.id).toBe('15550009999:8@s.whatsapp.net')
    expect(server.unknown()).toEqual([])
  })
})

describe('what is for the client', () => {
  test('is kept while it is away, and comes oldest first, marked', async () => {
    await (await linked()).close()
    await server.until(() => server.openConnections() === 0, 'the client to be away')
    const contact = await alice()
    for (const text of ['one', 'two', 'three']) await contact.send(text)
    expect(server.pending()).toHaveLength(3)
    const marks: (string | undefined)[] = []
    const session = keep(connect(server, auth))
    session.socket.ws.on('CB:message', ({ attrs }: { attrs: Record<string, string> }) => {
      marks.push(attrs['offline'])
    })
    await session.until(() => session.heard.length === 3, 'the backlog')
    expect(texts(session)).toEqual(['one', 'two', 'three'])
    expect(marks).toEqual(['0', '1', '2'])
    await confirmed()
    await contact.send('four')
    await session.until(() => session.heard.length === 4, 'a live message')
    expect(marks.at(-1)).toBeUndefined()
    expect(server.unknown()).toEqual([])
  })

  test('comes again with the next connection if it was not confirmed, before what is younger', async () => {
    const first = await linked()
    const contact = await alice()
    server.faults.cutNext('receipt')
    await contact.send('one')
    await first.untilEnded()
    await contact.send('two')
    const ids = server.pending().map(({ attrs }) => attrs['id'])
    const second = keep(connect(server, auth))
    const came: (string | undefined)[] = []
    second.socket.ws.on('CB:message', ({ attrs }: { attrs: Record<string, string> }) => {
      came.push(attrs['id'])
    })
    await confirmed()
    expect(came).toEqual(ids)
    expect(ids).toHaveLength(2)
    await second.until(() => second.heard.length === 1, 'the younger message')
    // Baileys can not decrypt the older one again, and says so: to whoever listens to it alone, it is lost.
    expect(texts(second)).toEqual(['two'])
    expect(server.unknown()).toEqual([])
  })

  test('comes no more after the client said that it can do nothing with it', async () => {
    const session = await linked()
    await alice()
    server.deliver({
      tag: 'message',
      attrs: { from: '777@lid', id: 'M1', t: '1', type: 'text' },
      content: [{ tag: 'enc', attrs: { v: '2', type: 'msmsg' }, content: randomBytes(40) }],
    })
    await confirmed()
    await session.close()
    const next = await again()
    expect(next.heard).toEqual([])
  })

  test('is confirmed by the chat it came from, when two people used the same id', async () => {
    const session = await linked()
    const bob = await server.addContact({ number: '+15550002222', lid: '888' })
    const contact = await alice()
    await Promise.all([contact.send('a', { id: 'SAME' }), bob.send('b', { id: 'SAME' })])
    await session.until(() => session.heard.length === 2, 'both messages')
    await confirmed()
    expect([contact, bob].map(({ receipts }) => receipts.flatMap(({ ids }) => ids))).toEqual([
      ['SAME'],
      ['SAME'],
    ])
  })
})

describe('what the client sends', () => {
  test('is acknowledged by its id', async () => {
    const session = await linked()
    await alice()
    const acked = session.socket.waitForMessage('A1', 10_000)
    await send(session, '777@lid', 'hello', 'A1')
    expect(await acked).toMatchObject({ tag: 'ack', attrs: { class: 'message', id: 'A1', from: '777@lid' } })
  })

  test('is shown once when the same id comes twice, and counted', async () => {
    const session = await linked()
    const contact = await alice()
    await send(session, '777@lid', 'once', 'A1')
    await send(session, '777@lid', 'once', 'A1')
    await server.until(() => contact.repeats === 1, 'the repeat')
    expect(contact.received.map(({ text }) => text)).toEqual(['once'])
  })

  test('is refused, and not known, when it is for nobody', async () => {
    const session = await linked()
    const acked = session.socket.waitForMessage('A1', 10_000)
    await session.socket.sendNode({
      tag: 'message',
      attrs: { to: '555@lid', id: 'A1', type: 'text' },
      content: [],
    })
    expect(await acked).toMatchObject({ attrs: { error: '404' } })
  })

  test('must show who the device belongs to when it opens a session', async () => {
    const session = await linked()
    await alice()
    const acked = session.socket.waitForMessage('A1', 10_000)
    const enc = { tag: 'enc', attrs: { v: '2', type: 'pkmsg' }, content: randomBytes(60) }
    await session.socket.sendNode({
      tag: 'message',
      attrs: { to: '777@lid', id: 'A1', type: 'text' },
      content: [
        {
          tag: 'participants',
          attrs: {},
          content: [{ tag: 'to', attrs: { jid: '777@lid' }, content: [enc] }],
        },
      ],
    })
    expect(await acked).toMatchObject({ attrs: { error: '479' } })
    expect(server.unknown()).toHaveLength(1)
    expect(server.unknown()[0]).toContain('without a device identity')
  })

  test('as a sign of writing or of presence is noted', async () => {
    const session = await linked()
    const contact = await alice()
    Object.assign(session.socket.authState.creds.me ?? {}, { name: 'Bot' })
    await session.socket.sendPresenceUpdate('available')
    await server.until(() => server.presence() === 'available', 'the presence')
    await session.socket.sendPresenceUpdate('composing', '777@lid')
    await server.until(() => contact.typing === 'on', 'the sign that somebody writes')
    await session.socket.sendPresenceUpdate('paused', '777@lid')
    await server.until(() => contact.typing === 'off', 'the end of it')
    expect(server.unknown()).toEqual([])
  })
})

describe('requests', () => {
  test('for signs of life are answered', async () => {
    const session = keep(await link(server, auth, { keepAliveIntervalMs: 20 }))
    const pings = () => server.seen.filter(({ attrs }) => attrs['xmlns'] === 'w:p').length
    await server.until(() => pings() >= 3, 'three pings')
    expect(session.isOpen()).toBe(true)
    expect(server.unknown()).toEqual([])
  })

  test('for signs of life are answered while codes are shown, too', async () => {
    const session = keep(connect(server, auth, { keepAliveIntervalMs: 20 }))
    const code = await session.code()
    const pings = () => server.seen.filter(({ attrs }) => attrs['xmlns'] === 'w:p').length
    await server.until(() => pings() >= 3, 'three pings')
    await server.scan(code)
    expect(server.unknown()).toEqual([])
  })

  test('for users tell who exists', async () => {
    const session = await linked()
    await alice()
    expect(await session.socket.onWhatsApp('+15550001111', '+15550004444')).toEqual([
      { jid: '15550001111@s.whatsapp.net', exists: true },
    ])
  })

  test('for more one-time keys are made by the server when it runs low, and the client sends some', async () => {
    const session = await linked()
    const device = server.companion()
    const taken: (number | undefined)[] = []
    for (let index = 0; index < 808; index++) taken.push(device?.takeBundle().preKey?.id)
    await server.until(
      () =>
        server.seen.filter(
          ({ content }) => Array.isArray(content) && content.some(({ tag }) => tag === 'list'),
        ).length > 1,
      'a second upload of keys',
    )
    await confirmed()
    await (await alice()).send('with one of the new keys')
    await session.until(() => session.heard.length === 1, 'the message')
    expect(new Set(taken).size).toBe(808)
    expect(server.unknown()).toEqual([])
  })

  test('for the keys of nobody are answered with an error', async () => {
    const session = await linked()
    await expect(session.socket.assertSessions(['555@lid'], true)).rejects.toThrow('item-not-found')
  })

  test('that are not known are answered with an error and noted', async () => {
    const session = await linked()
    await expect(ask(session, 'nonsense', 'get', 'x')).rejects.toThrow('feature-not-implemented')
    await expect(ask(session, 'encrypt', 'get', 'x')).rejects.toThrow('feature-not-implemented')
    await session.socket.sendNode({ tag: 'nonsense', attrs: {} })
    await server.until(() => server.unknown().length === 3, 'three complaints')
    expect(server.unknown()).toEqual([
      expect.stringContaining('xmlns=nonsense'),
      expect.stringContaining('xmlns=encrypt'),
      'unknown stanza <nonsense>',
    ])
  })

  test('with keys that the device did not sign are refused', async () => {
    const session = await linked()
    Object.assign(session.socket.authState.creds, { signedIdentityKey: Curve.generateKeyPair() })
    await expect(session.socket.rotateSignedPreKey()).rejects.toThrow('bad-request')
    expect(server.unknown()).toEqual([expect.stringContaining('did not sign')])
  })

  test('to replace the signed prekey are honoured', async () => {
    const session = await linked()
    await session.socket.rotateSignedPreKey()
    const contact = await alice()
    await contact.send('with the new key')
    await session.until(() => session.heard.length === 1, 'the message')
    expect(texts(session)).toEqual(['with the new key'])
    expect(server.unknown()).toEqual([])
  })
})
