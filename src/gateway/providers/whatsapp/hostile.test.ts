// What somebody with a changed program, or whoever is WhatsApp's server, may send to a linked device: over the real Baileys.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BinaryNode, proto } from '@whiskeysockets/baileys'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Contact } from '../../../../e2e/servers/whatsapp/phones/contact.ts'
import { startWhatsAppServer, type WhatsAppServer } from '../../../../e2e/servers/whatsapp/server.ts'
import { createWhatsAppWorld, type RunningWhatsApp, type WhatsAppWorld } from './testing/whatsapp-world.ts'

let world: WhatsAppWorld<WhatsAppServer>
let whatsapp: RunningWhatsApp
let alice: Contact

beforeAll(async () => {
  world = createWhatsAppWorld(await startWhatsAppServer())
  whatsapp = world.run()
  await whatsapp.linkUp()
  alice = await world.server.addContact({ number: '+15550001111', lid: '77770000222', name: 'Alice' })
  await alice.send('hello')
  await whatsapp.until(() => whatsapp.heard.length === 1, 'the first message')
}, 60_000)

afterAll(async () => {
  await world.close()
})

/** What the device sent because of this, up to when it has handled what came after it. */
const causedBy = async (act: () => unknown): Promise<readonly BinaryNode[]> => {
  const before = world.server.seen.length
  await act()
  const fence = await alice.send('fence')
  await whatsapp.until(() => whatsapp.heard.some(({ eventId }) => eventId.endsWith(`:${fence}`)), 'the fence')
  await world.server.until(() => world.server.pending().length === 0, 'everything confirmed')
  return world.server.seen.slice(before)
}

const requestsIn = (stanzas: readonly BinaryNode[]): readonly string[] =>
  stanzas.flatMap(({ tag, attrs }) => (tag === 'iq' ? [attrs['xmlns'] ?? ''] : []))

const login = (): string => readFileSync(join(world.folder, 'login.jsonl'), 'utf8')

describe('the server', () => {
  test('can not replace the secret by which a phone proves that it has scanned our code', async () => {
    const before = /"advSecretKey":"[^"]+"/.exec(login())?.[0]
    const content = [
      { tag: 'link_code_pairing_ref', attrs: {}, content: Buffer.alloc(8) },
      { tag: 'primary_identity_pub', attrs: {}, content: Buffer.alloc(32, 9) },
      {
        tag: 'link_code_pairing_wrapped_primary_ephemeral_pub',
        attrs: {},
        content: Buffer.alloc(80, 7),
      },
    ]
    const type = 'link_code_companion_reg'
    const stanzas = await causedBy(() =>
      world.server.deliver({
        tag: 'notification',
        attrs: { id: 'LINK', from: 's.whatsapp.net', type, t: '1' },
        content: [{ tag: type, attrs: {}, content }],
      }),
    )
    expect(requestsIn(stanzas)).toEqual([])
    expect(
      login()
        .match(/"advSecretKey":"[^"]+"/g)
        ?.at(-1),
    ).toBe(before)
  })

  test('can not make the device fetch anything', async () => {
    const stanzas = await causedBy(() =>
      world.server.deliver({
        tag: 'notification',
        attrs: { id: 'SYNC', from: 's.whatsapp.net', type: 'server_sync', t: '1' },
        content: [{ tag: 'collection', attrs: { name: 'regular', version: '2' } }],
      }),
    )
    expect(requestsIn(stanzas)).toEqual([])
    expect(stanzas.filter(({ attrs }) => attrs['id'] === 'SYNC').map(({ tag }) => tag)).toEqual(['ack'])
  })
})

describe('a stranger', () => {
  test('can not have keys fetched, or a session begun, for messages that were never sent', async () => {
    const stanzas = await causedBy(() => {
      for (let count = 0; count < 20; count += 1) alice.askAgain(`3EB0${count}`)
    })
    expect(requestsIn(stanzas)).toEqual([])
    expect(stanzas.filter(({ tag }) => tag === 'message')).toEqual([])
  })

  test('can not fill the disk with keys of groups that there are not', async () => {
    const key = Buffer.concat([
      Buffer.from([0x33, 0x08, 1, 0x10, 0, 0x1a, 32]),
      Buffer.alloc(32, 1),
      Buffer.from([0x22, 33, 5]),
      Buffer.alloc(32, 2),
    ])
    await causedBy(async () => {
      for (let index = 0; index < 5; index += 1)
        await alice.send({
          conversation: 'x',
          senderKeyDistributionMessage: {
            groupId: `12036300000000000${index}@g.us`,
            axolotlSenderKeyDistributionMessage: key,
          },
        })
    })
    expect(login()).not.toContain('12036300000000000')
  })

  test('can not use up the memory with a message that no person can write', async () => {
    const before = whatsapp.events.length
    const contacts = Array.from({ length: 300_000 }, () => ({}))
    const message = proto.Message.encode({ contactsArrayMessage: { contacts } }).finish()
    expect(message.length).toBeGreaterThan(512 * 1024)
    const stanzas = await causedBy(() => alice.send(message, { id: 'TOO-LONG' }))
    expect(whatsapp.events.slice(before).map(({ text }) => text)).toEqual(['fence'])
    // Acknowledged once, and not asked for again.
    const about = stanzas.filter(({ attrs }) => attrs['id'] === 'TOO-LONG')
    expect(about.map(({ tag, attrs }) => `${tag} ${attrs['type'] ?? ''}`.trim())).toEqual(['ack text'])
    expect(about[0]?.attrs['error']).toBeUndefined()
  })

  test('is heard with the longest text that can be written, as far as it is kept', async () => {
    const before = whatsapp.events.length
    await causedBy(() => alice.send('ß€'.repeat(50_000)))
    expect(whatsapp.events[before]?.text).toHaveLength(65_536)
  })

  test('gets nowhere with ids and names that are made to break something', async () => {
    const before = whatsapp.events.length
    const ids = ['__proto__', 'constructor', 'a:b\nc', '../../x', 'x'.repeat(10_000), '\u202eid', ' ']
    await causedBy(async () => {
      for (const id of ids)
        await alice.send('odd', { id, attrs: { notify: `\u202e\u0007${'n'.repeat(5_000)}` } })
    })
    const odd = whatsapp.events.slice(before).filter(({ text }) => text === 'odd')
    expect(odd).toHaveLength(ids.length)
    expect(new Set(odd.map(({ eventId }) => eventId)).size).toBe(ids.length)
    for (const { eventId, claims } of odd) {
      expect(eventId).toMatch(/^whatsapp:\+15550009999:77770000222@lid:77770000222@lid:[!-~]{1,48}$/)
      expect(claims['name']?.length).toBe(200)
    }
  })

  test('can not have one stanza decrypted a thousand times', async () => {
    const before = whatsapp.events.length
    await causedBy(() =>
      world.server.deliver({
        tag: 'message',
        attrs: { id: 'MANY', from: '77770000222@lid', type: 'text', t: '1767200000' },
        content: Array.from({ length: 1_000 }, (_, index) => ({
          tag: 'enc',
          attrs: { v: '2', type: 'msg' },
          content: Buffer.alloc(100, index),
        })),
      }),
    )
    expect(whatsapp.events.slice(before).map(({ text }) => text)).toEqual(['fence'])
    expect(whatsapp.status()?.state).toBe('connected')
  })
})

test('nothing of it made the device send what no correct one sends', () => {
  expect(world.server.unknown()).toEqual([])
})
