// Test support: a socket where Docker should be, and something else is.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface HostileEngine {
  /** As in DOCKER_HOST. */
  readonly host: string
  /** The first line of each request, as they came. */
  readonly requests: readonly string[]
  readonly close: () => void
}

type Behaviour = (socket: Socket, requestLine: string, request: Buffer) => void

/** One whole answer, as Docker would give it. */
export const respond = (socket: Socket, body: string, status = '200 OK'): void => {
  const length = Buffer.byteLength(body)
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${body}`,
  )
}

/** Sends this again and again, as fast as it is taken or with a pause (milliseconds), until the other end goes. */
const pour = (socket: Socket, text: string, everyMs: number): void => {
  const timer = setInterval(() => socket.write(text), everyMs)
  socket.on('close', () => clearInterval(timer))
}

const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
const MEGABYTE = `100000\r\n${' '.repeat(0x100000)}\r\n`

/** Ways to be no Docker Engine. */
export const HOSTILE = {
  'never answers': () => undefined,
  'closes its half of the connection': (socket) => socket.end(),
  'cuts the connection': (socket) => socket.destroy(),
  'answers with garbage': (socket) => socket.end(randomBytes(4_096)),
  'answers without end': (socket) => {
    socket.write(CHUNKED)
    pour(socket, MEGABYTE, 1)
  },
  'sends a byte at a time': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n[')
    pour(socket, ' ', 20)
  },
  'sends headers without end': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n')
    pour(socket, `X-More: ${'x'.repeat(1_000)}\r\n`, 1)
  },
  'breaks its answer off': (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{"Id":'),
  'promises more with 100s only': (socket) => pour(socket, 'HTTP/1.1 100 Continue\r\n\r\n', 5),
  'switches to another protocol': (socket) =>
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: tcp\r\n\r\n[]'),
  'fails with 500': (socket) => respond(socket, '{"message":"driver failed"}', '500 Internal Server Error'),
  'answers with something that is not JSON': (socket) => respond(socket, '<html>It works!</html>'),
  'answers with JSON of another form': (socket) => respond(socket, '{"containers":[]}'),
  'lists a container whose id is a path': (socket) =>
    respond(socket, '[{"Id":"../../v1/x","State":"running","Labels":{}}]'),
} satisfies Record<string, Behaviour>

/** Listens on a socket of its own; each connection brings one request, to which `behave` is the whole answer. */
export const startHostileEngine = async (behave: Behaviour): Promise<HostileEngine> => {
  const path = join(tmpdir(), `clawdbot-hostile-${randomBytes(6).toString('hex')}.sock`)
  const sockets = new Set<Socket>()
  const requests: string[] = []
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    socket.once('data', (chunk: Buffer) => {
      const line = chunk.toString('latin1').split('\r\n', 1)[0] ?? ''
      requests.push(line)
      behave(socket, line, chunk)
    })
  })
  server.listen(path)
  await once(server, 'listening')
  return {
    host: `unix://${path}`,
    requests,
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

/** Hands a request on to a real engine. */
export const passOn =
  (host: string): Behaviour =>
  (socket, _line, request) => {
    const engine = connect(host.slice('unix://'.length))
    engine.on('error', () => socket.destroy())
    socket.on('close', () => engine.destroy())
    engine.write(request)
    socket.pipe(engine).pipe(socket)
  }
