import { createServer, type RequestListener } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TelegramServer } from '../../../../e2e/servers/telegram/server.ts'
import type { Fetched, Provider } from '../provider.ts'
import { createApis } from './api.ts'
import { createDownload } from './download.ts'
import { createTelegram } from './telegram.ts'

const MAX = 100_000

let server: TelegramServer
let provider: Provider
beforeEach(async () => {
  server = await new TelegramServer().start()
  server.allowChat(42)
  provider = createTelegram({ botToken: server.token, apiRoot: server.url })
})
afterEach(() => server.stop())

const alice = { id: 42, first_name: 'Alice' }
const bytes = Uint8Array.from({ length: 50_000 }, (_, index) => (index * 7) % 256)
const never = (): AbortSignal => new AbortController().signal
const always = (): boolean => true

/** The `file_id` of a document that somebody sent. */
const given = async (size?: number): Promise<string> => {
  server.document(alice, { fileName: 'a.bin', bytes, ...(size === undefined ? {} : { size }) })
  const response = await fetch(`${server.url}/bot${server.token}/getUpdates?offset=-1`)
  const { result } = await response.json()
  return result[0].message.document.file_id
}

const fetchFile = async (ref: string, max = MAX, signal = never()): Promise<Fetched | undefined> =>
  provider.fetchFile?.(ref, max, signal)

const whyNot = async (came: Promise<Fetched | undefined>): Promise<string> => {
  const result = await came
  if (result?.kind !== 'failed') throw new Error('it was fetched')
  expect(result.why).not.toContain(server.token)
  return result.why
}

describe('a file that somebody sent', () => {
  test('is fetched byte by byte', async () => {
    const came = await fetchFile(await given())
    expect(came?.kind).toBe('fetched')
    expect(came?.kind === 'fetched' && Buffer.compare(came.bytes, bytes)).toBe(0)
    expect(server.violations).toEqual([])
  })

  test('is not fetched at all where Telegram says that it is too large', async () => {
    expect(await whyNot(fetchFile(await given(), 49_999))).toMatch(/^it is larger than/)
    expect(server.downloads).toEqual([])
  })

  test('is given up as soon as it is too large, whatever Telegram says', async () => {
    expect(await whyNot(fetchFile(await given(10), 49_999))).toMatch(/^it is larger than/)
  })

  test('is not taken for whole when the line was cut, or when less came than there is', async () => {
    const ref = await given()
    server.drop('file')
    expect(await whyNot(fetchFile(ref))).toBe('the download failed')
    expect(await whyNot(fetchFile(await given(50_001)))).toBe('the download was cut off')
  })

  test('that is not there is not there', async () => {
    expect(await whyNot(fetchFile('none'))).toMatch(/^Telegram answered 400: Bad Request: wrong file_id/)
    const ref = await given()
    server.fail({ method: 'file', status: 404, description: '' })
    expect(await whyNot(fetchFile(ref))).toBe('Telegram answered 404')
  })

  test('is given up when its time is over, and at once when nobody waits any more', async () => {
    const ref = await given()
    const stall = server.stall('file')
    const waiting = new AbortController()
    const came = whyNot(fetchFile(ref, MAX, waiting.signal))
    await server.waitFor(() => server.downloads.length === 1)
    waiting.abort()
    expect(await came).toBe('it was aborted')
    const { sending: api, fileRoot } = createApis(server.token, server.url)
    const download = createDownload({ api, token: server.token, fileRoot, withinMs: 200 })
    expect(await whyNot(download(ref, MAX, never()))).toBe('the download took too long')
    stall.release()
  })

  test.each(['../../secret', '/etc/passwd', 'a//b', 'a/./b', '..', ''])(
    'is fetched from Telegram’s own folder, and not from where its answer leads: %j',
    async (path) => {
      await withServer(
        (request, response) => {
          expect(request.url).toMatch(/\/getFile$/)
          response.end(JSON.stringify({ ok: true, result: { file_id: 'x', file_path: path } }))
        },
        async (url) => {
          const other = createTelegram({ botToken: server.token, apiRoot: url })
          expect(await other.fetchFile?.('x', MAX, never())).toEqual({
            kind: 'failed',
            why: 'Telegram’s answer could not be understood',
          })
        },
      )
    },
  )

  test('is fetched from the one address that is configured: a redirect is not followed, and a path is no query', async () => {
    const asked: string[] = []
    await withServer(
      (request, response) => {
        asked.push(request.url ?? '')
        if (request.url?.endsWith('/getFile') === true) {
          const path = 'documents/@evil.example?x#y'
          response.end(JSON.stringify({ ok: true, result: { file_id: 'x', file_path: path } }))
          return
        }
        response.writeHead(302, { location: `${server.url}/elsewhere` })
        response.end()
      },
      async (url) => {
        const other = createTelegram({ botToken: server.token, apiRoot: url })
        const came = await other.fetchFile?.('x', MAX, never())
        expect(came).toEqual({ kind: 'failed', why: 'the download failed' })
      },
    )
    expect(asked[1]).toBe(`/file/bot${server.token}/documents/%40evil.example%3Fx%23y`)
    expect(asked).toHaveLength(2)
    expect(server.violations).toEqual([])
  })
})

describe('a file that goes out', () => {
  const file = { name: 'naïve (1).bin', bytes }
  const send = async (chatId = '42', caption = 'here', mayGo = always) =>
    provider.sendFile?.(chatId, file, caption, mayGo)

  test('arrives byte by byte, with its name and its caption', async () => {
    expect(await send()).toMatchObject({ kind: 'sent' })
    expect(server.sent).toMatchObject([{ chatId: 42, text: 'here', document: { fileName: 'naïve (1).bin' } }])
    expect(Buffer.compare(server.sent[0]?.document?.bytes ?? new Uint8Array(), bytes)).toBe(0)
    expect(await send('42', '')).toMatchObject({ kind: 'sent' })
    expect(server.violations).toEqual([])
  })

  test.each(['-100', '@alice', '42 ', '1e3'])('goes to no group and to no name: %s', async (chatId) => {
    expect(await send(chatId)).toEqual({ kind: 'failed', why: 'this is no private chat' })
    expect(server.calls).toEqual([])
  })

  test('is asked for again before each try, and sent no second time on a guess', async () => {
    expect(await send('42', '', () => false)).toEqual({ kind: 'withdrawn' })
    expect(server.calls).toEqual([])
    server.drop('sendDocument', { effect: 'after' })
    expect(await send()).toMatchObject({ kind: 'unconfirmed' })
    expect(server.sent).toHaveLength(1)
    server.fail({ method: 'sendDocument', status: 400, description: 'Bad Request: no' })
    expect(await send()).toEqual({ kind: 'failed', why: 'Telegram answered 400: Bad Request: no' })
  })
})

const withServer = async (listener: RequestListener, use: (url: string) => Promise<void>): Promise<void> => {
  const other = createServer(listener)
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const address = other.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  try {
    await use(`http://127.0.0.1:${address.port}`)
  } finally {
    other.closeAllConnections()
    other.close()
  }
}
