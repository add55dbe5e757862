// The stdin and stdout of a container's first process, over the connection that asked for them: after the answer
// “101” it is no longer HTTP, but the bytes themselves.
import { request } from 'node:http'
import { Duplex } from 'node:stream'
import { createOutputReader } from './attached-output.ts'
import { type EngineAnswer, engineFailure, unusableEngine } from './engine-client.ts'
import { findEngine } from './engine-location.ts'

/** What is kept of stderr, for an error message: its end. Bytes. */
const STDERR_KEPT = 4 * 1024

/** An answer that is no stream says why in a few lines. Bytes. */
const MAX_REFUSAL_BYTES = 64 * 1024

export interface Attached {
  /**
   * Written: the container's stdin; ended: its end of file. Read: its stdout. Both with backpressure. It closes when
   * the container ends or the engine goes; an error of it is never thrown at nobody.
   */
  readonly stream: Duplex
  /** Resolves when the connection is gone, whether or not what came over it was read. Never rejects. */
  readonly closed: Promise<void>
  /** The last bytes of stderr as text. Untrusted. */
  readonly stderr: () => string
}

export type AttachAnswer =
  | { readonly kind: 'attached'; readonly attached: Attached }
  /** The engine says no. */
  | Extract<EngineAnswer, { kind: 'answer' }>
  | Exclude<EngineAnswer, { kind: 'answer' }>

export interface AttachOptions {
  /** The container's id. */
  readonly container: string
  /** Milliseconds until the stream stands. */
  readonly within: number
  /** Ends the attempt, not a stream that stands. */
  readonly signal: AbortSignal
  /** Called at each piece that is written to the container. */
  readonly onWrite?: () => void
}

/** Attaches to a container that may not have been started yet. Never throws, and always ends. */
export const attach = async (env: NodeJS.ProcessEnv, options: AttachOptions): Promise<AttachAnswer> => {
  const location = findEngine(env)
  return location.kind === 'socket' ? attachAt(location.path, options) : unusableEngine(location)
}

const attachAt = (
  socketPath: string,
  { container, within, signal, onWrite = () => undefined }: AttachOptions,
): Promise<AttachAnswer> =>
  new Promise((resolve) => {
    const sent = request({
      socketPath,
      method: 'POST',
      path: `/containers/${container}/attach?stream=1&stdin=1&stdout=1&stderr=1`,
      agent: false,
      headers: { Host: 'docker', Connection: 'Upgrade', Upgrade: 'tcp' },
    })
    const end = (answer: AttachAnswer): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      if (answer.kind !== 'attached') sent.destroy()
      resolve(answer)
    }
    const unclear = (why: string): void => end({ kind: 'unclear', why })
    const onAbort = (): void => unclear('was not waited for')
    const timer = setTimeout(() => unclear(`did not attach within ${within} ms`), within)
    signal.addEventListener('abort', onAbort)

    sent.on('upgrade', (_response, socket, head) => {
      // Too late: it was given up, and `end` means nothing any more.
      if (sent.destroyed) socket.destroy()
      else end({ kind: 'attached', attached: attachedTo(socket, head, onWrite) })
    })
    sent.on('response', (response) => {
      let body = Buffer.alloc(0)
      response.on('data', (chunk: Buffer) => {
        body = Buffer.concat([body, chunk])
        if (body.length > MAX_REFUSAL_BYTES) unclear('gave an answer without end')
      })
      response.on('end', () =>
        end({ kind: 'answer', status: response.statusCode ?? 0, body: body.toString('utf8') }),
      )
      response.on('error', () => unclear('broke its answer off'))
    })
    sent.on('error', (error) => end(engineFailure(error, socketPath)))
    sent.on('close', () => unclear('closed the connection without an answer'))
    if (signal.aborted) onAbort()
    else sent.end()
  })

const attachedTo = (socket: Duplex, head: Buffer, onWrite: () => void): Attached => {
  const read = createOutputReader()
  let stderr = Buffer.alloc(0)

  const stream = new Duplex({
    // Its halves end one by one: a command's output may come after the last request.
    allowHalfOpen: true,
    read: () => void socket.resume(),
    write: (bytes, _encoding, done) => {
      onWrite()
      socket.write(bytes, done)
    },
    final: (done) => void socket.end(done),
    destroy: (error, done) => {
      socket.destroy()
      done(error)
    },
  })
  // Whoever holds the stream hears that it closes. An error without a listener would end the process.
  stream.on('error', () => undefined)

  const take = (piece: Buffer): void => {
    try {
      for (const { stream: output, bytes } of read(piece)) {
        if (output === 'stderr') stderr = Buffer.concat([stderr, bytes]).subarray(-STDERR_KEPT)
        else if (!stream.push(bytes)) socket.pause()
      }
    } catch (error) {
      stream.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  }
  socket.on('data', take)
  socket.on('end', () => stream.push(null))
  socket.on('error', (error) => stream.destroy(error))
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      // What has come is still read by whoever reads.
      if (stream.readableLength > 0) stream.once('end', () => stream.destroy())
      else stream.destroy()
      resolve()
    })
  })
  // The first bytes may have come with the answer.
  if (head.length > 0) take(head)
  return { stream, closed, stderr: () => stderr.toString('utf8') }
}
