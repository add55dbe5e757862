import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

interface Frame {
  readonly isLast: boolean
  readonly opcode: number
  readonly payload: Buffer
  /** How many bytes of the stream it took. */
  readonly size: number
}

/** The server's end of a WebSocket (RFC 6455), with the ways to end one badly that no library offers. */
export interface WebSocketPeer {
  sendBinary(bytes: Uint8Array): void
  sendText(text: string): void
  /** Bytes as they are, outside of any frame. */
  sendRaw(bytes: Uint8Array): void
  /** Says goodbye, then closes. */
  close(): void
  /** Cuts the connection, as a lost network does: no goodbye. `after-sent`: what was sent before still arrives. */
  cut(when: 'at-once' | 'after-sent'): void
}

export interface WebSocketEvents {
  readonly onBinary: (bytes: Buffer) => void
  /** Once, however it ended. */
  readonly onClose: () => void
  /** The client broke the protocol; the connection is cut. */
  readonly onViolation: (what: string) => void
}

/** Accepts an upgrade request. It takes no extensions, so frames are never compressed. */
export const acceptWebSocket = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  { onBinary, onClose, onViolation }: WebSocketEvents,
): WebSocketPeer => {
  const key = request.headers['sec-websocket-key'] ?? ''
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
  let waiting: Buffer = head
  let parts: Buffer[] = []
  let isClosing = false

  const write = (opcode: number, payload: Uint8Array): void => {
    if (!socket.writable) return
    socket.write(header(opcode, payload.length))
    socket.write(payload)
  }
  const close = (): void => {
    if (isClosing) return
    isClosing = true
    write(OPCODE.close, Uint8Array.of(0x03, 0xe8))
    socket.end()
  }
  const take = ({ isLast, opcode, payload }: Frame): void => {
    switch (opcode) {
      case OPCODE.ping:
        return write(OPCODE.pong, payload)
      case OPCODE.pong:
        return
      case OPCODE.close:
        return close()
      case OPCODE.binary:
      case OPCODE.continuation:
        parts.push(payload)
        if (!isLast) return
        onBinary(Buffer.concat(parts))
        parts = []
        return
      default:
        onViolation(`a WebSocket frame of kind ${opcode}`)
        socket.destroy()
    }
  }
  const read = (bytes: Buffer): void => {
    waiting = waiting.length === 0 ? bytes : Buffer.concat([waiting, bytes])
    for (let frame = readFrame(waiting); frame !== undefined; frame = readFrame(waiting)) {
      if (frame === 'unmasked') {
        onViolation('a WebSocket frame without a mask')
        socket.destroy()
        return
      }
      waiting = waiting.subarray(frame.size)
      take(frame)
    }
  }

  socket.on('data', read)
  // A reset is one of the ways in which clients go; 'close' follows it.
  socket.on('error', () => socket.destroy())
  socket.on('end', () => socket.end())
  socket.once('close', onClose)
  if (head.length > 0) read(Buffer.alloc(0))
  return {
    sendBinary: (bytes) => write(OPCODE.binary, bytes),
    sendText: (text) => write(OPCODE.text, Buffer.from(text)),
    sendRaw: (bytes) => {
      if (socket.writable) socket.write(bytes)
    },
    close,
    cut: (when) => {
      isClosing = true
      if (when === 'at-once') socket.destroy()
      else socket.end(() => socket.destroy())
    },
  }
}

const header = (opcode: number, length: number): Buffer => {
  if (length < 126) return Buffer.of(0x80 | opcode, length)
  if (length < 65_536) return Buffer.of(0x80 | opcode, 126, length >> 8, length & 0xff)
  const long = Buffer.alloc(10)
  long[0] = 0x80 | opcode
  long[1] = 127
  long.writeBigUInt64BE(BigInt(length), 2)
  return long
}

const readFrame = (bytes: Buffer): Frame | 'unmasked' | undefined => {
  if (bytes.length < 2) return undefined
  const [first = 0, second = 0] = bytes
  if ((second & 0x80) === 0) return 'unmasked'
  const short = second & 0x7f
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0
  const start = 2 + lengthBytes + 4
  if (bytes.length < start) return undefined
  const length =
    short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short
  if (bytes.length < start + length) return undefined
  const mask = bytes.subarray(start - 4, start)
  const payload = Buffer.from(bytes.subarray(start, start + length))
  for (let index = 0; index < length; index++) payload[index] = (payload[index] ?? 0) ^ (mask[index & 3] ?? 0)
  return { isLast: (first & 0x80) !== 0, opcode: first & 0x0f, payload, size: start + length }
}
