// What came before and comes again, and what comes by an older session: nobody has to encrypt anything anew for it.
import { expect, it } from 'vitest'
import type { Contact } from '../../../../e2e/servers/whatsapp/phones/contact.ts'
import { startWhatsAppServer } from '../../../../e2e/servers/whatsapp/server.ts'
import type { RunningWhatsApp } from './testing/whatsapp-world.ts'
import { worldsOfTests } from './testing/worlds.ts'

const world = worldsOfTests(startWhatsAppServer)

/** A gateway that does not connect again by itself, in a conversation in which both have written. */
const inConversation = async () => {
  const { server, run } = await world()
  const whatsapp = run({ pauseMs: 1_000_000 })
  await whatsapp.linkUp()
  const alice = await server.addContact({ number: '+15550001111', lid: '77770000222', name: 'Alice' })
  await alice.send('hello')
  await whatsapp.until(() => whatsapp.heard.length === 1, 'the first message')
  const chat = whatsapp.heard[0]?.chatId ?? ''
  const answer = async (from: RunningWhatsApp, text: string): Promise<void> => {
    const before = alice.received.length
    expect(await from.send(chat, text)).toMatchObject({ kind: 'sent' })
    await server.until(() => alice.received.length > before, text)
  }
  await answer(whatsapp, 'hello yourself')
  return { server, run, whatsapp, alice, answer }
}

const messagesPending = (server: { pending(): readonly { readonly tag: string }[] }): number =>
  server.pending().filter(({ tag }) => tag === 'message').length

const askedAgain = ({ receipts, devices }: Contact): readonly unknown[] => [
  ...receipts.filter(({ type }) => type === 'retry').map(({ ids }) => ids),
  ...devices.flatMap(({ asked }) => [...asked.keys()]),
]

it('a message that was taken in, and whose receipt was lost with the gateway, is confirmed and not asked for again', async () => {
  const { server, run, whatsapp, alice, answer } = await inConversation()
  server.faults.cutNext('receipt')
  await alice.send('two')
  await whatsapp.until(() => whatsapp.heard.length === 2, 'the second message')
  await server.until(() => server.openConnections() === 0, 'the end of the connection')
  await whatsapp.stop()
  expect(messagesPending(server)).toBe(1)

  const next = run()
  await server.until(() => server.isActive() && messagesPending(server) === 0, 'it to be confirmed')
  await alice.send('three')
  await next.until(() => next.heard.length > 0, 'the third message')
  expect(next.events.map(({ text }) => text)).toEqual(['three'])
  await answer(next, 'and goodbye')
  expect(askedAgain(alice)).toEqual([])
})

it('the same in a group', async () => {
  const { server, run, whatsapp, alice } = await inConversation()
  const group = server.addGroup({ members: [alice] })
  await alice.send('to all', { group })
  await whatsapp.until(() => whatsapp.heard.length === 2, 'the first in the group')
  server.faults.cutNext('receipt')
  await alice.send('to all again', { group })
  await whatsapp.until(() => whatsapp.heard.length === 3, 'the second')
  await server.until(() => server.openConnections() === 0, 'the end of the connection')
  await whatsapp.stop()

  const next = run()
  await server.until(() => server.isActive() && messagesPending(server) === 0, 'it to be confirmed')
  await alice.send('and again', { group })
  await next.until(() => next.heard.length > 0, 'the third')
  expect(next.events.map(({ text }) => text)).toEqual(['and again'])
  expect(askedAgain(alice)).toEqual([])
})

it('a message by an older session that comes late leaves the newer one as it was', async () => {
  const { server, whatsapp, alice, answer } = await inConversation()
  server.faults.reorderNext(2)
  await alice.send('by the older session')
  for (const device of alice.devices) device.forgetSessions()
  await alice.send('by the newer one')
  await whatsapp.until(() => whatsapp.heard.length === 3, 'both')
  expect(whatsapp.heard.map(({ text }) => text)).toEqual([
    'hello',
    'by the newer one',
    'by the older session',
  ])
  await answer(whatsapp, 'to the newer one')
  expect(askedAgain(alice)).toEqual([])
})
