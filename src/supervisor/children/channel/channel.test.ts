import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { jsonLines } from './json-lines.ts'
import { nodeIpc } from './node-ipc.ts'
import {
  ACK,
  BLOCKED,
  ECHO,
  endLaunched,
  launch,
  programFolder,
  removePrograms,
  SOON,
} from './testing/launched.ts'

const PING = { type: 'ping', sequence: 1 } as const

afterEach(endLaunched)
afterAll(removePrograms)

describe.each([
  ['read by ourselves', jsonLines],
  ['read by Node, as on Windows', nodeIpc],
])('the channel to the gateway, %s', (_how, channel) => {
  it('carries messages both ways, in order, whatever is in them', async () => {
    const { child, heard, refused } = launch(ECHO, channel)
    const texts = ['line\nfeed', '\u0000', '\u2028', '\ud800', '\ufeff', '😀', '', 'long '.repeat(40_000)]
    const messages = texts.map((text) => ({ type: 'simulate', sender: 'me', name: '', text }) as const)
    for (const message of messages) expect(child.send(message)).toBe(true)
    await expect.poll(() => heard.length, SOON).toBe(messages.length)
    expect(heard).toEqual(messages)
    expect(refused).toEqual([])
  })

  it('carries the last words before the exit', async () => {
    const { heard, gone } = launch('process.send(ack, () => process.exit(3))', channel)
    expect(await gone).toMatchObject({ how: 'exited with code 3' })
    expect(heard).toEqual([ACK])
  })

  it('takes nothing any more when the gateway has closed its end', async () => {
    const { child, refused, gone } = launch('process.disconnect(); setInterval(() => {}, 1000)', channel)
    await expect.poll(() => child.send(PING), SOON).toBe(false)
    child.signal('SIGKILL')
    expect(await gone).toMatchObject({ how: 'was ended by SIGKILL' })
    expect(refused).toEqual([])
  })

  it('takes nothing when there is no gateway, and says so', async () => {
    const { child, heard, refused, gone } = launch('', channel, join(programFolder(), 'no-node'))
    expect(await gone).toMatchObject({ how: expect.stringMatching(/could not be started|code 127/) })
    expect(child.send(PING)).toBe(false)
    expect([...heard, ...refused]).toEqual([])
  })

  it.each(['NODE_HANDLE_ACK', 'NODE_DEBUG_ENABLED'])('refuses Node’s own message %s', async (cmd) => {
    const { heard, refused } = launch(`${ECHO}; process.send({ ...ack, cmd: '${cmd}' })`, channel)
    await expect.poll(() => refused, SOON).toMatchObject([{ code: 'contract_violation' }])
    expect(heard).toEqual([])
  })

  it('keeps no socket that is sent over it (CWE-403)', async () => {
    const { child, heard, refused, output, gone } = launch(
      `const net = await import('node:net')
       const server = net.createServer((socket) => socket.destroy())
       process.on('message', () => process.send(ack, server))
       server.listen(0, '127.0.0.1', () => console.log(server.address().port))`,
      channel,
    )
    await expect.poll(() => output.length, SOON).toBe(1)
    const port = Number(output[0])
    expect(await accepts(port)).toBe(true)
    child.send(PING)
    await expect.poll(() => refused, SOON).toMatchObject([{ code: 'contract_violation' }])
    expect(heard).toEqual([])
    child.signal('SIGKILL')
    await gone
    // With one of it left here, it would still be open.
    expect(await accepts(port)).toBe(false)
  })

  it('does not fill our memory for a gateway that never reads (CWE-770)', async () => {
    const { child, refused, output } = launch(`console.log('deaf'); ${BLOCKED}`, channel)
    await expect.poll(() => output.length, SOON).toBe(1)
    const simulate = { type: 'simulate', sender: 'me', name: '', text: 'x'.repeat(8_000) } as const
    let taken = 0
    while (taken < 10_000 && child.send(simulate)) taken += 1
    expect(taken).toBe(2_000)
    expect(refused).toMatchObject([
      { code: 'contract_violation', message: expect.stringContaining('does not listen') },
    ])
    expect(child.send(PING)).toBe(false)
  })
})

const accepts = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', () => done(false))
    socket.once('connect', () => {
      socket.destroy()
      done(true)
    })
  })
