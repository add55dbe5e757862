import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startWhatsAppServer } from '../../../../e2e/servers/whatsapp/server.ts'
import { hasLogin } from './login/login-store.ts'
import type { RunningWhatsApp } from './testing/whatsapp-world.ts'
import { worldsOfTests } from './testing/worlds.ts'

const world = worldsOfTests(startWhatsAppServer)
const states = (whatsapp: RunningWhatsApp): readonly string[] => whatsapp.statuses.map(({ state }) => state)
const inState = async (whatsapp: RunningWhatsApp, state: string): Promise<void> =>
  await whatsapp.until(() => whatsapp.status()?.state === state, state)

describe('linking WhatsApp', () => {
  it('says that nobody is linked, and connects nowhere, until somebody asks', async () => {
    const { server, run } = await world()
    const whatsapp = run()
    expect(whatsapp.status()).toEqual({ state: 'unlinked', detail: '' })
    expect(whatsapp.link()).toEqual({ code: null, self: null })
    expect(await whatsapp.send('15550001111@s.whatsapp.net', 'hello')).toEqual({
      kind: 'failed',
      why: 'WhatsApp is not linked',
    })
    expect(server.connections()).toBe(0)
  })

  it('shows a code, is scanned, connects again as WhatsApp asks, and says who it is', async () => {
    const { run } = await world()
    const whatsapp = run()
    await whatsapp.linkUp()
    expect(states(whatsapp)).toEqual(['unlinked', 'linking', 'connecting', 'connected'])
    expect(whatsapp.link()).toMatchObject({
      code: null,
      self: { number: '+15550009999', account: '99990000111@lid' },
    })
  })

  it('renews the code when its time is over, and says each time until when it counts', async () => {
    const { server, run } = await world()
    const whatsapp = run({ codeMs: 60 })
    whatsapp.provider.link?.('begin')
    const first = await whatsapp.code()
    const second = await whatsapp.code(first)
    expect(second).not.toBe(first)
    const codes = whatsapp.links.flatMap(({ code }) => code ?? [])
    expect(codes[1]?.until).toBeGreaterThan(codes[0]?.until ?? 0)
    await server.scan(await whatsapp.code(second))
    await inState(whatsapp, 'connected')
  })

  it('says so when nobody scanned any of the codes, and leaves nothing behind', async () => {
    const { folder, run } = await world()
    const whatsapp = run({ codeMs: 10 })
    whatsapp.provider.link?.('begin')
    await whatsapp.until(() => whatsapp.status()?.detail.startsWith('Nobody scanned') === true, 'the end')
    expect(whatsapp.status()?.state).toBe('unlinked')
    expect(whatsapp.link()).toEqual({ code: null, self: null })
    expect(hasLogin(folder)).toBe(false)
  })

  it('shows no code any more once it is cancelled, and can begin again', async () => {
    const { server, run } = await world()
    const whatsapp = run()
    whatsapp.provider.link?.('begin')
    const code = await whatsapp.code()
    whatsapp.provider.link?.('cancel')
    expect(whatsapp.status()).toEqual({ state: 'unlinked', detail: '' })
    expect(whatsapp.link()?.code).toBeNull()
    await server.until(() => server.openConnections() === 0, 'the end of the connection')
    await expect(server.scan(code)).rejects.toThrow(/code/)
    await whatsapp.linkUp()
  })

  it('links again by itself when the network broke before anybody scanned', async () => {
    const { server, run } = await world()
    const whatsapp = run()
    whatsapp.provider.link?.('begin')
    const code = await whatsapp.code()
    server.faults.drop()
    await server.scan(await whatsapp.code(code))
    await inState(whatsapp, 'connected')
    expect(states(whatsapp)).toEqual(['unlinked', 'linking', 'linking', 'linking', 'connecting', 'connected'])
  })

  it.each(['connect', 'hello', 'server-hello', 'login', 'pair-device'] as const)(
    'goes on when the connection is cut at %s',
    async (point) => {
      const { server, run } = await world()
      server.faults.cutNext(point)
      const whatsapp = run()
      whatsapp.provider.link?.('begin')
      // Of a connection that was cut, a code may have been on show for a moment.
      await whatsapp.until(() => server.connections() === 2, 'another connection')
      await server.scan(await whatsapp.code())
      await inState(whatsapp, 'connected')
      expect(server.isLinked()).toBe(true)
    },
  )

  it('is linked if the connection is cut after the phone has it, before it was told to start again', async () => {
    const { server, run } = await world()
    const whatsapp = run()
    whatsapp.provider.link?.('begin')
    const code = await whatsapp.code()
    server.faults.cutNext('pair-sign')
    await server.scan(code).catch(() => undefined)
    await inState(whatsapp, 'connected')
    expect(server.isLinked()).toBe(true)
  })

  it('gives up after some tries where there is no network, with a sentence', async () => {
    const { server, run } = await world()
    server.faults.unreachable()
    const whatsapp = run({ pauseMs: 1 })
    whatsapp.provider.link?.('begin')
    await whatsapp.until(() => whatsapp.status()?.detail.includes('Link again') === true, 'the end')
    expect(whatsapp.status()?.state).toBe('unlinked')
  })

  it.each(['root', 'intermediate', 'leaf', 'issuer', 'missing'] as const)(
    'refuses a server whose certificates are wrong (%s), and tells it nothing',
    async (chain) => {
      const { server, folder, run } = await world()
      server.faults.forgeChain(chain)
      const whatsapp = run()
      whatsapp.provider.link?.('begin')
      await inState(whatsapp, 'refused')
      expect(whatsapp.status()?.detail).toMatch(/could not prove that it is WhatsApp/)
      expect(server.seen).toEqual([])
      expect(server.connections()).toBe(1)
      expect(hasLogin(folder)).toBe(false)
      server.faults.heal()
      await whatsapp.linkUp()
    },
  )

  it('does nothing about a second begin while a code is shown or it is connected', async () => {
    const { server, run } = await world()
    const whatsapp = run()
    whatsapp.provider.link?.('begin')
    const code = await whatsapp.code()
    whatsapp.provider.link?.('begin')
    expect(whatsapp.link()?.code?.text).toBe(code)
    await server.scan(code)
    await inState(whatsapp, 'connected')
    const connections = server.connections()
    whatsapp.provider.link?.('begin')
    expect(whatsapp.status()).toEqual({ state: 'connected', detail: '' })
    expect(server.connections()).toBe(connections)
  })
})

describe('a login', () => {
  it('is the same after a restart', async () => {
    const { server, run } = await world()
    const first = run()
    await first.linkUp()
    const alice = await server.addContact({ number: '+15550001111', lid: '77770000222', name: 'Alice' })
    await alice.send('before')
    await first.until(() => first.heard.length === 1, 'the first message')
    await first.stop()
    await alice.send('between')
    const second = run()
    await second.until(() => second.heard.length === 1, 'what was sent meanwhile')
    await alice.send('after')
    await second.until(() => second.heard.length === 2, 'the next one')
    expect(second.heard.map(({ text, waited }) => [text, waited])).toEqual([
      ['between', true],
      ['after', false],
    ])
    expect(second.link()?.self).toMatchObject({ number: '+15550009999' })
  })

  it('is left alone when another device uses it, until the owner connects again', async () => {
    const { server, run } = await world()
    const whatsapp = run()
    await whatsapp.linkUp()
    const before = server.connections()
    server.faults.replaced()
    await inState(whatsapp, 'conflict')
    expect(whatsapp.status()?.detail).toMatch(/Another device or program uses this login/)
    expect(await whatsapp.send('15550001111@s.whatsapp.net', 'hello')).toMatchObject({ kind: 'failed' })
    // As long as several of its pauses.
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(server.connections()).toBe(before)
    whatsapp.provider.link?.('begin')
    await inState(whatsapp, 'connected')
    expect(server.connections()).toBe(before + 1)
  })

  it('is gone when the phone has removed the device, and can be linked anew', async () => {
    const { server, folder, run } = await world()
    const whatsapp = run()
    await whatsapp.linkUp()
    server.faults.removed()
    await inState(whatsapp, 'logged_out')
    expect(whatsapp.status()?.detail).toMatch(/The phone has removed this device/)
    expect(whatsapp.link()?.self).toBeNull()
    expect(hasLogin(folder)).toBe(false)
    await whatsapp.linkUp()
    expect(hasLogin(folder)).toBe(true)
  })

  it('is gone when WhatsApp says at the next login that the device was removed meanwhile', async () => {
    const { server, folder, run } = await world()
    const first = run()
    await first.linkUp()
    await first.stop()
    server.unlink()
    const second = run()
    await inState(second, 'logged_out')
    expect(hasLogin(folder)).toBe(false)
  })

  it.each([
    ['403', 'logged_out', /banned/],
    ['405', 'refused', /Update Clawdbot/],
  ] as const)('is kept when WhatsApp refuses it with %s', async (reason, state, words) => {
    const { server, folder, run } = await world()
    const first = run()
    await first.linkUp()
    await first.stop()
    server.faults.refuseLogins(reason)
    const second = run()
    await inState(second, state)
    expect(second.status()?.detail).toMatch(words)
    expect(hasLogin(folder)).toBe(true)
    server.faults.heal()
    second.provider.link?.('begin')
    await inState(second, 'connected')
  })

  it.each(['503', '500', '415', '600', 'nonsense'])(
    'is kept, and tried again, when WhatsApp answers %s',
    async (reason) => {
      const { server, folder, run } = await world()
      const first = run()
      await first.linkUp()
      await first.stop()
      server.faults.refuseLogins(reason, 2)
      const second = run({ pauseMs: 5 })
      await inState(second, 'connected')
      expect(states(second)).toContain('retrying')
      expect(hasLogin(folder)).toBe(true)
    },
  )

  it('is kept when something on the way answers 401 in the place of WhatsApp', async () => {
    const { folder, run } = await world()
    const first = run()
    await first.linkUp()
    await first.stop()
    const portal = createServer((_request, response) => response.writeHead(401).end())
    portal.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n'))
    await new Promise<void>((resolve) => portal.listen(0, '127.0.0.1', resolve))
    const address = portal.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    try {
      const second = run({
        test: { url: `ws://127.0.0.1:${port}/ws/chat`, rootKey: '00'.repeat(32) },
        pauseMs: 5,
      })
      await inState(second, 'retrying')
      expect(second.status()?.detail).toBe(
        'No connection to WhatsApp: something on the way answered 401 in its place. It is tried again.',
      )
      expect(hasLogin(folder)).toBe(true)
      await second.stop()
    } finally {
      portal.close()
    }
  })

  it('comes back after every way in which a connection can end, with the same session', async () => {
    const { server, run } = await world()
    const whatsapp = run({ pauseMs: 5 })
    await whatsapp.linkUp()
    const alice = await server.addContact({ number: '+15550001111', lid: '77770000222' })
    const ends = [
      () => server.faults.drop(),
      () => server.faults.endStream(),
      () => server.faults.restart(),
      () => server.faults.streamError(503),
      () => server.faults.garbage('undecryptable'),
      () => server.faults.garbage('half-stanza'),
      () => server.faults.garbage('raw'),
      () => server.faults.garbage('empty'),
    ]
    for (const [index, end] of ends.entries()) {
      const connections = server.connections()
      end()
      await whatsapp.until(() => server.connections() > connections, 'another connection')
      await inState(whatsapp, 'connected')
      await alice.send(`message ${index}`)
      await whatsapp.until(() => whatsapp.heard.length === index + 1, `message ${index}`)
    }
    expect(whatsapp.heard.map(({ text }) => text)).toEqual(ends.map((_, index) => `message ${index}`))
    expect(whatsapp.faults).toEqual([])
  })

  it('is refused, and not touched, when its file can not be read; unlinking removes it', async () => {
    const { folder, run } = await world()
    mkdirSync(folder, { recursive: true })
    const file = join(folder, 'login.jsonl')
    writeFileSync(file, 'this is no login\n{}\n')
    const whatsapp = run()
    await inState(whatsapp, 'refused')
    expect(whatsapp.status()?.detail).toContain(file)
    expect(readFileSync(file, 'utf8')).toBe('this is no login\n{}\n')
    whatsapp.provider.link?.('unlink')
    expect(whatsapp.status()?.state).toBe('unlinked')
    expect(existsSync(file)).toBe(false)
    await whatsapp.linkUp()
  })
})

describe('unlinking', () => {
  it('tells WhatsApp, and forgets the login', async () => {
    const { server, folder, run } = await world()
    const whatsapp = run()
    await whatsapp.linkUp()
    whatsapp.provider.link?.('unlink')
    await inState(whatsapp, 'unlinked')
    expect(whatsapp.status()?.detail).toBe('')
    expect(whatsapp.link()).toEqual({ code: null, self: null })
    expect(server.isLinked()).toBe(false)
    expect(hasLogin(folder)).toBe(false)
    await whatsapp.linkUp()
    expect(server.isLinked()).toBe(true)
  })

  it('forgets the login where there is no network, and says that the phone still lists it', async () => {
    const { server, folder, run } = await world()
    const whatsapp = run()
    await whatsapp.linkUp()
    server.faults.unreachable()
    await inState(whatsapp, 'retrying')
    whatsapp.provider.link?.('unlink')
    expect(whatsapp.status()).toMatchObject({ state: 'unlinked' })
    expect(whatsapp.status()?.detail).toMatch(/may still list it/)
    expect(hasLogin(folder)).toBe(false)
    const connections = server.connections()
    server.faults.heal()
    await whatsapp.linkUp()
    expect(server.connections()).toBe(connections + 2)
  })

  it('forgets the login when WhatsApp does not answer', async () => {
    const { server, folder, run } = await world()
    const whatsapp = run()
    await whatsapp.linkUp()
    server.faults.silent()
    whatsapp.provider.link?.('unlink')
    await inState(whatsapp, 'unlinked')
    expect(whatsapp.status()?.detail).toMatch(/may still list it/)
    expect(hasLogin(folder)).toBe(false)
  })
})
