// Whatever WhatsApp's server says, or whoever got into its place: it leads to no other address, ends nothing, and nobody stays deaf.
import { createServer } from 'node:http'
import { type AddressInfo, Socket } from 'node:net'
import { type BinaryNode, decodeBinaryNode, encodeBinaryNode, proto } from '@whiskeysockets/baileys'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Contact } from '../../../../e2e/servers/whatsapp/phones/contact.ts'
import { startWhatsAppServer, type WhatsAppServer } from '../../../../e2e/servers/whatsapp/server.ts'
import { createWhatsAppWorld, type RunningWhatsApp, type WhatsAppWorld } from './testing/whatsapp-world.ts'

const open: WhatsAppWorld<WhatsAppServer>[] = []
afterEach(async () => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  for (const world of open.splice(0)) await world.close()
})

interface Linked extends WhatsAppWorld<WhatsAppServer> {
  readonly whatsapp: RunningWhatsApp
  readonly alice: Contact
  /** Hears whether it still hears. */
  readonly stillHears: (text: string) => Promise<void>
}

const linked = async (): Promise<Linked> => {
  const world = createWhatsAppWorld(await startWhatsAppServer())
  open.push(world)
  const whatsapp = world.run({ pauseMs: 5 })
  await whatsapp.linkUp()
  const alice = await world.server.addContact({ number: '+15550001111', lid: '77770000222', name: 'Alice' })
  const stillHears = async (text: string): Promise<void> => {
    await alice.send(text)
    await whatsapp.until(() => whatsapp.heard.some((event) => event.text === text), text)
    expect(whatsapp.faults).toEqual([])
  }
  return { ...world, whatsapp, alice, stillHears }
}

const node = (
  tag: string,
  attrs: Readonly<Record<string, string>> = {},
  content?: BinaryNode['content'],
): BinaryNode => ({ tag, attrs: { ...attrs }, ...(content === undefined ? {} : { content }) })

let ids = 0
const freshId = (): string => `HOSTILE${(ids++).toString().padStart(5, '0')}`

/** Where this process connects to from now on. */
const watchConnections = (): (() => readonly string[]) => {
  const spy = vi.spyOn(Socket.prototype, 'connect')
  return () => spy.mock.calls.map((given) => JSON.stringify(given))
}

describe('no other address', () => {
  it('is asked for a history, though the account’s own phone says where one is', async () => {
    const { server, whatsapp, stillHears } = await linked()
    const fetched = vi.spyOn(globalThis, 'fetch')
    const historySyncNotification = {
      directPath: '.evil.example/history',
      mediaKey: Buffer.alloc(32, 1),
      fileSha256: Buffer.alloc(32, 2),
      fileEncSha256: Buffer.alloc(32, 3),
      syncType: proto.Message.HistorySyncType.RECENT,
    }
    const type = proto.Message.ProtocolMessage.Type.HISTORY_SYNC_NOTIFICATION
    await server.phone.sendToSelf({ protocolMessage: { type, historySyncNotification } })
    await whatsapp.until(() => whatsapp.heard.some(({ kind }) => kind === 'service'), 'the notification')
    await stillHears('after that')
    expect(fetched).not.toHaveBeenCalled()
  })

  it('is where the next connection goes, whatever route or place the server names', async () => {
    const { server, whatsapp, stillHears } = await linked()
    const connections = watchConnections()
    const route = [node('routing_info', {}, Buffer.from('evil.example'))]
    server.deliver(node('ib', {}, [node('edge_routing', {}, route)]))
    await stillHears('routed')
    const before = server.connections()
    server.faults.drop()
    await whatsapp.until(() => server.connections() > before, 'another connection')
    await stillHears('still here')
    expect(connections().length).toBeGreaterThan(0)
    for (const connection of connections()) expect(connection).toContain(new URL(server.url).port)
    expect(connections().join()).not.toContain('evil')
  })

  it('is where a redirect leads', async () => {
    const { server, folder, whatsapp, run } = await linked()
    await whatsapp.stop()
    let visitors = 0
    const evil = createServer()
    evil.on('connection', () => (visitors += 1))
    evil.listen(0, '127.0.0.1')
    const portal = createServer()
    portal.listen(0, '127.0.0.1')
    const portOf = (at: typeof evil): number => {
      const address: AddressInfo | string | null = at.address()
      return typeof address === 'object' && address !== null ? address.port : 0
    }
    await vi.waitFor(() => expect([portOf(evil), portOf(portal)]).not.toContain(0))
    portal.on('upgrade', (_request, socket) =>
      socket.end(`HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:${portOf(evil)}/ws/chat\r\n\r\n`),
    )
    try {
      const second = run({
        folder,
        test: { url: `ws://127.0.0.1:${portOf(portal)}/ws/chat`, rootKey: server.rootKey },
      })
      const retrying = (): boolean => second.status()?.state === 'retrying'
      await second.until(retrying, 'the refusal')
      expect(second.status()?.detail).toContain('something on the way answered 302 in its place')
      await second.stop()
      expect(visitors).toBe(0)
    } finally {
      portal.close()
      evil.close()
    }
  })
})

describe('that somebody is there', () => {
  it('is shown to nobody, also once the account has a name to show', async () => {
    const { server, folder, whatsapp, run, stillHears } = await linked()
    await server.phone.sendToSelf('a note', { attrs: { notify: 'Olga' } })
    await stillHears('and')
    await whatsapp.until(() => whatsapp.link()?.self?.name === 'Olga', 'the name')
    await whatsapp.stop()
    const second = run({ folder })
    await second.until(() => second.status()?.state === 'connected', 'the connection')
    const shown = (): readonly string[] =>
      server.seen.flatMap(({ tag, attrs }) => (tag === 'presence' ? [attrs['type'] ?? ''] : []))
    await server.until(() => shown().includes('unavailable'), 'the word that nobody is there')
    expect(shown()).not.toContain('available')
  })
})

describe('no deaf connection', () => {
  it.each(['text', 'endless'] as const)(
    'is kept after garbage of the kind %s: within two signs of life it is given up, and the next hears all',
    async (kind) => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'], now: Date.now() })
      const { server, whatsapp, alice } = await linked()
      const before = server.connections()
      server.faults.garbage(kind)
      await alice.send('do you hear me?')
      await server.until(() => server.pending().length === 1, 'the message on its way')
      expect(whatsapp.heard).toEqual([])
      vi.advanceTimersByTime(61_000)
      await whatsapp.until(() => server.connections() > before, 'another connection')
      await whatsapp.until(() => whatsapp.heard.length === 1, 'the message')
      expect(whatsapp.statuses.map(({ state }) => state)).toContain('retrying')
    },
  )

  it('is made of a stanza of a kind that nobody knows', async () => {
    const { server, stillHears } = await linked()
    server.faults.garbage('unknown-stanza')
    await stillHears('and this?')
    expect(server.connections()).toBe(2)
  })
})

const JIDS = [
  '77770000222@lid',
  '15550001111@s.whatsapp.net',
  '120363001234567890@g.us',
  'status@broadcast',
  's.whatsapp.net',
  '99990000111@lid',
  '99990000111:7@lid',
  '15550009999@s.whatsapp.net',
  '1@newsletter',
  'x@y@z',
  '@lid',
  '',
]
const words = (text: string): readonly string[] => text.trim().split(/\s+/)
const VALUES = [
  '',
  ...words(`
    0 -1 1e9 99999999999999999999 set get result error retry read peer message receipt server_sync w:gp2 encrypt devices
    mediaretry account_sync mex picture newsletter privacy_token registration link_code_companion_reg lid pn __proto__
    pkmsg msg skmsg msmsg offer terminate groups urn:xmpp:ping admin inactive`),
]
const ATTRIBUTES = words(`
  id from to type participant recipient t class xmlns count category edit error sender_pn sender_lid participant_pn
  participant_lid notify v offline jid call-id call-creator creator value name version code op_name key-index mediatype`)
const TAGS = words('message receipt notification call ib presence chatstate ack iq nonsense')
const CHILDREN = words(`
  enc plaintext unavailable list item retry registration keys key skey identity set delete add remove promote create group
  participant subject offer accept devices device collection count error dirty offline offline_preview edge_routing
  routing_info composing paused query result props update privacy blocklist tokens token link_code_companion_reg
  device-identity bot meta rmr encrypt verified_name body pair-device pair-success ref ping thread_metadata live_updates
  reaction tctoken video`)

const attributes = fc.dictionary(
  fc.constantFrom(...ATTRIBUTES),
  fc.oneof(fc.constantFrom(...JIDS), fc.constantFrom(...VALUES), fc.string({ maxLength: 20 })),
  { maxKeys: 6, noNullPrototype: true },
)
const bytes = fc.uint8Array({ maxLength: 80 }).map((array) => Buffer.from(array))
const { child } = fc.letrec<{ child: BinaryNode }>((tie) => ({
  child: fc
    .tuple(
      fc.constantFrom(...CHILDREN),
      attributes,
      fc.oneof({ maxDepth: 2 }, bytes, fc.constant(undefined), fc.array(tie('child'), { maxLength: 3 })),
    )
    .map((parts) => node(...parts)),
}))
const stanza = fc
  .tuple(
    fc.constantFrom(...TAGS),
    attributes,
    fc.oneof(bytes, fc.constant(undefined), fc.array(child, { maxLength: 3 })),
  )
  .map((parts) => node(...parts))

/** What can not be read ends the connection, and is there again on the next: of that there is a test of its own. */
const isReadable = async (one: BinaryNode): Promise<boolean> => {
  try {
    await decodeBinaryNode(encodeBinaryNode(one))
    return true
  } catch {
    // The encoder writes some texts as an address without a server, which its own decoder refuses.
    return false
  }
}

describe('whatever stanzas come', () => {
  it('none ends the process, shows a code, takes the login away or keeps the next message from being heard', async () => {
    const rejections: unknown[] = []
    const hear = (error: unknown): void => void rejections.push(error)
    process.on('unhandledRejection', hear)
    try {
      const { server, whatsapp, stillHears } = await linked()
      const fetched = vi.spyOn(globalThis, 'fetch')
      const links = whatsapp.links.length
      for (const [index, one] of fc.sample(stanza, { numRuns: 1_500, seed: 7 }).entries()) {
        const sent = { ...one, attrs: { id: freshId(), ...one.attrs } }
        if (await isReadable(sent)) server.deliver(sent)
        if (index % 150 === 149) await stillHears(`after ${index}`)
      }
      expect(whatsapp.links.slice(links).filter(({ code }) => code !== null)).toEqual([])
      expect(whatsapp.status()).toEqual({ state: 'connected', detail: '' })
      expect(fetched).not.toHaveBeenCalled()
      expect(rejections).toEqual([])
      await whatsapp.stop()
    } finally {
      process.off('unhandledRejection', hear)
    }
  })
})
