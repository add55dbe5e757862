// Everything that can come from WhatsApp, over the real Baileys: as what it is given to the gate, and what the gate says.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HEARD, type OddMessage, UNHEARD } from '../../../../e2e/servers/whatsapp/phones/odd-messages.ts'
import { createStage, type Stage } from '../../../../e2e/servers/whatsapp/phones/stage.ts'
import { startWhatsAppServer, type WhatsAppServer } from '../../../../e2e/servers/whatsapp/server.ts'
import type { People, ProviderPolicy } from '../../../shared/domain/people.ts'
import { decide } from '../../inbound/decide.ts'
import type { ProviderEvent } from '../../inbound/provider-event.ts'
import { createWhatsAppWorld, type RunningWhatsApp, type WhatsAppWorld } from './testing/whatsapp-world.ts'

let world: WhatsAppWorld<WhatsAppServer>
let whatsapp: RunningWhatsApp
let stage: Stage

beforeAll(async () => {
  world = createWhatsAppWorld(await startWhatsAppServer())
  const { server } = world
  whatsapp = world.run()
  await whatsapp.linkUp()
  stage = await createStage(server, { number: '+15550001111', lid: '77770000222', name: 'Alice' })
}, 60_000)

afterAll(async () => {
  await world.close()
})

/** What it led to: as many events as are expected, and none more until a message that was sent after it has come. */
const eventsOf = async ({ name, send, outcome }: OddMessage): Promise<readonly ProviderEvent[]> => {
  const before = whatsapp.events.length
  await send(stage)
  // Of different people, one may come before the other.
  if (outcome.event !== 'none') await whatsapp.until(() => whatsapp.events.length > before, name)
  const fence = await stage.contact.send('fence')
  const isFence = ({ eventId }: ProviderEvent): boolean => eventId.endsWith(`:${fence}`)
  await whatsapp.until(() => whatsapp.events.some(isFence), `the message after ${name}`)
  return whatsapp.events.slice(before).filter((event) => !isFence(event))
}

/** Everybody is let in, and strangers are everybody's guests. */
const open: ProviderPolicy = { dmPolicy: 'open', everyone: true, silent: false, onlySelf: false }
const nobody: People = {
  owners: new Set(),
  configured: new Set(),
  approved: new Set(),
  blocked: new Set(),
  accounts: new Map(),
}

const verdictOn = (event: ProviderEvent) =>
  decide({ ...event, duplicate: false, backlog: false }, open, nobody)

const isContacts = { sender: '+15550001111', account: '77770000222@lid' }

describe('a person’s message to the account is heard as theirs, and answered where it came from', () => {
  test.each(HEARD)('$name', async (odd) => {
    const events = await eventsOf(odd)
    expect(events).toHaveLength(1)
    const [event] = events
    if (event === undefined) return
    expect(event).toMatchObject({ kind: odd.outcome.event, direct: true, fromSelf: false, ...isContacts })
    expect(verdictOn(event)).toMatchObject({ kind: 'accept', trust: 'guest' })
    expect(['15550001111@s.whatsapp.net', '77770000222@lid']).toContain(event.chatId)
    expect(event.text !== '' || event.attachments.length > 0).toBe(true)
  })
})

describe('nothing else wakes the agent, or gets a pairing code (CVE-2026-32028)', () => {
  test.each(UNHEARD)('$name', async (odd) => {
    const events = await eventsOf(odd)
    const expected = odd.outcome.event === 'none' ? [] : [odd.outcome.event]
    expect(events.map(({ kind }) => kind)).toEqual(expected)
    for (const event of events) expect(verdictOn(event)).toMatchObject({ kind: 'drop' })
  })
})

describe('what the gate is told besides', () => {
  test('a file comes with its name, its size, and is fetched as it was', async () => {
    const before = whatsapp.events.length
    const bytes = Buffer.from('%PDF-1.7 and more')
    await stage.contact.sendDocument(bytes, { caption: 'read', fileName: '../a.pdf' })
    await whatsapp.until(() => whatsapp.events.length > before, 'the document')
    const [attachment] = whatsapp.events[before]?.attachments ?? []
    expect(attachment).toMatchObject({ kind: 'document', fileName: 'a.pdf', size: bytes.length })
    const fetched = await whatsapp.provider.fetchFile?.(
      attachment?.ref ?? '',
      1024,
      new AbortController().signal,
    )
    expect(fetched).toEqual({ kind: 'fetched', bytes })
  })

  test('the owner’s note to themselves is the owner’s, in the chat with themselves', async () => {
    for (const as of ['number', 'lid'] as const) {
      const before = whatsapp.events.length
      await stage.phone.sendToSelf(`note by ${as}`, { as })
      await whatsapp.until(() => whatsapp.events.length > before, 'the note')
      expect(whatsapp.events[before]).toMatchObject({
        kind: 'message',
        selfChat: true,
        fromSelf: true,
        direct: true,
        sender: world.server.me.number,
        account: world.server.me.lid,
        text: `note by ${as}`,
      })
    }
  })

  test('a group’s message says whom it mentions and whom it answers', async () => {
    const before = whatsapp.events.length
    const { lid } = stage.me
    await stage.contact.send(
      { extendedTextMessage: { text: '@you', contextInfo: { mentionedJid: [lid] } } },
      { group: stage.group },
    )
    await whatsapp.until(() => whatsapp.events.length > before, 'the message')
    expect(whatsapp.events[before]).toMatchObject({
      ...isContacts,
      direct: false,
      chatId: stage.group.jid,
      group: { mentions: [lid], mentionsSelf: true, repliesToSelf: false },
    })
  })

  test('messages that come all at once are heard in the order in which they come', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `m${index}`)
    for (const as of ['number', 'lid'] as const) {
      const before = whatsapp.events.length
      const writer = await stage.newcomer()
      // Held until all are there, and then given out last first.
      world.server.faults.reorderNext(names.length)
      for (const name of names) await writer.send(name, { as })
      await whatsapp.until(() => whatsapp.events.length >= before + names.length, 'all of them')
      expect(whatsapp.events.slice(before).map(({ text }) => text)).toEqual(names.toReversed())
    }
  })

  test('a hidden number leaves the account alone', async () => {
    const before = whatsapp.events.length
    const hidden = await stage.newcomer()
    await hidden.send('hello', { reveal: 'no' })
    await whatsapp.until(() => whatsapp.events.length > before, 'the message')
    expect(whatsapp.events[before]).toMatchObject({ sender: hidden.lid, account: null, chatId: hidden.lid })
  })

  test('an account of before there were LIDs is its number', async () => {
    const before = whatsapp.events.length
    const old = await world.server.addContact({ number: '15550300001', name: 'Old' })
    await old.send('hello')
    await whatsapp.until(() => whatsapp.events.length > before, 'the message')
    expect(whatsapp.events[before]).toMatchObject({ sender: '+15550300001', account: null })
  })

  test('who has changed their number is the same account, and who has got it is another', async () => {
    const before = whatsapp.events.length
    const mover = await stage.newcomer()
    const number = mover.number ?? ''
    mover.changeNumber('15550400001')
    await mover.send('my new number')
    const heir = await world.server.addContact({ number, lid: '55550000777' })
    await heir.send('hello')
    await whatsapp.until(() => whatsapp.events.length >= before + 2, 'both messages')
    expect(whatsapp.events.slice(before)).toMatchObject([
      { sender: '+15550400001', account: mover.lid },
      { sender: number, account: heir.lid },
    ])
  })
})

test('all of it without a word that WhatsApp does not know, and without a fault', () => {
  expect(world.server.unknown()).toEqual([])
  expect(whatsapp.faults).toEqual([])
})
