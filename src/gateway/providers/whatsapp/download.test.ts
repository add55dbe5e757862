import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type BadFile,
  type MediaFacts,
  type MediaFault,
  type MediaHost,
  startMedia,
} from '../../../../e2e/servers/whatsapp/media.ts'
import { createMediaDownload } from './download.ts'
import { formatMediaRef, MEDIA_TYPES, type MediaRef } from './media-ref.ts'

let media: MediaHost
beforeAll(async () => {
  media = await startMedia()
})
afterAll(() => media.stop())

const MIB = 1024 * 1024
const never = new AbortController().signal

const refOf = (facts: MediaFacts, over: Partial<MediaRef> = {}): string => {
  const { directPath, mediaKey, fileEncSha256: encrypted, fileSha256: plain } = facts
  const ref = formatMediaRef({ type: 'document', directPath, mediaKey, encrypted, plain, ...over })
  if (ref === undefined) throw new Error('the media host gave something that is no reference')
  return ref
}

const put = (bytes: Uint8Array, bad?: BadFile): string => refOf(media.put('document', bytes, bad))

const download = (ref: string, { max = MIB, signal = never, withinMs = 20_000 } = {}) =>
  createMediaDownload({ mediaUrl: media.url, withinMs })(ref, max, signal)

const isAsked = (): number => media.requests.length

describe('a file', () => {
  test.each(MEDIA_TYPES)('is what was sent, byte for byte: %s', async (type) => {
    for (const length of [0, 1, 15, 16, 17, 100_000]) {
      const bytes = randomBytes(length)
      const fetched = await download(refOf(media.put(type, bytes), { type }))
      expect(fetched).toEqual({ kind: 'fetched', bytes })
    }
  })

  test('comes without its length being said', async () => {
    media.fail('no-length')
    expect(await download(put(Buffer.from('hello')))).toEqual({
      kind: 'fetched',
      bytes: Buffer.from('hello'),
    })
  })

  test.each<BadFile>(['mac', 'fileSha256', 'fileEncSha256', 'padding'])(
    'of which something is wrong is not given out: %s',
    async (bad) => {
      expect(await download(put(randomBytes(1_000), bad))).toEqual({
        kind: 'failed',
        why: 'it is not the file that the message speaks of',
      })
    },
  )

  test('is not given out under the keys of another type', async () => {
    expect(await download(refOf(media.put('document', Buffer.from('x')), { type: 'image' }))).toMatchObject({
      kind: 'failed',
    })
  })

  test.each<[MediaFault, string]>([
    ['not-found', 'WhatsApp does not keep it any more'],
    ['gone', 'WhatsApp does not keep it any more'],
    ['cut-off', 'the download failed'],
    ['redirect', 'the download failed'],
    ['changed-byte', 'it is not the file that the message speaks of'],
    ['endless', 'it is larger than 1 MiB'],
  ])('that can not be had is none, and that is said: %s', async (fault, why) => {
    media.fail(fault)
    expect(await download(put(randomBytes(1_000)))).toEqual({ kind: 'failed', why })
  })

  test.each<MediaFault>(['hold', 'slow'])('that does not come in time is given up: %s', async (fault) => {
    media.fail(fault)
    expect(await download(put(randomBytes(1_000)), { withinMs: 300 })).toEqual({
      kind: 'failed',
      why: 'the download took too long',
    })
  })

  test('is given up when nobody wants it any more', async () => {
    media.fail('hold')
    const asked = isAsked()
    const controller = new AbortController()
    const fetched = download(put(Buffer.from('x')), { signal: controller.signal })
    await media.until(() => isAsked() > asked, 'the request')
    controller.abort()
    expect(await fetched).toEqual({ kind: 'failed', why: 'it was aborted' })
  })

  test('may be as large as it may be, and not a byte larger', async () => {
    expect(await download(put(new Uint8Array(MIB)))).toMatchObject({ kind: 'fetched' })
    for (const more of [1, 15, 16, 1_000])
      expect(await download(put(new Uint8Array(MIB + more)))).toEqual({
        kind: 'failed',
        why: 'it is larger than 1 MiB',
      })
  })
})

const facts = (): MediaFacts => media.put('document', Buffer.from('x'))

/** What is asked for, and how; nothing goes onto any network. */
const asked = async (ref: string): Promise<readonly (readonly [unknown, RequestInit | undefined])[]> => {
  const calls: (readonly [unknown, RequestInit | undefined])[] = []
  const fetched = await createMediaDownload({
    fetch: async (url, init) => {
      calls.push([url, init])
      return new Response(null, { status: 404 })
    },
  })(ref, MIB, never)
  expect(fetched.kind).toBe('failed')
  return calls
}

describe('where a file comes from', () => {
  test('is WhatsApp’s own store and nowhere else, without a redirect', async () => {
    const given = facts()
    const [[url, init] = ['', undefined], ...more] = await asked(refOf(given))
    expect(more).toEqual([])
    expect(url).toBe(`https://mmg.whatsapp.net${given.directPath}`)
    expect(init?.redirect).toBe('error')
  })

  test.each([
    '//evil.example/x',
    '/\\evil.example/x',
    '@evil.example/x',
    '.evil.example/x',
    ':443@evil.example/x',
    'https://evil.example/x',
    '/a/../../x',
    '/a/./x',
    '/a//x',
    '/%2e%2e/x',
    '/x y',
    '/x\n',
    '/x#y',
    '/ü',
    '/',
    '',
  ])('can not be said by a path: %j', async (directPath) => {
    const [version, type, , ...keys] = JSON.parse(refOf(facts()))
    expect(await asked(JSON.stringify([version, type, directPath, ...keys]))).toEqual([])
  })

  test.each([
    '',
    'null',
    '[]',
    '{',
    'https://evil.example/x',
    JSON.stringify([2, 'document', '/x', ...Array(3).fill('A'.repeat(43))]),
    JSON.stringify([1, 'movie', '/x', ...Array(3).fill('A'.repeat(43))]),
    JSON.stringify([1, 'document', '/x', ...Array(3).fill('A'.repeat(42))]),
    JSON.stringify([1, 'document', '/x', ...Array(2).fill('A'.repeat(43))]),
  ])('is nowhere for what is no reference: %j', async (ref) => {
    expect(await asked(ref)).toEqual([])
  })

  test('fits into a journal’s line however long it is', () => {
    const { mediaKey, fileEncSha256: encrypted, fileSha256: plain } = facts()
    const longest = `/${'x'.repeat(599)}`
    expect(
      formatMediaRef({ type: 'document', directPath: longest, mediaKey, encrypted, plain })?.length,
    ).toBeLessThan(1_000)
  })
})

test('nobody was asked for anything else', () => {
  expect(media.strayRequests).toEqual([])
})
