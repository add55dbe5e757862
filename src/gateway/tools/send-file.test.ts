import { describe, expect, it } from 'vitest'
import type { RulesTold } from '../../shared/contracts/gateway-told.ts'
import { MAX_BODY_BYTES } from '../../shared/contracts/helper.ts'
import type { AcceptedItem } from '../inbound/accepted-item.ts'
import { itemFrom } from './testing/item-from.ts'
import { callOf, createToolWorld, sha256, type ToolWorld } from './testing/stand-in-tools.ts'
import type { ToolResult } from './tool-result.ts'

const OWNER = itemFrom('7')
const FRIEND = itemFrom('42')

const send = (world: ToolWorld, item: AcceptedItem, args: object): Promise<ToolResult> =>
  world.toolsFor(item).run(callOf('send', { text: 'here', ...args }), new AbortController().signal)

const filled = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => (index * 7) % 256)

/** The keys of the arguments that a model is told of. */
const told = (world: ToolWorld, item: AcceptedItem): readonly string[] => {
  const offer = world
    .toolsFor(item)
    .offered()
    .find(({ name }) => name === 'send')
  return offer === undefined ? [] : Object.keys(Object(offer.schema)['shape'])
}

const HOST = { elevated: { enabled: true, approve: 'always', allowFrom: {} } } as const
const HOST_ONLY: Partial<RulesTold> = { ...HOST, sandbox: { mode: 'off', tools: { allow: [], deny: [] } } }

describe('a file of the tool send', () => {
  it('is read by the helper, on record, and handed to the outbox under a bare name', async () => {
    const world = createToolWorld()
    world.places.sandbox.files.set('out/.report.pdf', filled(5))
    const call = callOf('send', { text: 'here', file: 'out/.report.pdf' })
    const result = await world.toolsFor(FRIEND).run(call, new AbortController().signal)
    expect(result).toMatchObject({ text: 'Sent.', isError: false, details: { place: 'messenger' } })
    expect(world.did).toEqual([
      'opened sandbox',
      'intent read sandbox',
      'sandbox: read out/.report.pdf',
      'intent send messenger',
      'sent to telegram:42',
    ])
    expect(world.outcomes).toEqual(['1 done 5 bytes, to send them', '2 done sent'])
    expect(world.acts).toMatchObject([
      { tool: 'read', callId: call.id, argsSha256: sha256(JSON.stringify({ path: 'out/.report.pdf' })) },
      { tool: 'send', callId: call.id, argsSha256: sha256(JSON.stringify(call.arguments)) },
    ])
    expect(world.sends).toMatchObject([{ text: 'here', chatId: '42', file: { name: 'report.pdf' } }])
    expect(world.sends[0]?.file?.bytes).toEqual(Buffer.from(filled(5)))
  })

  it('is whole, however many pages it has', async () => {
    const world = createToolWorld()
    for (const length of [MAX_BODY_BYTES, MAX_BODY_BYTES + 1, 3 * MAX_BODY_BYTES - 1]) {
      world.places.sandbox.files.set('a', filled(length))
      expect(await send(world, FRIEND, { file: 'a' })).toMatchObject({ isError: false })
      const { bytes } = world.sends.at(-1)?.file ?? { bytes: filled(0) }
      expect(Buffer.compare(bytes, filled(length))).toBe(0)
    }
  })

  it('comes from the host where the tools act there, or where that is asked for and given', async () => {
    const world = createToolWorld()
    world.places.host.files.set('a', filled(3))
    expect((await send(world, FRIEND, { file: 'a', host: true })).text).toContain(
      'may not use read on the host',
    )
    world.rule(HOST_ONLY)
    await send(world, OWNER, { file: 'a' })
    expect(world.did.at(-1)).toBe('sent to telegram:7')
    expect(world.did).not.toContain('asked the owner')
  })

  it.each([
    ['is too large', () => filled(20 * 1024 * 1024 + 1), 'Not sent: it is larger than 20 MiB.'],
    ['is empty', () => filled(0), 'Not sent: the file is empty.'],
    ['is not there', () => undefined, 'Not sent: no such file. (not_found)'],
  ])('is not sent when it %s', async (_what, content, text) => {
    const world = createToolWorld()
    const bytes = content()
    if (bytes !== undefined) world.places.sandbox.files.set('a', bytes)
    expect(await send(world, FRIEND, { file: 'a' })).toMatchObject({ text, isError: true })
    expect(world.sends).toEqual([])
    expect(world.acts).toHaveLength(1)
  })

  it.each([
    ['grows', (read: number) => 2 * MAX_BODY_BYTES + read],
    ['shrinks', (read: number) => 2 * MAX_BODY_BYTES - read],
  ])('is not sent when it %s while it is read', async (_what, sizeAt) => {
    const world = createToolWorld()
    let reads = 0
    world.places.sandbox.read = (_path, _offset, limit) =>
      Promise.resolve({ kind: 'read', bytes: filled(limit), size: sizeAt((reads += 1)) })
    expect((await send(world, FRIEND, { file: 'a' })).text).toBe(
      'Not sent: the file changed while it was read.',
    )
    expect(world.sends).toEqual([])
  })

  it('is not sent by a helper that gives no end of it', async () => {
    const world = createToolWorld()
    world.places.sandbox.read = () => Promise.resolve({ kind: 'read', bytes: filled(0), size: 5 })
    expect((await send(world, FRIEND, { file: 'a' })).text).toBe(
      'Not sent: the file changed while it was read.',
    )
  })

  it('is neither read nor sent where the tool read is denied, and no model is told of it', async () => {
    const world = createToolWorld()
    expect(told(world, OWNER)).toEqual(['to', 'text', 'file'])
    expect(told(world, FRIEND)).toEqual(['text', 'file'])
    world.rule({ sandbox: { mode: 'all', tools: { allow: [], deny: ['read'] } } })
    expect(told(world, FRIEND)).toEqual(['text'])
    expect((await send(world, FRIEND, { file: 'a' })).text).toContain('does not allow read')
    expect(world.did).toEqual([])
    world.rule({ ...HOST, sandbox: { mode: 'all', tools: { allow: [], deny: [] } } })
    expect(told(world, FRIEND)).toEqual(['text', 'file'])
  })

  it('is not read for somebody to whom nothing may be sent now', async () => {
    const world = createToolWorld()
    world.rule({ readOnly: true })
    expect((await send(world, FRIEND, { file: 'a' })).text).toContain('read-only mode is on')
    expect(world.did).toEqual([])
  })

  it('is not sent once the turn was ended, or everything was stopped, while it was read', async () => {
    const world = createToolWorld()
    world.places.sandbox.files.set('a', filled(5))
    const turn = new AbortController()
    world.at('tool:after-act', () => turn.abort())
    const call = callOf('send', { text: 'x', file: 'a' })
    expect((await world.toolsFor(FRIEND).run(call, turn.signal)).text).toContain('aborted')
    world.at('tool:after-act', () => world.lock())
    expect((await send(world, FRIEND, { file: 'a' })).text).toContain('stopped')
    expect(world.sends).toEqual([])
  })
})

describe('a file that is none of the workspace’s', () => {
  // GHSA-33hm-cq8r-wc49 (a folder for temporary files of the host), CVE-2026-32002 (a picture that was loaded by the host
  // itself): whatever the path, it is the helper that gets it, as it is, and nobody else looks at it.
  it.each(['/etc/passwd', '/tmp/x', '../x', '~/x', 'file:///etc/passwd', 'https://example.org/x', 'C:\\x'])(
    'is a path for the helper alone: %s',
    async (file) => {
      const world = createToolWorld()
      expect(await send(world, FRIEND, { file })).toMatchObject({ isError: true })
      expect(world.did).toEqual(['opened sandbox', 'intent read sandbox', `sandbox: read ${file}`])
    },
  )

  // GHSA-hr5v-j9h9-xjhg: other names of the same parameter went past the check.
  it.each(['mediaUrl', 'fileUrl', 'path', 'filePath', 'media', 'attachment', 'buffer', 'File'])(
    'has no other name: %s',
    async (alias) => {
      const world = createToolWorld()
      expect((await send(world, FRIEND, { [alias]: '/etc/passwd' })).text).toContain('are not right')
      expect((await send(world, FRIEND, { file: 'a', [alias]: '/etc/passwd' })).text).toContain(
        'are not right',
      )
      expect(world.did).toEqual([])
    },
  )

  it.each([[''], ['a\0b'], [['a']], [{ path: 'a' }], [null], ['x'.repeat(5_000)]])(
    'is no path: %j',
    async (file) => {
      const world = createToolWorld()
      expect((await send(world, FRIEND, { file })).text).toContain('are not right')
      expect(world.did).toEqual([])
    },
  )
})
