// The Docker Engine API, as far as we need it, over its local socket.
// https://docs.docker.com/reference/api/engine/version/v1.41/ – paths without a version mean the engine's own.
import { request } from 'node:http'
import { isErrno } from '../../shared/domain/errno.ts'
import { type EngineLocation, findEngine } from './engine-location.ts'

/** No answer that we ask for is longer; what is longer does not come from Docker. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024

interface EngineRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  /** Milliseconds for all of it: to connect, to send, to receive the last byte. */
  readonly within: number
  /** Sent as `application/json`, or as a tar where it is bytes. */
  readonly body?: string | Uint8Array
}

/** What came of a request, which never throws and always ends. `why` completes the sentence “Docker …”. */
export type EngineAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  /** Nobody listens: no socket, or one that refuses. */
  | { readonly kind: 'refused'; readonly why: string }
  /** There is something that this user, or this program, can not use: asking again changes nothing. */
  | { readonly kind: 'denied' | 'unsupported'; readonly why: string }
  /** Somebody may listen, and did not answer as Docker does. */
  | { readonly kind: 'unclear'; readonly why: string }

export interface EngineClient {
  /** A fresh connection for each request: one that is half dead can hold up nothing else. */
  readonly ask: (request: EngineRequest) => Promise<EngineAnswer>
}

export interface EngineClientOptions {
  /** Ends every request that is under way, and lets none begin. */
  readonly signal: AbortSignal
  /** What an open request holds: STOP waits for its answers, a look from time to time keeps no process alive. */
  readonly holds: 'process' | 'nothing'
}

/** Looks for the engine anew at each request, because Docker may have been started since. */
export const createEngineClient = (env: NodeJS.ProcessEnv, options: EngineClientOptions): EngineClient => ({
  ask: async (asked) => {
    const location = findEngine(env)
    return location.kind === 'socket' ? askSocket(location.path, asked, options) : unusableEngine(location)
  },
})

/** Why an engine that is not at a socket of this machine is not asked. */
export const unusableEngine = (
  location: Exclude<EngineLocation, { kind: 'socket' }>,
): Exclude<EngineAnswer, { kind: 'answer' }> =>
  location.kind === 'none'
    ? { kind: 'refused', why: 'has no socket on this machine' }
    : {
        kind: 'unsupported',
        why: 'can not be used: DOCKER_HOST does not name an engine on this machine, and only local engines (unix:// or npipe://) are supported',
      }

const askSocket = (
  socketPath: string,
  { method, path, within, body }: EngineRequest,
  { signal, holds }: EngineClientOptions,
): Promise<EngineAnswer> =>
  new Promise((resolve) => {
    const sent = request({
      socketPath,
      method,
      path,
      agent: false,
      headers: {
        Host: 'docker',
        ...(body === undefined
          ? {}
          : {
              'Content-Type': typeof body === 'string' ? 'application/json' : 'application/x-tar',
              'Content-Length': Buffer.byteLength(body),
            }),
      },
    })
    const end = (answer: EngineAnswer): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      sent.destroy()
      resolve(answer)
    }
    const unclear = (why: string): void => end({ kind: 'unclear', why })
    const onAbort = (): void => unclear('was not waited for')
    const timer = setTimeout(() => unclear(`did not answer within ${within} ms`), within)
    if (holds === 'nothing') {
      timer.unref()
      sent.on('socket', (socket) => socket.unref())
    }
    signal.addEventListener('abort', onAbort)

    sent.on('response', (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > MAX_ANSWER_BYTES) unclear('gave an answer without end')
        else chunks.push(chunk)
      })
      response.on('end', () => {
        if (!response.complete) return unclear('broke its answer off')
        end({
          kind: 'answer',
          status: response.statusCode ?? 0,
          body: Buffer.concat(chunks).toString('utf8'),
        })
      })
      response.on('error', () => unclear('broke its answer off'))
    })
    sent.on('error', (error) => end(engineFailure(error, socketPath)))
    // After an answer it changes nothing; without one, this is all that says that there will be none.
    sent.on('close', () => unclear('closed the connection without an answer'))
    if (signal.aborted) onAbort()
    else sent.end(body)
  })

/** What a failed connection to the engine means. */
export const engineFailure = (
  error: Error,
  socketPath: string,
): Exclude<EngineAnswer, { kind: 'answer' }> => {
  if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ECONNREFUSED')) {
    return { kind: 'refused', why: `does not listen at ${socketPath}` }
  }
  if (isErrno(error, 'EACCES', 'EPERM')) {
    return { kind: 'denied', why: `does not let this user in: permission denied for ${socketPath}` }
  }
  if (isErrno(error, 'EAGAIN')) return { kind: 'unclear', why: 'takes no more connections' }
  if (isErrno(error, 'ECONNRESET', 'EPIPE')) return { kind: 'unclear', why: 'cut the connection' }
  if ('code' in error && String(error.code).startsWith('HPE_')) {
    return { kind: 'unclear', why: `gave an answer that is not HTTP at ${socketPath}` }
  }
  return { kind: 'unclear', why: `could not be asked: ${error.message}` }
}
