import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Contact } from '../../../../e2e/servers/whatsapp/phones/contact.ts'
import { startWhatsAppServer, type WhatsAppServer } from '../../../../e2e/servers/whatsapp/server.ts'
import type { RunningWhatsApp, WhatsAppWorld } from './testing/whatsapp-world.ts'
import { worldsOfTests } from './testing/worlds.ts'

const world = worldsOfTests(startWhatsAppServer)

interface Linked extends WhatsAppWorld<WhatsAppServer> {
  readonly whatsapp: RunningWhatsApp
  readonly alice: Contact
  /** Where Alice writes from, and is answered. */
  readonly chat: string
}

/** Linked, and in a conversation with Alice. */
const linked = async (options: Parameters<Linked['run']>[0] = {}): Promise<Linked> => {
  const made = await world()
  const whatsapp = made.run(options)
  await whatsapp.linkUp()
  const alice = await made.server.addContact({ number: '+15550001111', lid: '77770000222', name: 'Alice' })
  await alice.send('hello')
  await whatsapp.until(() => whatsapp.heard.length === 1, 'the first message')
  return { ...made, whatsapp, alice, chat: whatsapp.heard[0]?.chatId ?? '' }
}

const textsOf = (contact: Contact): readonly string[] => contact.received.map(({ text }) => text)

describe('sending', () => {
  it('is done when WhatsApp has acknowledged it', async () => {
    const { whatsapp, alice, chat, server } = await linked()
    const delivery = await whatsapp.send(chat, 'hello yourself')
    await server.until(() => alice.received.length === 1, 'the answer')
    expect(delivery).toEqual({ kind: 'sent', messageId: alice.received[0]?.id })
    expect(alice.received[0]).toMatchObject({ text: 'hello yourself', chat: '77770000222@lid' })
  })

  it('goes by number or by account, as the chat is named, and to somebody who never wrote', async () => {
    const { whatsapp, server } = await linked()
    const bob = await server.addContact({ number: '+15550002222', lid: '88880000333' })
    expect(await whatsapp.send('15550002222@s.whatsapp.net', 'one')).toMatchObject({ kind: 'sent' })
    expect(await whatsapp.send('+15550002222', 'two')).toMatchObject({ kind: 'sent' })
    expect(await whatsapp.send('88880000333@lid', 'three')).toMatchObject({ kind: 'sent' })
    await server.until(() => bob.received.length === 3, 'the messages')
    expect(textsOf(bob)).toEqual(['one', 'two', 'three'])
  })

  it('reaches everybody in a group', async () => {
    const { whatsapp, server, alice } = await linked()
    const bob = await server.addContact({ number: '+15550002222', lid: '88880000333' })
    const group = server.addGroup({ members: [alice, bob] })
    expect(await whatsapp.send(group.jid, 'to all')).toMatchObject({ kind: 'sent' })
    expect(await whatsapp.send(group.jid, 'again')).toMatchObject({ kind: 'sent' })
    await server.until(() => bob.received.length === 2 && alice.received.length === 2, 'the messages')
    expect(textsOf(bob)).toEqual(['to all', 'again'])
  })

  it.each([
    'status@broadcast',
    '15550002222',
    '15550002222@c.us',
    '777@newsletter',
    '15550002222@s.whatsapp.net@lid',
    '',
    '0@s.whatsapp.net',
  ])('never goes to %j', async (chat) => {
    const { whatsapp, server } = await linked()
    const before = server.seen.length
    expect(await whatsapp.send(chat, 'hello')).toEqual({ kind: 'failed', why: 'this is no chat of WhatsApp' })
    expect(server.seen.slice(before).filter(({ tag }) => tag === 'message')).toEqual([])
  })

  it('has failed, for certain, when WhatsApp does not take it', async () => {
    const { whatsapp, server, chat } = await linked()
    server.faults.refuseNextMessages(463)
    expect(await whatsapp.send(chat, 'hello')).toEqual({
      kind: 'failed',
      why: 'WhatsApp did not take it (463)',
    })
    expect(await whatsapp.send(chat, 'hello')).toMatchObject({ kind: 'sent' })
  })

  it('to a number that nobody has fails, and keeps nothing else waiting', async () => {
    const { whatsapp, chat } = await linked()
    const [nobody, alice] = await Promise.all([
      whatsapp.send('19990000000@s.whatsapp.net', 'hello'),
      whatsapp.send(chat, 'hello'),
    ])
    expect(nobody).toMatchObject({ kind: 'failed' })
    expect(alice).toMatchObject({ kind: 'sent' })
  })

  it.each(['message', 'ack'] as const)(
    'goes out again with the same id when the connection is cut at %s, and is shown once',
    async (point) => {
      const { whatsapp, server, alice, chat } = await linked()
      server.faults.cutNext(point)
      const delivery = await whatsapp.send(chat, 'only once')
      expect(delivery).toMatchObject({ kind: 'sent' })
      await server.until(() => alice.received.length === 1, 'the message')
      await whatsapp.send(chat, 'and this')
      await server.until(() => alice.received.length === 2, 'the next one')
      expect(textsOf(alice)).toEqual(['only once', 'and this'])
      expect(alice.repeats).toBe(point === 'ack' ? 1 : 0)
    },
  )

  it('goes out again on another connection when this one acknowledges nothing', async () => {
    const { whatsapp, server, alice, chat } = await linked({ ackWithinMs: 200 })
    server.faults.loseNextAck(1)
    const connections = server.connections()
    expect(await whatsapp.send(chat, 'only once')).toMatchObject({ kind: 'sent' })
    expect(server.connections()).toBe(connections + 1)
    expect(textsOf(alice)).toEqual(['only once'])
    expect(alice.repeats).toBe(1)
  })

  it('waits for the network to come back', async () => {
    const { whatsapp, server, alice, chat } = await linked({ pauseMs: 5 })
    server.faults.unreachable()
    await whatsapp.until(() => whatsapp.status()?.state === 'retrying', 'the break')
    const sending = whatsapp.send(chat, 'later')
    await sleep(50)
    server.faults.heal()
    expect(await sending).toMatchObject({ kind: 'sent' })
    expect(textsOf(alice)).toEqual(['later'])
  })

  it('has failed when no connection came in time, and nothing of it was written', async () => {
    const { whatsapp, server, alice, chat } = await linked({ pauseMs: 5, sendWithinMs: 2_000 })
    server.faults.unreachable()
    await whatsapp.until(() => whatsapp.status()?.state === 'retrying', 'the break')
    expect(await whatsapp.send(chat, 'never')).toEqual({
      kind: 'failed',
      why: 'there was no connection to WhatsApp in time',
    })
    server.faults.heal()
    expect(await whatsapp.send(chat, 'but this')).toMatchObject({ kind: 'sent' })
    expect(textsOf(alice)).toEqual(['but this'])
  })

  it('is unconfirmed when it was written, and nothing came back in time', async () => {
    const { whatsapp, server, chat } = await linked({ sendWithinMs: 400 })
    server.faults.loseNextAck(1)
    expect(await whatsapp.send(chat, 'perhaps')).toMatchObject({ kind: 'unconfirmed' })
  })

  it('is unconfirmed at once when the login ends in the middle of it', async () => {
    const { whatsapp, server, chat } = await linked()
    server.faults.loseNextAck(1)
    const sending = whatsapp.send(chat, 'perhaps')
    await whatsapp.until(() => server.seen.some(({ tag }) => tag === 'message'), 'the message on its way')
    server.faults.removed()
    expect(await sending).toMatchObject({ kind: 'unconfirmed' })
    expect(await whatsapp.send(chat, 'never')).toMatchObject({ kind: 'failed' })
  })

  it('asks before each try, the last time right before it is written', async () => {
    const { whatsapp, server, alice, chat } = await linked({ pauseMs: 5 })
    let asked = 0
    server.faults.cutNext('message')
    const delivery = await whatsapp.send(chat, 'once', () => {
      asked += 1
      return asked <= 2
    })
    // It was on the wire once: that it is not there nobody can prove.
    expect(delivery).toMatchObject({ kind: 'unconfirmed' })
    expect(await whatsapp.send(chat, 'never', () => false)).toEqual({ kind: 'withdrawn' })
    let first = true
    const onlyAtFirst = (): boolean => {
      const was = first
      first = false
      return was
    }
    expect(await whatsapp.send(chat, 'never either', onlyAtFirst)).toEqual({ kind: 'withdrawn' })
    await whatsapp.send(chat, 'the end')
    await server.until(() => textsOf(alice).includes('the end'), 'the end')
    expect(textsOf(alice)).toEqual(['the end'])
  })

  it('encrypts again for a phone that could not read it, and for nobody else', async () => {
    const { whatsapp, server, alice, chat } = await linked()
    const bob = await server.addContact({ number: '+15550002222', lid: '88880000333' })
    const sent = await whatsapp.send(chat, 'for Alice')
    await server.until(() => alice.received.length === 1, 'the message')
    const id = sent.kind === 'sent' ? sent.messageId : ''
    const heard = await bob.send('for the bot')
    await whatsapp.until(() => whatsapp.heard.length === 2, 'the message of Bob')
    const before = server.seen.filter(({ tag }) => tag === 'message').length
    // Bob asks for what was sent to Alice, and for what he has sent himself.
    for (const wanted of [id, heard]) bob.askAgain(wanted)
    alice.askAgain(id)
    await server.until(() => alice.repeats === 1, 'the same once more')
    await whatsapp.send(chat, 'the end')
    await server.until(() => textsOf(alice).includes('the end'), 'the end')
    expect(server.seen.filter(({ tag }) => tag === 'message').length).toBe(before + 2)
    expect(bob.received).toEqual([])
  })
})

describe('receiving', () => {
  it('has a message delivered again that could not be taken in, and says so until one is', async () => {
    const { whatsapp, server, alice } = await linked({ pauseMs: 5 })
    whatsapp.refuseNext(new Error('the disk is full'))
    await alice.send('once')
    await whatsapp.until(() => whatsapp.heard.length === 2, 'the message')
    expect(whatsapp.statuses.slice(-2)).toEqual([
      {
        state: 'failed',
        detail: 'A message could not be taken in and stays at WhatsApp: the disk is full',
      },
      { state: 'connected', detail: '' },
    ])
    await server.until(() => server.pending().length === 0, 'the receipt')
    expect(whatsapp.events.map(({ text }) => text)).toEqual(['hello', 'once'])
  })

  it('takes what came after it in the order in which it was sent', async () => {
    const { whatsapp, alice } = await linked({ pauseMs: 5 })
    whatsapp.refuseNext(new Error('the disk is full'))
    whatsapp.refuseNext(new Error('the disk is full'))
    for (const text of ['one', 'two', 'three', 'four']) await alice.send(text)
    await whatsapp.until(() => whatsapp.heard.length === 5, 'the messages')
    expect(whatsapp.heard.map(({ text }) => text)).toEqual(['hello', 'one', 'two', 'three', 'four'])
  })

  it('hears what had waited before what comes while it is still being read', async () => {
    const { whatsapp, alice, run } = await linked()
    await whatsapp.stop()
    const waiting = Array.from({ length: 150 }, (_, index) => `waiting ${index}`)
    for (const text of waiting) await alice.send(text)
    const second = run()
    await second.until(() => second.heard.length > 0, 'the first of them')
    await alice.send('live')
    await second.until(() => second.heard.length === 151, 'the messages')
    expect(second.heard.map(({ text }) => text)).toEqual([...waiting, 'live'])
  })

  it('tells nobody that a message was read, nor that anybody is there', async () => {
    const { whatsapp, server, alice, chat } = await linked()
    await whatsapp.send(chat, 'an answer with an address, https://example.com/')
    await server.until(() => alice.received.length === 1, 'the answer')
    expect(alice.receipts.map(({ type }) => type)).not.toContain('read')
    expect(server.presence()).not.toBe('available')
    expect(alice.received[0]?.message).toMatchObject({ conversation: expect.any(String) })
    expect(alice.received[0]?.message.extendedTextMessage).toBeFalsy()
  })

  it('does not call late what was sent in a short break, nor what was sent while it listens', async () => {
    const { whatsapp, server, alice } = await linked({ pauseMs: 5 })
    server.faults.drop()
    await alice.send('a moment later')
    await whatsapp.until(() => whatsapp.heard.length === 2, 'the message')
    expect(whatsapp.heard[1]?.waited).toBe(false)
  })

  it('hears the owner in the chat with themselves, and never its own answers there', async () => {
    const { whatsapp, server } = await linked()
    await server.phone.sendToSelf('note to self')
    await whatsapp.until(() => whatsapp.heard.length === 2, 'the note')
    const note = whatsapp.heard[1]
    expect(note).toMatchObject({ text: 'note to self', selfChat: true, fromSelf: true })
    const delivery = await whatsapp.send(note?.chatId ?? '', 'an answer to myself')
    expect(delivery).toMatchObject({ kind: 'sent' })
    await server.until(
      () => server.phone.received.some(({ text }) => text === 'an answer to myself'),
      'the answer',
    )
    await server.phone.sendToSelf('another')
    await whatsapp.until(() => whatsapp.heard.length === 3, 'the next note')
    expect(whatsapp.heard.map(({ text }) => text)).toEqual(['hello', 'note to self', 'another'])
  })

  it('confirms to the account’s own phone what the owner wrote to others, and does not take it for theirs', async () => {
    const { whatsapp, server, alice } = await linked()
    const bob = await server.addContact({ number: '+15550002222' })
    await server.phone.sendTo(bob, 'from the owner, by number')
    await server.phone.sendTo(alice, 'from the owner, by account', { as: 'lid' })
    await whatsapp.until(() => whatsapp.heard.length === 3, 'what the owner wrote')
    await server.until(() => server.pending().length === 0, 'the receipts')
    expect(whatsapp.heard.slice(1).map(({ fromSelf, selfChat }) => [fromSelf, selfChat])).toEqual([
      [true, false],
      [true, false],
    ])
  })

  it('hears nothing any more when it has stopped, and leaves nothing running', async () => {
    const { whatsapp, server, alice } = await linked()
    await whatsapp.stop()
    expect(server.openConnections()).toBe(0)
    await alice.send('too late')
    expect(whatsapp.heard).toHaveLength(1)
    expect(server.pending()).toHaveLength(1)
    expect(await whatsapp.send('15550001111@s.whatsapp.net', 'too late')).toMatchObject({ kind: 'failed' })
    whatsapp.provider.link?.('begin')
    whatsapp.provider.typing?.('15550001111@s.whatsapp.net', 'on')
    expect(server.openConnections()).toBe(0)
  })

  it('lets what is being sent be acknowledged before it stops', async () => {
    const { whatsapp, server, alice, chat } = await linked()
    const sending = whatsapp.send(chat, 'the last words')
    await whatsapp.stop()
    expect(await sending).toMatchObject({ kind: 'sent' })
    await server.until(() => alice.received.length === 1, 'the last words')
  })

  it('stops at any moment of a connection', async () => {
    for (const point of ['connect', 'hello', 'server-hello', 'login', 'success'] as const) {
      const { server, run } = await world()
      const first = run()
      await first.linkUp()
      await first.stop()
      const second = run()
      const before = server.connections()
      if (point !== 'connect') await second.until(() => server.connections() > before, 'a connection')
      if (point === 'success') await second.until(() => second.status()?.state === 'connected', 'the login')
      await second.stop()
      await server.until(() => server.openConnections() === 0, `the end at ${point}`)
      expect(second.faults).toEqual([])
    }
  })
})

describe('the typing sign', () => {
  it('is shown and taken back, and only while there is a connection', async () => {
    const { whatsapp, server, alice, chat } = await linked({ pauseMs: 5 })
    whatsapp.provider.typing?.(chat, 'on')
    await server.until(() => alice.typing === 'on', 'the sign')
    whatsapp.provider.typing?.(chat, 'off')
    await server.until(() => alice.typing === 'off', 'its end')
    server.faults.unreachable()
    await whatsapp.until(() => whatsapp.status()?.state === 'retrying', 'the break')
    whatsapp.provider.typing?.(chat, 'on')
    whatsapp.provider.typing?.('no chat', 'on')
    server.faults.heal()
    await whatsapp.until(() => whatsapp.status()?.state === 'connected', 'the network')
    expect(alice.typing).toBe('off')
  })
})

describe('a network that breaks again and again', () => {
  it('loses nothing, doubles nothing, and keeps the order, both ways', async () => {
    const { whatsapp, server, alice, chat } = await linked({ pauseMs: 20 })
    const bob = await server.addContact({ number: '+15550002222', lid: '88880000333' })
    const waves = 10
    const there: string[] = []
    const back: string[] = []
    for (let wave = 0; wave < waves; wave++) {
      const numbers = Array.from({ length: 10 }, (_, index) => wave * 10 + index)
      const incoming = numbers.map((number) => `there ${number}`)
      const outgoing = numbers.map((number) => `back ${number}`)
      there.push(...incoming)
      back.push(...outgoing)
      const connections = server.connections()
      const breaking = sleep(wave * 5).then(() => server.faults.drop())
      const writing = Promise.all(incoming.map((text, index) => (index % 2 === 0 ? alice : bob).send(text)))
      const deliveries = await Promise.all(outgoing.map((text) => whatsapp.send(chat, text)))
      expect(deliveries.filter(({ kind }) => kind !== 'sent')).toEqual([])
      await Promise.all([breaking, writing])
      await whatsapp.until(() => server.connections() > connections, 'the next connection')
    }
    await whatsapp.until(() => whatsapp.heard.length === there.length + 1, 'all messages')
    await server.until(() => alice.received.length === back.length, 'all answers')
    expect(textsOf(alice)).toEqual(back)
    const heard = whatsapp.heard.map(({ text }) => text).slice(1)
    expect(heard.toSorted()).toEqual(there.toSorted())
    for (const who of [0, 1]) {
      const isTheirs = (text: string): boolean => Number(text.at(-1)) % 2 === who
      expect(heard.filter(isTheirs)).toEqual(there.filter(isTheirs))
    }
    expect(whatsapp.faults).toEqual([])
  })
})
