// Requests to the Docker Engine that take minutes: what is sent is streamed, and the answer tells how it goes.
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type EngineAnswer, engineFailure, unusableEngine } from '../../docker/engine-client.ts'
import { findEngine } from '../../docker/engine-location.ts'

/** What is kept of one line of the answer; Docker's are short. UTF-16 units. */
const MAX_LINE = 64 * 1024

interface StreamRequest {
  readonly path: string
  /** A tar. Where it fails, so does the request, and Docker keeps nothing of it. */
  readonly body?: Readable | Uint8Array
  /** So many milliseconds without a byte in either direction end it. */
  readonly idle: number
  /** One line of the answer, which is JSON where Docker gives it. */
  readonly onLine: (line: string) => void
}

/** `answer` has the last line as its body. */
export type StreamEnd = EngineAnswer

/** Posts to the engine of this machine. Never throws but what `body` or the signal threw. */
export const streamToEngine = (
  env: NodeJS.ProcessEnv,
  { path, body, idle, onLine }: StreamRequest,
  signal: AbortSignal,
): Promise<StreamEnd> => {
  const location = findEngine(env)
  if (location.kind !== 'socket') return Promise.resolve(unusableEngine(location))
  return new Promise((resolve, reject) => {
    let lastLine = ''
    const hear = (line: string): void => {
      if (line.trim() === '') return
      lastLine = line
      onLine(line)
    }
    const sent = request({
      socketPath: location.path,
      method: 'POST',
      path,
      agent: false,
      headers: { Host: 'docker', 'Content-Type': 'application/x-tar' },
    })
    const leave = (): void => {
      signal.removeEventListener('abort', abort)
      sent.destroy()
    }
    const end = (answer: StreamEnd): void => {
      leave()
      resolve(answer)
    }
    const fail = (error: unknown): void => {
      leave()
      reject(error instanceof Error ? error : new Error(String(error)))
    }
    const abort = (): void => fail(signal.reason)
    const unclear = (why: string): void => end({ kind: 'unclear', why })

    sent.setTimeout(idle, () => unclear(`was silent for ${idle} ms`))
    sent.on('response', (response) => {
      let rest = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => {
        const lines = (rest + text).split('\n')
        rest = (lines.pop() ?? '').slice(-MAX_LINE)
        for (const line of lines) hear(line)
      })
      response.on('end', () => {
        hear(rest)
        if (!response.complete) return unclear('broke its answer off')
        end({ kind: 'answer', status: response.statusCode ?? 0, body: lastLine })
      })
      response.on('error', () => unclear('broke its answer off'))
    })
    // Where the body failed, the request did because of it.
    const orBody = (answer: StreamEnd): void => {
      const broken = body instanceof Readable ? body.errored : null
      if (broken === null) end(answer)
      else fail(broken)
    }
    sent.on('error', (error) => orBody(engineFailure(error, location.path)))
    sent.on('close', () => orBody({ kind: 'unclear', why: 'closed the connection without an answer' }))
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
    else if (body === undefined || body instanceof Uint8Array) sent.end(body)
    // The request's own events say how it ended.
    else pipeline(body, sent).catch(() => undefined)
  })
}
