import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { downloadEncryptedContent, getMediaKeys, type WAMessage } from '@whiskeysockets/baileys'
import { afterEach, expect, test } from 'vitest'
import { startWhatsAppServer, type WhatsAppServer } from '../server.ts'
import { mentioning } from './message-text.ts'
import { linkTestClient, type TestClient } from './test-client.ts'

let running: { readonly server: WhatsAppServer; readonly client: TestClient } | undefined
afterEach(async () => {
  await running?.client.stop()
  await running?.server.stop()
  running = undefined
})

const start = async () => {
  const server = await startWhatsAppServer()
  const client = await linkTestClient(server)
  running = { server, client }
  return running
}

const ALICE = { number: '+15550001111', lid: '77770000222@lid', name: 'Alice' }
const BOB = { number: '+15550002222', lid: '88880000333@lid', name: 'Bob' }
const ALICES_NUMBER = '15550001111@s.whatsapp.net'

const textOf = ({ message }: WAMessage): string =>
  message?.conversation ?? message?.extendedTextMessage?.text ?? ''

const heardTexts = (client: TestClient): readonly string[] => client.heard.map(textOf)

test('a private message is read, answered, and the answer read by the sender and the own phone', async () => {
  const { server, client } = await start()
  const alice = await server.addContact(ALICE)
  const id = await alice.send('hello')
  await client.until(() => client.heard.length === 1, 'the message')
  expect(client.heard[0]?.key).toMatchObject({ id, remoteJid: ALICE.lid, remoteJidAlt: ALICES_NUMBER })
  await client.send(ALICE.lid, 'hi')
  await server.until(() => alice.received.length === 1, 'the answer')
  expect(alice.received[0]).toMatchObject({ text: 'hi', chat: ALICE.lid, device: 0 })
  await server.until(() => alice.receipts.length === 1, 'a receipt')
  expect(alice.receipts[0]).toMatchObject({ ids: [id], type: 'inactive' })
  await server.until(() => server.phone.received.length === 1, 'the copy')
  expect(server.phone.received).toMatchObject([{ text: 'hi', chat: ALICE.lid }])
  expect(server.unknown()).toEqual([])
})

test('a stanza by number says the LID, one by LID says the number, unless it is hidden', async () => {
  const { server, client } = await start()
  const alice = await server.addContact(ALICE)
  const old = await server.addContact({ number: '+15550004444' })
  await alice.send('a', { as: 'number' })
  await alice.send('b', { as: 'number', reveal: 'no' })
  await alice.send('c', { reveal: 'no' })
  await old.send('d')
  await client.until(() => client.heard.length === 4, 'the messages')
  const heard = client.heard.toSorted((a, b) => textOf(a).localeCompare(textOf(b)))
  expect(heard.map(({ key }) => [key.remoteJid, key.remoteJidAlt])).toEqual([
    [ALICES_NUMBER, ALICE.lid],
    [ALICES_NUMBER, undefined],
    [ALICE.lid, undefined],
    ['15550004444@s.whatsapp.net', undefined],
  ])
  await client.send(ALICES_NUMBER, 'by number')
  await server.until(() => alice.received.length === 1, 'an answer by number')
  expect(alice.received[0]).toMatchObject({ text: 'by number', chat: ALICES_NUMBER })
  expect(server.unknown()).toEqual([])
})

test('each of a person’s devices has its own session, and all of them get the answer', async () => {
  const { server, client } = await start()
  const alice = await server.addContact({ ...ALICE, devices: 3 })
  await alice.send('from the phone')
  await alice.send('from a linked device', { device: 2 })
  await alice.send('from another, by number', { device: 1, as: 'number' })
  await client.until(() => client.heard.length === 3, 'the messages')
  // Baileys lets a message whose addresses it need not learn overtake one whose it must.
  expect(heardTexts(client).toSorted()).toEqual([
    'from a linked device',
    'from another, by number',
    'from the phone',
  ])
  await client.send(ALICE.lid, 'to all')
  await server.until(() => [0, 1, 2].every((device) => alice.receivedBy(device).length === 1), 'the answers')
  expect(alice.received).toMatchObject([{ text: 'to all' }])
  expect(alice.repeats).toBe(0)
  expect(client.unreadable).toEqual([])
  expect(server.unknown()).toEqual([])
})

test('a group is heard and written to, by everybody’s devices', async () => {
  const { server, client } = await start()
  const alice = await server.addContact({ ...ALICE, devices: 2 })
  const bob = await server.addContact(BOB)
  const group = server.addGroup({ members: [alice, bob] })
  const { me } = server
  await alice.send('one', { group })
  await alice.send('two', { group })
  await alice.send('three', { group, device: 1 })
  await bob.send(mentioning(`@${me.lid.slice(0, -4)} four`, [me.lid]), { group })
  await client.until(() => heardTexts(client).filter((text) => text !== '').length === 4, 'the group')
  const heard = client.heard.filter((message) => textOf(message) !== '')
  expect(heard.map(textOf)).toEqual(['one', 'two', 'three', '@99990000111 four'])
  expect(heard.map(({ key }) => [key.remoteJid, key.participant, key.participantAlt])).toEqual([
    [group.jid, ALICE.lid, ALICES_NUMBER],
    [group.jid, ALICE.lid, ALICES_NUMBER],
    [group.jid, ALICE.lid, ALICES_NUMBER],
    [group.jid, BOB.lid, '15550002222@s.whatsapp.net'],
  ])
  expect(heard[3]?.message?.extendedTextMessage?.contextInfo?.mentionedJid).toEqual([me.lid])
  await client.send(group.jid, 'hello all')
  await client.send(group.jid, 'once more')
  const all = () => [alice.receivedBy(0), alice.receivedBy(1), bob.received, server.phone.received]
  await server.until(() => all().every(({ length }) => length === 2), 'the answers')
  for (const received of all()) {
    expect(received).toMatchObject([
      { text: 'hello all', chat: group.jid },
      { text: 'once more', chat: group.jid },
    ])
  }
  expect(client.unreadable).toEqual([])
  expect(server.unknown()).toEqual([])
})

test('who is put out of a group can not read on, and the others write with new keys', async () => {
  const { server, client } = await start()
  const [alice, bob] = [await server.addContact(ALICE), await server.addContact(BOB)]
  const group = server.addGroup({ members: [alice, bob], addressing: 'number' })
  await alice.send('before', { group })
  group.remove(bob)
  await alice.send('after', { group })
  await client.until(() => heardTexts(client).includes('after'), 'both messages')
  await client.send(group.jid, 'to those who stayed')
  await server.until(() => alice.received.length === 1, 'the answer')
  expect(bob.received).toEqual([])
  group.companion('out')
  await expect(client.send(group.jid, 'not a member')).rejects.toThrow('forbidden')
  expect(alice.received).toHaveLength(1)
  expect(server.unknown()).toEqual([])
})

test('a phone that can not read asks again, and shows the message once', async () => {
  const { server, client } = await start()
  const alice = await server.addContact({ ...ALICE, devices: 2 })
  await alice.send('hello')
  await client.until(() => client.heard.length === 1, 'the message')
  await client.send(ALICE.lid, 'first')
  await server.until(() => alice.receivedBy(1).length === 1, 'the first answer')
  for (const device of alice.devices) device.forgetSessions()
  const id = await client.send(ALICE.lid, 'second')
  await server.until(
    () => [0, 1].every((device) => alice.receivedBy(device).length === 2),
    'the second answer',
  )
  expect(alice.devices.map(({ asked }) => asked.has(id))).toEqual([true, true])
  expect(alice.received.map(({ text }) => text)).toEqual(['first', 'second'])
  await client.send(ALICE.lid, 'third')
  await server.until(() => alice.received.length === 3, 'the third answer')
  expect(server.unknown()).toEqual([])
})

test('a client that can not read asks again, and the phone encrypts the same message anew', async () => {
  const { server, client } = await start()
  const alice = await server.addContact(ALICE)
  await alice.send('hello')
  await client.until(() => client.heard.length === 1, 'the message')
  // The sessions of both have to be whole before one of them can lose it.
  await client.send(ALICE.lid, 'hi')
  await server.until(() => alice.received.length === 1, 'the answer')
  await client.forgetSessions()
  const id = await alice.send('can you read me')
  await client.until(() => heardTexts(client).includes('can you read me'), 'the message, at last')
  expect(client.heard.at(-1)?.key.id).toBe(id)
  expect(alice.receipts.filter(({ type }) => type === 'retry').map(({ ids }) => ids[0])).toEqual([id])
  await client.send(ALICE.lid, 'yes')
  await server.until(() => alice.received.length === 2, 'the answer')
  expect(server.unknown()).toEqual([])
})

test('in a group both sides ask again for what they can not read', async () => {
  const { server, client } = await start()
  const [alice, bob] = [await server.addContact(ALICE), await server.addContact(BOB)]
  const group = server.addGroup({ members: [alice, bob] })
  await alice.send('one', { group })
  await client.send(group.jid, 'hello')
  await server.until(() => bob.received.length === 1 && alice.received.length === 1, 'the answer')
  await client.until(() => heardTexts(client).includes('one'), 'the first message')
  await client.forgetSessions()
  await alice.send('two', { group })
  await client.until(() => heardTexts(client).includes('two'), 'the second message, at last')
  bob.devices[0]?.forgetSessions()
  await client.send(group.jid, 'once more')
  await server.until(() => bob.received.length === 2 && alice.received.length === 2, 'the second answer')
  expect(bob.received.map(({ text }) => text)).toEqual(['hello', 'once more'])
  expect(server.unknown()).toEqual([])
})

test('what a phone sends as a file is fetched and decrypted by Baileys', async () => {
  const { server, client } = await start()
  const alice = await server.addContact(ALICE)
  const bytes = randomBytes(5000)
  await alice.sendImage(bytes, { caption: 'look' })
  await alice.sendDocument(bytes, { caption: 'read', fileName: 'a.pdf' })
  await alice.sendVoice(bytes)
  await client.until(() => client.heard.length === 3, 'the files')
  const messages = client.heard.map(({ message }) => message)
  const image = messages[0]?.imageMessage
  const document = messages[1]?.documentWithCaptionMessage?.message?.documentMessage
  const voice = messages[2]?.audioMessage
  expect(image).toMatchObject({ caption: 'look', mimetype: 'image/jpeg' })
  expect(document).toMatchObject({ caption: 'read', fileName: 'a.pdf' })
  expect(voice).toMatchObject({ ptt: true })
  for (const [kind, file] of [
    ['image', image],
    ['document', document],
    ['ptt', voice],
  ] as const) {
    if (!file?.directPath || !file.mediaKey) throw new Error(`${kind} has no file`)
    const keys = await getMediaKeys(file.mediaKey, kind)
    const stream = await downloadEncryptedContent(server.mediaUrl + file.directPath, keys)
    expect((await buffer(stream)).equals(bytes)).toBe(true)
  }
  expect(server.unknown()).toEqual([])
})

test('the own phone writes to itself, to others and to groups, and tells its devices things', async () => {
  const { server, client } = await start()
  const alice = await server.addContact(ALICE)
  const group = server.addGroup({ members: [alice] })
  const { phone, me } = server
  const number = '15550009999@s.whatsapp.net'
  await phone.sendToSelf('note')
  await phone.sendToSelf('by LID', { as: 'lid' })
  await phone.sendTo(alice, 'to Alice')
  await phone.sendTo(alice, 'to Alice by LID', { as: 'lid' })
  await phone.sendToGroup(group, 'to all')
  await phone.tellHistory('recent')
  const said = () => client.heard.filter((message) => textOf(message) !== '')
  await client.until(() => said().length === 5, 'what the phone wrote')
  const heard = said().map((message) => [textOf(message), [message.key.remoteJid, message.key.fromMe]])
  expect(Object.fromEntries(heard)).toEqual({
    note: [number, true],
    'by LID': [me.lid, true],
    'to Alice': [ALICES_NUMBER, true],
    'to Alice by LID': [ALICE.lid, true],
    'to all': [group.jid, true],
  })
  await client.until(
    () => client.heard.some(({ message }) => message?.protocolMessage?.historySyncNotification),
    'the history',
  )
  await client.send(number, 'to myself')
  await server.until(() => phone.received.length === 1, 'the answer')
  expect(phone.received[0]).toMatchObject({ text: 'to myself', chat: number })
  expect(server.unknown()).toEqual([])
})

test('somebody keeps their account with a new number, and a number comes to another account', async () => {
  const { server, client } = await start()
  const alice = await server.addContact(ALICE)
  await alice.send('old number')
  alice.changeNumber('+15550007777')
  await alice.send('new number')
  const other = await server.addContact({ ...BOB, number: ALICE.number })
  await other.send('recycled number')
  await client.until(() => client.heard.length === 3, 'the messages')
  expect(client.heard.map(({ key }) => [key.remoteJid, key.remoteJidAlt])).toEqual([
    [ALICE.lid, ALICES_NUMBER],
    [ALICE.lid, '15550007777@s.whatsapp.net'],
    [BOB.lid, ALICES_NUMBER],
  ])
  await client.send(ALICE.lid, 'to Alice')
  await client.send(BOB.lid, 'to the other')
  await server.until(() => alice.received.length === 1 && other.received.length === 1, 'the answers')
  expect(server.unknown()).toEqual([])
})

test('an id that comes twice is shown once, and counted', async () => {
  const { server, client } = await start()
  const alice = await server.addContact(ALICE)
  const id = await client.send(ALICE.lid, 'hello')
  await client.send(ALICE.lid, 'hello', id)
  await client.send(ALICE.lid, 'done')
  await server.until(() => alice.received.length === 2, 'both messages')
  expect(alice.received.map(({ text }) => text)).toEqual(['hello', 'done'])
  expect(alice.repeats).toBe(1)
  expect(server.unknown()).toEqual([])
})

test('what is sent while the client is away waits for it, in order', async () => {
  const { server, client } = await start()
  const alice = await server.addContact(ALICE)
  await alice.send('0')
  await client.until(() => client.heard.length === 1, 'the first message')
  await client.disconnect()
  const texts = Array.from({ length: 30 }, (_, index) => String(index + 1))
  for (const text of texts) await alice.send(text)
  await client.reconnect()
  await client.until(() => client.heard.length === 31, 'all that waited')
  expect(heardTexts(client)).toEqual(['0', ...texts])
  expect(server.unknown()).toEqual([])
})

test('one sees the other write, in both directions', async () => {
  const { server, client } = await start()
  const alice = await server.addContact(ALICE)
  const seen: string[] = []
  client.socket.ev.on('presence.update', ({ id, presences }) =>
    seen.push(...Object.values(presences).map(({ lastKnownPresence }) => `${id} ${lastKnownPresence}`)),
  )
  alice.showTyping('on')
  await server.until(() => seen.length === 1, 'the sign')
  expect(seen).toEqual([`${ALICE.lid} composing`])
  await client.socket.sendPresenceUpdate('composing', ALICE.lid)
  await server.until(() => alice.typing === 'on', 'the sign')
  await client.send(ALICE.lid, 'done')
  await server.until(() => alice.received.length === 1, 'the message')
  expect(alice).toMatchObject({ typing: 'off', typings: 1 })
  expect(server.unknown()).toEqual([])
})
