import { afterEach, expect, test } from 'vitest'
import { startWhatsAppServer, type WhatsAppServer } from '../server.ts'
import { createCrowd } from './crowd.ts'
import { linkTestClient, type TestClient } from './test-client.ts'

let running: { readonly server: WhatsAppServer; readonly client: TestClient } | undefined
afterEach(async () => {
  await running?.client.stop()
  await running?.server.stop()
  running = undefined
})

/** A client that answers as `answers` says: to each message it hears, with these texts. */
const start = async (answers: (text: string) => readonly string[]) => {
  const server = await startWhatsAppServer()
  const client = await linkTestClient(server)
  running = { server, client }
  client.socket.ev.on('messages.upsert', ({ messages }) => {
    for (const { key, message } of messages) {
      const text = message?.conversation
      if (!text || !key.remoteJid || key.fromMe) continue
      for (const reply of answers(text)) void client.send(key.remoteJid, reply)
    }
  })
  return { server, client }
}

const said = (text: string): string => text.replace(/^say /, '')

test('a crowd is answered, each member in order and once', async () => {
  const { server } = await start((text) => [said(text)])
  const crowd = await createCrowd(server, { contacts: 20, messages: 5, devices: 2, random: () => 0 })
  await crowd.speak()
  await crowd.whole()
  expect(crowd.report()).toEqual({
    sent: 100,
    answered: 100,
    lost: [],
    twice: [],
    outOfOrder: [],
    strange: [],
    repeats: 0,
  })
  expect(server.unknown()).toEqual([])
})

test('what is lost, comes twice, in a wrong order or of nobody’s asking is told', async () => {
  const answers: Readonly<Record<string, readonly string[]>> = {
    '0.0': ['0.1', '0.0'],
    '0.1': ['0.2', 'what else?'],
    '0.2': ['0.2'],
    '0.3': ['0.4'],
    '0.4': [],
  }
  const { server } = await start((text) => answers[said(text)] ?? [])
  const crowd = await createCrowd(server, { contacts: 1, messages: 5, ahead: 5 })
  await crowd.speak()
  await server.until(() => crowd.members[0]?.received.length === 6, 'all answers')
  const report = crowd.report()
  expect({ ...report, outOfOrder: report.outOfOrder.length > 0 }).toEqual({
    sent: 5,
    answered: 4,
    lost: ['0.3'],
    twice: ['0.2'],
    outOfOrder: true,
    strange: ['Member 0: what else?'],
    repeats: 0,
  })
  await expect(crowd.whole(10)).rejects.toThrow('in vain')
})
