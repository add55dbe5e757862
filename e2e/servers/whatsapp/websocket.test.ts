import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Conditions } from '../support/conditions.ts'
import { acceptWebSocket, type WebSocketPeer } from './websocket.ts'

const conditions = new Conditions()
let server: Server
let port: number
let peer: WebSocketPeer | undefined
let got: Buffer[]
let violations: string[]
let opened: number
let closed: number

beforeEach(async () => {
  got = []
  violations = []
  opened = 0
  closed = 0
  server = createServer()
  server.on('upgrade', (request, socket, head) => {
    opened += 1
    peer = acceptWebSocket(request, socket, head, {
      onBinary: (bytes) => {
        got.push(bytes)
        conditions.changed()
      },
      onClose: () => {
        closed += 1
        conditions.changed()
      },
      onViolation: (what) => {
        violations.push(what)
        conditions.changed()
      },
    })
    conditions.changed()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})

afterEach(async () => {
  peer?.cut('at-once')
  await conditions.waitFor(() => closed === opened, 'the end of every connection')
  server.close()
})

const open = async (): Promise<WebSocket> => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`)
  socket.binaryType = 'arraybuffer'
  await once(socket, 'open')
  return socket
}

const SIZES = [0, 1, 125, 126, 65_535, 65_536, 300_000]

describe('the WebSocket of the server', () => {
  test('carries messages of every length both ways', async () => {
    const socket = await open()
    const messages = SIZES.map((size) => Buffer.alloc(size, size % 251))
    for (const message of messages) socket.send(message)
    await conditions.waitFor(() => got.length === SIZES.length, 'all messages')
    expect(got).toEqual(messages)
    const back: Buffer[] = []
    socket.addEventListener('message', ({ data }) => {
      if (data instanceof ArrayBuffer) back.push(Buffer.from(data))
      conditions.changed()
    })
    for (const message of messages) peer?.sendBinary(message)
    await conditions.waitFor(() => back.length === SIZES.length, 'all answers')
    expect(back).toEqual(messages)
  })

  test('is closed by either side once', async () => {
    const socket = await open()
    socket.close()
    await once(socket, 'close')
    await conditions.waitFor(() => closed === 1, 'the end')
    const other = await open()
    const end = once(other, 'close')
    peer?.close()
    await end
    await conditions.waitFor(() => closed === 2, 'the other end')
    expect(violations).toEqual([])
  })

  test('is cut without a goodbye, and what was sent before arrives if it is to', async () => {
    const socket = await open()
    let last = ''
    socket.addEventListener('message', ({ data }) => {
      last = Buffer.from(data instanceof ArrayBuffer ? data : new ArrayBuffer()).toString()
    })
    const end = once(socket, 'close')
    peer?.sendBinary(Buffer.from('last words'))
    peer?.cut('after-sent')
    const [event] = await end
    expect(event).toMatchObject({ code: 1006 })
    expect(last).toBe('last words')
  })

  test('puts parts together, and answers pings between them', async () => {
    const socket = await raw()
    socket.write(frame(0x02, 'one '))
    socket.write(frame(0x89, 'ping'))
    socket.write(frame(0x80, 'two'))
    await conditions.waitFor(() => got.length === 1, 'the message')
    expect(got[0]?.toString()).toBe('one two')
    socket.destroy()
  })

  test('takes a frame that arrives byte by byte', async () => {
    const socket = await raw()
    for (const byte of frame(0x82, 'slow')) socket.write(Buffer.of(byte))
    await conditions.waitFor(() => got.length === 1, 'the message')
    expect(got[0]?.toString()).toBe('slow')
    socket.destroy()
  })

  test('refuses a frame that is not masked, and text', async () => {
    const socket = await raw()
    const end = once(socket, 'close')
    socket.write(Buffer.of(0x82, 1, 65))
    await end
    const other = await raw()
    const otherEnd = once(other, 'close')
    other.write(frame(0x81, 'text'))
    await otherEnd
    expect(violations).toEqual(['a WebSocket frame without a mask', 'a WebSocket frame of kind 1'])
  })
})

const raw = async () => {
  const socket = connect(port, '127.0.0.1')
  // That the server cuts the connection is what some of these tests are about.
  socket.on('error', () => undefined)
  socket.write(
    'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGVzdA==\r\n\r\n',
  )
  await once(socket, 'data')
  return socket
}

const frame = (first: number, text: string): Buffer => {
  const mask = Buffer.of(1, 2, 3, 4)
  const payload = Buffer.from(text).map((byte, index) => byte ^ (mask[index & 3] ?? 0))
  return Buffer.concat([Buffer.of(first, 0x80 | payload.length), mask, payload])
}
