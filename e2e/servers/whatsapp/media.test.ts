import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { downloadEncryptedContent, getMediaKeys } from '@whiskeysockets/baileys'
import { afterEach, expect, test } from 'vitest'
import { type MediaFacts, type MediaHost, type MediaKind, startMedia } from './media.ts'

let media: MediaHost | undefined
afterEach(async () => {
  await media?.stop()
  media = undefined
})

const start = async () => {
  media = await startMedia()
  return media
}

/** As Baileys itself fetches a file. */
const fetchedByBaileys = async (host: MediaHost, kind: MediaKind, facts: MediaFacts): Promise<Buffer> => {
  const keys = await getMediaKeys(facts.mediaKey, kind)
  return buffer(await downloadEncryptedContent(host.url + facts.directPath, keys))
}

test('Baileys reads what the host keeps, whatever its length and kind', async () => {
  const host = await start()
  for (const kind of ['image', 'video', 'audio', 'document', 'sticker'] as const) {
    for (const length of [1, 15, 16, 17, 70_000]) {
      const bytes = randomBytes(length)
      const facts = host.put(kind, bytes)
      expect((await fetchedByBaileys(host, kind, facts)).equals(bytes)).toBe(true)
      expect(facts.fileLength).toBe(length)
    }
  }
  expect(host.strayRequests).toEqual([])
})

test('the key of another kind reads nothing', async () => {
  const host = await start()
  const facts = host.put('image', randomBytes(100))
  const keys = await getMediaKeys(facts.mediaKey, 'document')
  const read = async () => buffer(await downloadEncryptedContent(host.url + facts.directPath, keys))
  await expect(read()).rejects.toThrow('bad decrypt')
})

test('each fault does what it says, once', async () => {
  const host = await start()
  const { directPath } = host.put('image', randomBytes(1000))
  const good = Buffer.from(await (await fetch(host.url + directPath)).arrayBuffer())
  const get = (init: RequestInit = {}) => fetch(host.url + directPath, init)

  host.fail('not-found')
  expect((await get()).status).toBe(404)
  host.fail('gone')
  expect((await get()).status).toBe(410)
  host.fail('cut-off')
  await expect(get().then((response) => response.arrayBuffer())).rejects.toThrow('terminated')
  host.fail('redirect')
  await expect(get({ redirect: 'error' })).rejects.toThrow('fetch failed')
  expect(host.strayRequests).toEqual([])
  host.fail('redirect')
  expect((await get()).status).toBe(404)
  expect(host.strayRequests).toEqual(['GET /stray'])
  host.fail('changed-byte')
  const changed = Buffer.from(await (await get()).arrayBuffer())
  expect(changed.length).toBe(good.length)
  expect(changed.equals(good)).toBe(false)
  host.fail('no-length')
  const unmeasured = await get()
  expect(unmeasured.headers.get('content-length')).toBeNull()
  expect(Buffer.from(await unmeasured.arrayBuffer()).equals(good)).toBe(true)

  host.fail('endless')
  const endless = new AbortController()
  let size = 0
  const reading = (async () => {
    for await (const chunk of (await get({ signal: endless.signal })).body ?? []) {
      size += chunk.length
      if (size > 1_000_000) endless.abort()
    }
  })()
  await expect(reading).rejects.toThrow('aborted')

  for (const fault of ['hold', 'slow'] as const) {
    host.fail(fault)
    const before = host.requests.length
    const abort = new AbortController()
    const waiting = get({ signal: abort.signal }).then((response) => response.arrayBuffer())
    waiting.catch(() => undefined)
    await host.until(() => host.requests.length > before, `a request that meets ${fault}`)
    abort.abort()
    await expect(waiting).rejects.toThrow('aborted')
  }
  expect(Buffer.from(await (await get()).arrayBuffer()).equals(good)).toBe(true)
})
