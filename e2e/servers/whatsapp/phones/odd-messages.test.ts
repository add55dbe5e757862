import { afterEach, expect, test } from 'vitest'
import { startWhatsAppServer, type WhatsAppServer } from '../server.ts'
import { HEARD, UNHEARD } from './odd-messages.ts'
import { createStage } from './stage.ts'
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

test('the names of odd messages are all different', () => {
  const names = [...HEARD, ...UNHEARD].map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
})

const isMessage = ({ tag }: { readonly tag: string }): boolean => tag === 'message'

test('every odd message reaches Baileys, which reads on after it; those that people mean to say it shows', async () => {
  const { server, client } = await start()
  const stage = await createStage(server, { number: '+15550001111', lid: '77770000222', name: 'Alice' })
  for (const { name, outcome, send } of [...HEARD, ...UNHEARD]) {
    const before = client.heard.length
    await send(stage)
    if (outcome.answer === 'yes') await client.until(() => client.heard.length > before, name)
    const marker = await stage.contact.send(`after ${name}`)
    await client.until(() => client.heard.some(({ key }) => key.id === marker), `a message after ${name}`)
    await server.until(() => !server.pending().some(isMessage), `${name} to be settled`)
  }
  expect(server.unknown()).toEqual([])
})
