import type { AuthenticationState } from '@whiskeysockets/baileys'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Chain } from './cert-chain.ts'
import type { CutPoint, Garbage } from './faults.ts'
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
const open = (): Session => keep(connect(server, auth))
const linked = async (): Promise<Session> => keep(await link(server, auth))
const again = async (): Promise<Session> => keep(await login(server, auth))

const alice = (): Promise<Contact> => server.addContact({ number: '+15550001111', lid: '777', name: 'Alice' })

const texts = ({ heard }: Session): readonly unknown[] => heard.map(({ message }) => message?.conversation)

const send = (session: Session, text: string, id: string): Promise<string> =>
  session.socket.relayMessage('777@lid', { conversation: text }, { messageId: id })

/** A message each way. */
const works = async (session: Session, contact: Contact): Promise<void> => {
  const [heard, received] = [session.heard.length, contact.received.length]
  await contact.send('are you there?')
  await session.until(() => session.heard.length > heard, 'a message at the client')
  await send(session, 'yes', `W${received}`)
  await server.until(() => contact.received.length > received, 'a message at the phone')
}

describe('certificates', () => {
  test.each([
    ['root', 'noise intermediate certificate signature invalid'],
    ['intermediate', 'noise certificate signature invalid'],
    ['leaf', 'noise certificate signature invalid'],
    ['issuer', 'certification match failed'],
    ['missing', 'invalid noise leaf certificate'],
  ] as const satisfies readonly (readonly [Chain, string])[])(
    'a client refuses a chain with a forged part: %s',
    async (chain, why) => {
      server.faults.forgeChain(chain)
      const session = open()
      expect(await session.untilEnded()).toBe(400)
      expect(session.ended()?.message).toBe(why)
      expect(session.codes).toEqual([])
      server.faults.forgeChain('none')
      expect(await open().code()).toContain('2@')
      expect(server.unknown()).toEqual([])
    },
  )

  test("a client takes another server's chain that is played back: Baileys does not compare its key", async () => {
    server.faults.forgeChain('replayed')
    expect(await open().code()).toContain('2@')
  })
})

describe('connections that are cut', () => {
  test.each([
    'connect',
    'hello',
    'server-hello',
    'login',
    'pair-device',
  ] as const satisfies readonly CutPoint[])(
    'at %s, before anything is linked, leave nothing behind',
    async (point) => {
      server.faults.cutNext(point)
      await open().untilEnded()
      expect(server.isLinked()).toBe(false)
      await linked()
      expect(server.unknown()).toEqual([])
    },
  )

  test('at pair-success leave a client that believes it is linked, and is not', async () => {
    const session = open()
    server.faults.cutNext('pair-success')
    await expect(server.scan(await session.code())).rejects.toThrow('ended before')
    await session.untilEnded()
    expect(server.isLinked()).toBe(false)
    expect(auth.creds.me?.id).toBe('15550009999:7@s.whatsapp.net')
    expect(await open().untilEnded()).toBe(401)
    auth = newLogin()
    await linked()
  })

  test('at pair-sign leave a device that is linked and was not told to start again', async () => {
    const session = open()
    server.faults.cutNext('pair-sign')
    await server.scan(await session.code())
    expect(await session.untilEnded()).toBe(428)
    await works(await again(), await alice())
    expect(server.unknown()).toEqual([])
  })

  test.each(['hello', 'server-hello', 'login', 'success', 'pre-keys'] as const satisfies readonly CutPoint[])(
    'at %s of a login can be made again, and nothing is lost',
    async (point) => {
      if (point === 'pre-keys') {
        const pairing = open()
        await server.scan(await pairing.code())
        await pairing.untilEnded()
      } else {
        await (await linked()).close()
      }
      server.faults.cutNext(point)
      await open().untilEnded()
      await works(await again(), await alice())
      expect(server.unknown()).toEqual([])
    },
  )

  test('when the client sends lose the message', async () => {
    const session = await linked()
    const contact = await alice()
    server.faults.cutNext('message')
    await send(session, 'lost', 'A1')
    await session.untilEnded()
    const next = await again()
    await send(next, 'not lost', 'A2')
    await server.until(() => contact.received.length === 1, 'the second message')
    expect(contact.received[0]?.text).toBe('not lost')
  })

  test('before an acknowledgement do not lose the message, which is not shown again when it is sent again', async () => {
    const session = await linked()
    const contact = await alice()
    server.faults.cutNext('ack')
    await send(session, 'once', 'A1')
    await session.untilEnded()
    const next = await again()
    const acked = next.socket.waitForMessage('A1', 10_000)
    await send(next, 'once', 'A1')
    expect(await acked).toMatchObject({ tag: 'ack' })
    await server.until(() => contact.repeats === 1, 'the repeat')
    expect(contact.received.map(({ text }) => text)).toEqual(['once'])
    expect(server.unknown()).toEqual([])
  })

  test('at any moment can be made again', async () => {
    const session = await linked()
    server.faults.drop()
    expect(await session.untilEnded()).toBe(428)
    await works(await again(), await alice())
    expect(server.unknown()).toEqual([])
  })
})

describe('messages', () => {
  test('come twice', async () => {
    const session = await linked()
    const contact = await alice()
    const came: (string | undefined)[] = []
    session.socket.ws.on('CB:message', ({ attrs }: { attrs: Record<string, string> }) =>
      came.push(attrs['id']),
    )
    server.faults.duplicateNext(1)
    const first = await contact.send('one')
    const second = await contact.send('two')
    await session.until(() => session.heard.some(({ key }) => key.id === second), 'the second message')
    expect(came).toEqual([first, first, second])
  })

  test('come last first', async () => {
    const session = await linked()
    const contact = await alice()
    server.faults.reorderNext(3)
    for (const text of ['one', 'two', 'three']) await contact.send(text)
    await session.until(() => session.heard.length === 3, 'three messages')
    expect(texts(session)).toEqual(['three', 'two', 'one'])
  })

  test('that are held back to be reordered are let go by heal', async () => {
    const session = await linked()
    const contact = await alice()
    server.faults.reorderNext(3)
    for (const text of ['one', 'two']) await contact.send(text)
    server.faults.heal()
    await session.until(() => session.heard.length === 2, 'both messages')
    expect(texts(session)).toEqual(['two', 'one'])
  })

  test('come late, and the next ones overtake them', async () => {
    const session = await linked()
    const contact = await alice()
    server.faults.delayNext(500)
    for (const text of ['one', 'two']) await contact.send(text)
    await session.until(() => session.heard.length === 2, 'both messages')
    expect(texts(session)).toEqual(['two', 'one'])
  })

  test('of the client are not acknowledged, and arrive', async () => {
    const session = await linked()
    const contact = await alice()
    const acks: (string | undefined)[] = []
    session.socket.ws.on('CB:ack,class:message', ({ attrs }: { attrs: Record<string, string> }) => {
      acks.push(attrs['id'])
    })
    server.faults.loseNextAck(1)
    await send(session, 'one', 'A1')
    const acked = session.socket.waitForMessage('A2', 10_000)
    await send(session, 'two', 'A2')
    await acked
    await server.until(() => contact.received.length === 2, 'both messages')
    expect(acks).toEqual(['A2'])
  })

  test('of the client are refused with an error, and do not arrive', async () => {
    const session = await linked()
    const contact = await alice()
    server.faults.refuseNextMessages(463)
    const acked = session.socket.waitForMessage('A1', 10_000)
    await send(session, 'one', 'A1')
    expect(await acked).toMatchObject({ attrs: { error: '463' } })
    await works(session, contact)
    expect(contact.received.map(({ text }) => text)).toEqual(['yes'])
  })
})

describe('ends', () => {
  test('another device takes over', async () => {
    const session = await linked()
    server.faults.replaced()
    expect(await session.untilEnded()).toBe(440)
    await works(await again(), await alice())
  })

  test('the device is removed', async () => {
    const session = await linked()
    server.faults.removed()
    expect(await session.untilEnded()).toBe(401)
    expect(server.isLinked()).toBe(false)
    expect(await open().untilEnded()).toBe(401)
  })

  test('the client is to start again', async () => {
    const session = await linked()
    server.faults.restart()
    expect(await session.untilEnded()).toBe(515)
    await works(await again(), await alice())
  })

  test('the stream ends with a code, or without one', async () => {
    const session = await linked()
    server.faults.streamError(503)
    expect(await session.untilEnded()).toBe(503)
    const next = await again()
    server.faults.endStream()
    expect(await next.untilEnded()).toBe(428)
  })

  test('logins are refused as often as ordered', async () => {
    await (await linked()).close()
    server.faults.refuseLogins(503, 1)
    server.faults.refuseLogins(403, 1)
    expect(await open().untilEnded()).toBe(403)
    await works(await again(), await alice())
  })

  test('nobody gets in while the network is away', async () => {
    const session = await linked()
    server.faults.unreachable()
    await session.untilEnded()
    const refused = open()
    await refused.untilEnded()
    expect(refused.isOpen()).toBe(false)
    server.faults.heal()
    await works(await again(), await alice())
  })

  test('a dead network answers nothing and tells nobody, and what it swallowed comes with the next connection', async () => {
    const session = await linked()
    const contact = await alice()
    server.faults.silent()
    await contact.send('into the void')
    await expect(ping(session)).rejects.toThrow('Timed Out')
    expect(session.ended()).toBeUndefined()
    server.faults.heal()
    await session.untilEnded()
    const next = await again()
    await next.until(() => next.heard.length === 1, 'the message')
    expect(texts(next)).toEqual(['into the void'])
    expect(server.unknown()).toEqual([])
  })
})

describe('garbage', () => {
  test('of an unknown kind is passed over', async () => {
    const session = await linked()
    server.faults.garbage('unknown-stanza')
    await works(session, await alice())
    expect(session.thrown).toEqual([])
  })

  test.each([
    ['undecryptable', 'unable to authenticate'],
    ['half-stanza', 'end of stream'],
    ['empty', 'outside buffer'],
  ] as const satisfies readonly (readonly [Garbage, string])[])(
    'that is %s makes the listener of Baileys throw, which nobody catches',
    async (kind, what) => {
      const session = await linked()
      server.faults.garbage(kind)
      await session.until(() => session.thrown.length > 0, 'something thrown')
      expect(session.thrown[0]).toContain(what)
    },
  )

  test('outside of any frame ends the connection', async () => {
    const session = await linked()
    server.faults.garbage('raw')
    await session.untilEnded()
    await works(await again(), await alice())
    expect(server.connections()).toBe(3)
  })

  test.each(['text', 'endless'] as const)('of the kind %s makes the client deaf', async (kind) => {
    const session = await linked()
    const contact = await alice()
    server.faults.garbage(kind)
    await contact.send('do you hear me?')
    await server.until(() => server.pending().length === 1, 'the message to be sent')
    await expect(ping(session)).rejects.toThrow('Timed Out')
    expect(session.heard).toEqual([])
    server.faults.drop()
    const next = await again()
    await next.until(() => next.heard.length === 1, 'the message')
  })
})

/** Rejects if no answer comes within a moment. */
const ping = (session: Session): Promise<unknown> =>
  session.socket.query(
    {
      tag: 'iq',
      attrs: { to: 's.whatsapp.net', type: 'get', xmlns: 'w:p' },
      content: [{ tag: 'ping', attrs: {} }],
    },
    100,
  )
