import { Api, InputFile } from 'grammy'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TelegramServer } from './server.ts'

let server: TelegramServer
let api: Api
beforeEach(async () => {
  server = await new TelegramServer().start()
  api = new Api(server.token, { apiRoot: server.url })
  server.allowChat(42)
})
afterEach(() => server.stop())

const alice = { id: 42, first_name: 'Alice' }
const bytes = Uint8Array.from({ length: 3_000 }, (_, index) => index % 256)

const fetched = (path: string): Promise<Response> => fetch(`${server.url}/file/bot${server.token}/${path}`)

describe('files', () => {
  it('that people send are in an update, and can be fetched byte by byte', async () => {
    server.document(alice, { fileName: 'a b.bin', bytes, caption: 'look' })
    const [update] = await api.getUpdates()
    const document = update?.message?.document
    expect(update?.message).toMatchObject({ caption: 'look', document: { file_name: 'a b.bin' } })
    expect(update?.message).not.toHaveProperty('text')
    const file = await api.getFile(document?.file_id ?? '')
    expect(file.file_size).toBe(3_000)
    const response = await fetched(file.file_path ?? '')
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes)
    expect(server.downloads).toEqual([file.file_path])
    expect(server.violations).toEqual([])
  })

  it('that grammY sends arrive byte by byte, with their name and caption', async () => {
    const sent = await api.sendDocument(42, new InputFile(bytes, 'naïve (1).bin'), { caption: 'here' })
    expect(sent.document.file_name).toBe('naïve (1).bin')
    expect(server.sent).toMatchObject([{ chatId: 42, text: 'here', document: { fileName: 'naïve (1).bin' } }])
    expect(server.sent[0]?.document?.bytes).toEqual(Buffer.from(bytes))
    expect(server.violations).toEqual([])
  })

  it('have a name that ends at a semicolon, as there are no quotes around it', async () => {
    await api.sendDocument(42, new InputFile(bytes, 'a;b.exe'))
    expect(server.sent[0]?.document?.fileName).toBe('a')
  })

  it('that are empty or too big are refused, and so are captions that are too long', async () => {
    await expect(api.sendDocument(42, new InputFile(new Uint8Array(), 'a'))).rejects.toThrow(/non-empty/)
    const caption = 'x'.repeat(1_025)
    await expect(api.sendDocument(42, new InputFile(bytes, 'a'), { caption })).rejects.toThrow(/too long/)
    server.document(alice, { fileName: 'a', bytes, size: 20_000_001 })
    const [update] = await api.getUpdates()
    await expect(api.getFile(update?.message?.document?.file_id ?? '')).rejects.toThrow(/too big/)
    expect(server.sent).toEqual([])
  })

  it('that nobody sent, by id, by address or by a way that no client goes, are errors', async () => {
    await expect(api.getFile('none')).rejects.toThrow(/wrong file_id/)
    expect((await fetched('documents/none')).status).toBe(404)
    await expect(api.sendDocument(42, 'https://example.org/a')).rejects.toThrow(/400/)
    expect(server.violations).toHaveLength(2)
    expect(server.violations.join('\n')).not.toContain(server.token)
  })
})
