import * as fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Logger } from '../../../shared/log/logger.ts'
import { endpointOf } from './endpoint.ts'
import { createWhatsApp } from './whatsapp.ts'

const nothing = (): void => undefined
const SILENT: Logger = {
  child: () => SILENT,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
  close: nothing,
}
const ROOT_KEY = 'ab'.repeat(32)

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('where WhatsApp is', () => {
  it('is its own address, whatever the environment says', () => {
    for (const name of [
      'HTTPS_PROXY',
      'HTTP_PROXY',
      'ALL_PROXY',
      'WA_URL',
      'WHATSAPP_URL',
      'CLAWDBOT_WHATSAPP_URL',
    ])
      vi.stubEnv(name, 'ws://127.0.0.1:1')
    vi.stubEnv('CLAWDBOT_TEST', '1')
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    const { url, rootKey, mediaUrl, agent } = endpointOf(undefined)
    expect({ url, rootKey, mediaUrl }).toEqual({
      url: 'wss://web.whatsapp.com/ws/chat',
      rootKey: undefined,
      mediaUrl: undefined,
    })
    expect(agent?.options).toMatchObject({ rejectUnauthorized: true, minVersion: 'TLSv1.2' })
  })

  it.each(['ws://127.0.0.1:4000/ws/chat', 'ws://[::1]:4000/', 'ws://localhost:4000/ws/chat'])(
    'may be %s for tests',
    (url) => {
      expect(endpointOf({ url, rootKey: ROOT_KEY }).url).toBe(url)
    },
  )

  it.each([
    'wss://web.whatsapp.com/ws/chat',
    'wss://web.whatsapp.com.evil.example/ws/chat',
    'ws://192.168.0.1/ws/chat',
    'ws://127.0.0.1.evil.example/',
    'ws://localhost.evil.example/',
    'ws://127.0.0.1@evil.example/',
    'ws://user:secret@127.0.0.1/',
    'http://127.0.0.1/',
    'tcp://127.0.0.1/',
    '127.0.0.1',
    '',
  ])('is never %j', (url) => {
    expect(() => endpointOf({ url, rootKey: ROOT_KEY })).toThrow(/only be reached at its own address/)
    expect(() =>
      createWhatsApp({
        folder: '/nowhere',
        test: { url, rootKey: ROOT_KEY },
        log: SILENT,
        now: Date.now,
        random: Math.random,
        onFault: () => undefined,
      }),
    ).toThrow(/only be reached at its own address/)
  })

  it('is never anything that is not on this machine', () => {
    fc.assert(
      fc.property(fc.webUrl({ validSchemes: ['ws', 'wss', 'http', 'https'] }), (url) => {
        expect(() => endpointOf({ url, rootKey: ROOT_KEY })).toThrow(/own address/)
        expect(() => endpointOf({ url: 'ws://127.0.0.1:1', rootKey: ROOT_KEY, mediaUrl: url })).toThrow(
          /own address/,
        )
      }),
    )
  })

  it.each(['', 'ab', 'zz'.repeat(32), 'ab'.repeat(33)])(
    'needs a root key of its own for tests, which %j is not',
    (rootKey) => {
      expect(() => endpointOf({ url: 'ws://127.0.0.1:1', rootKey })).toThrow(/own address/)
    },
  )
})
