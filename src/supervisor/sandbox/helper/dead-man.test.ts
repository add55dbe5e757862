import { spawn } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { afterAll, describe, expect, it } from 'vitest'
import { MAX_FRAME_BYTES, MAX_HEADER_BYTES } from '../../../shared/contracts/helper.ts'
import { encodeFrame } from '../../../shared/contracts/helper-frames.ts'
import { createEngineClient } from '../../docker/engine-client.ts'
import { startTestBox, type TestBox } from './testing/test-box.ts'

const boxes: TestBox[] = []
const open = async (): Promise<TestBox> => {
  const box = await startTestBox()
  boxes.push(box)
  return box
}
afterAll(async () => {
  await Promise.all(boxes.splice(0).map((box) => box.remove()))
})

/** A process that holds the stream of a box until it is killed. */
const HOLDER = `
import { startTestBox } from ${JSON.stringify(new URL('testing/test-box.ts', import.meta.url).href)}
const { container, folders, bash } = await startTestBox()
await bash('(trap "" TERM HUP; setsid sleep 1000 >/dev/null 2>&1 &)')
process.stdout.write([container, ...folders].join(' ') + '\\n')
setInterval(() => undefined, 1000)
`

const raw = (length: number, headerLength: number, rest = ''): Buffer => {
  const prefix = Buffer.alloc(8)
  prefix.writeUInt32BE(length, 0)
  prefix.writeUInt32BE(headerLength, 4)
  return Buffer.concat([prefix, Buffer.from(rest)])
}

describe.concurrent('the first process of a box', () => {
  it('ends when its stdin ends, and all that it started with it', async () => {
    const box = await open()
    await box.bash('for i in 1 2 3; do (trap "" TERM HUP; setsid sleep 1000 >/dev/null 2>&1 &) ; done')
    const running = box.bash('trap "" TERM HUP; sleep 1000').catch(() => 'gone')
    box.attached.stream.end()
    expect(await box.ended).toBe(0)
    expect(await running).toBe('gone')
  })

  it('ends when whoever holds its stream is killed, Docker not being asked', async () => {
    const holder = spawn(process.execPath, ['--input-type=module', '--eval', HOLDER], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const line = await new Promise<string>((resolve) => {
      createInterface(holder.stdout).once('line', resolve)
    })
    const [container = '', ...folders] = line.split(' ')
    const docker = createEngineClient(process.env, { signal: new AbortController().signal, holds: 'process' })
    const look = () => docker.ask({ method: 'GET', path: `/containers/${container}/json`, within: 5000 })
    expect(await look()).toMatchObject({ kind: 'answer', status: 200 })
    holder.kill('SIGKILL')
    // It removes itself when it ends.
    for (;;) {
      const answer = await look()
      if (answer.kind === 'answer' && answer.status === 404) break
    }
    for (const folder of folders) await rm(folder, { recursive: true, force: true })
  })

  it.each([
    ['a header that is not JSON', raw(3, 3, '{a}')],
    ['a header that is no object', raw(2, 2, '[]')],
    ['a header that is not UTF-8', Buffer.concat([raw(2, 2), Buffer.from([0xff, 0xfe])])],
    ['a header of nothing', raw(0, 0)],
    ['a header that is longer than its frame', raw(2, 3, '{} ')],
    ['a header that is too long', raw(MAX_HEADER_BYTES + 1, MAX_HEADER_BYTES + 1)],
    ['a frame that is too long', raw(MAX_FRAME_BYTES + 1, 2, '{}')],
    ['a frame of 4 GiB', raw(2 ** 32 - 1, 2, '{}')],
    ['JSON without end', raw(60_000, 60_000, '['.repeat(60_000))],
    ['an unknown request', encodeFrame({ op: 'exec', id: 1 })],
    ['a request with a key too many', encodeFrame({ op: 'abort', id: 1, all: true })],
    ['a request without a number', encodeFrame({ op: 'abort' })],
    ['a number that is none', encodeFrame({ op: 'abort', id: true })],
    ['a number below 1', encodeFrame({ op: 'abort', id: 0 })],
    ['bytes that mean nothing', encodeFrame({ op: 'abort', id: 1 }, Buffer.from('x'))],
    ['a page that is too large', encodeFrame({ op: 'read', id: 1, path: 'a', offset: 0, limit: 2 ** 21 })],
    [
      'an edit shorter than its old text',
      encodeFrame({ op: 'edit', id: 1, path: 'a', oldBytes: 3 }, Buffer.from('x')),
    ],
  ])('ends at what its gateway never says: %s', async (_, bytes) => {
    const box = await open()
    box.attached.stream.write(bytes)
    expect(await box.ended).toBe(65)
    expect(box.attached.stderr()).toMatch(/^clawdbot: the gateway sent [a-zA-Z0-9 -]+\n$/)
  })

  it('waits for the rest of a frame, however it is cut', async () => {
    const box = await open()
    const answered = box.read('nothing')
    const frame = encodeFrame({
      op: 'bash',
      id: 2,
      command: 'true',
      cwd: '',
      env: {},
      timeoutMs: 9999,
      keepBytes: 9,
    })
    await answered
    for (const byte of frame.subarray(0, frame.length - 1)) box.attached.stream.write(Buffer.from([byte]))
    await answered
    box.attached.stream.end()
    expect(await box.ended).toBe(0)
  })
})

describe('the setup command', () => {
  it('has run when the helper says hello', async () => {
    const box = await startTestBox({ docker: { setupCommand: 'echo ready > state' } })
    boxes.push(box)
    expect(await box.text('cat state; echo "[$CLAWDBOT_SETUP]"')).toBe('ready\n[]')
  })

  it('that fails ends the box, with its own last words', async () => {
    await expect(
      startTestBox({ docker: { setupCommand: 'echo no such package >&2; exit 7' } }),
    ).rejects.toThrow(/no such package[^]*the setup command failed/)
  })
})
