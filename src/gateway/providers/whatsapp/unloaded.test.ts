import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { loadBaileys } from './baileys.ts'
import { formatMediaRef } from './media-ref.ts'
import { createHeardLog } from './testing/heard-log.ts'
import { createWhatsApp } from './whatsapp.ts'

vi.mock('./baileys.ts', async (original) => ({
  ...(await original<object>()),
  loadBaileys: vi.fn<typeof loadBaileys>(() => Promise.reject(new Error('it is loaded'))),
}))

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-unloaded-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('without a login nothing of Baileys is loaded until somebody asks to link', async () => {
  const states: string[] = []
  const whatsapp = createWhatsApp({
    folder: join(folder, 'whatsapp'),
    test: undefined,
    log: createHeardLog().log,
    now: Date.now,
    random: Math.random,
    onFault: (error) => states.push(`fault: ${String(error)}`),
  })
  whatsapp.start({
    receive: () => states.push('a message'),
    status: ({ state }) => states.push(state),
    link: () => undefined,
  })
  expect(await whatsapp.send('15550001111@s.whatsapp.net', 'hello', () => true)).toMatchObject({
    kind: 'failed',
  })
  whatsapp.typing?.('15550001111@s.whatsapp.net', 'on')
  whatsapp.link?.('cancel')
  whatsapp.link?.('unlink')
  expect(new Set(states)).toEqual(new Set(['unlinked']))
  expect(loadBaileys).not.toHaveBeenCalled()
  expect(existsSync(join(folder, 'whatsapp'))).toBe(false)
  whatsapp.link?.('begin')
  await vi.waitFor(() => expect(states).toContain('failed'))
  expect(loadBaileys).toHaveBeenCalledOnce()
  await whatsapp.stop()
})

test('under test, without a server for files, none is fetched from WhatsApp’s', async () => {
  const fetched = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('no network'))
  const whatsapp = createWhatsApp({
    folder: join(folder, 'whatsapp'),
    test: { url: 'ws://127.0.0.1:9/ws/chat', rootKey: '00'.repeat(32) },
    log: createHeardLog().log,
    now: Date.now,
    random: Math.random,
    onFault: () => undefined,
  })
  const key = Buffer.alloc(32, 1)
  const ref = formatMediaRef({ type: 'image', directPath: '/v/a', mediaKey: key, encrypted: key, plain: key })
  const file = await whatsapp.fetchFile?.(ref ?? '', 1024, new AbortController().signal)
  expect(file).toEqual({ kind: 'failed', why: 'the download failed' })
  expect(fetched.mock.calls.map(([url]) => url)).toEqual(['http://127.0.0.1:9/v/a'])
})
