// Test support: the real helper as a process, and the other end of its protocol.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import {
  type HelperAnswer,
  type HelperRequest,
  helperAnswer,
  MAX_KEEP_BYTES,
} from '../../shared/contracts/helper.ts'
import { createFrameReader, encodeFrame } from '../../shared/contracts/helper-frames.ts'

const HELPER = join(resolve(import.meta.dirname, '..'), 'main.ts')

/** How it finds places: without foreign functions in its Node it has to walk. */
export type Way = 'openat2' | 'walk'

export type Said = HelperAnswer & { readonly body: string }
type Asked = HelperRequest extends infer Request
  ? Request extends { readonly id: number }
    ? Omit<Request, 'id'>
    : never
  : never

interface Ended {
  readonly end: Said
  readonly stdout: string
  readonly stderr: string
}

export interface HelperProcess {
  readonly child: ChildProcess
  readonly hello: Promise<Said>
  /** The first answer that is no output; undefined where the helper ended instead. */
  readonly ask: (request: Asked, body?: string | Uint8Array) => Promise<Said | undefined>
  readonly read: (path: string) => Promise<Said | undefined>
  readonly write: (path: string, content: string) => Promise<Said | undefined>
  readonly edit: (path: string, oldText: string, newText: string) => Promise<Said | undefined>
  readonly bash: (command: string, more?: Partial<BashMore>) => Promise<Ended>
  readonly abort: (id: number) => void
  /** Of the last request. */
  readonly lastId: () => number
  /** For a frame that the test sends itself. */
  readonly answerTo: (id: number) => Promise<Said | undefined>
  readonly send: (bytes: Uint8Array) => void
  readonly gone: Promise<unknown>
  readonly close: () => Promise<void>
}

interface BashMore {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly keepBytes: number
  readonly onOutput: (text: string) => void
}

interface Waiting {
  readonly done: (said: Said | undefined) => void
  readonly output: (name: 'stdout' | 'stderr', text: string) => void
}

export const startHelper = (
  workspace: string,
  way: Way,
  env: NodeJS.ProcessEnv = { PATH: process.env['PATH'] },
): HelperProcess => {
  const flags = way === 'openat2' ? '--experimental-ffi' : '--no-experimental-ffi'
  const child = spawn(process.execPath, [flags, '--disable-warning=ExperimentalWarning', HELPER, workspace], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env,
  })
  const waiting = new Map<number, Waiting>()
  const gone = once(child, 'close')
  const frames = createFrameReader()
  let lastId = 0
  let ended = false
  child.once('close', () => {
    ended = true
    for (const { done } of waiting.values()) done(undefined)
  })
  child.stdin.on('error', () => {
    // It ended: whoever asked learns it from `gone`.
  })
  const hello = new Promise<Said>((done) =>
    waiting.set(0, { done: (said) => said && done(said), output: () => {} }),
  )
  child.stdout.on('data', (piece: Buffer) => {
    for (const { header, body } of frames(piece)) {
      const answer = helperAnswer.parse(header)
      const text = Buffer.from(body).toString()
      const asker = waiting.get(answer.id)
      if (asker === undefined) throw new Error(`nobody asked for ${JSON.stringify(answer)}`)
      if (answer.kind === 'output') asker.output(answer.stream, text)
      else {
        waiting.delete(answer.id)
        asker.done({ ...answer, body: text })
      }
    }
  })

  const ask = (
    request: Asked,
    body: string | Uint8Array = '',
    output: Waiting['output'] = () => {},
  ): Promise<Said | undefined> =>
    new Promise((done) => {
      if (ended) return done(undefined)
      lastId += 1
      waiting.set(lastId, { done, output })
      child.stdin.write(
        encodeFrame({ ...request, id: lastId }, typeof body === 'string' ? Buffer.from(body) : body),
      )
    })

  return {
    child,
    hello,
    ask,
    read: (path) => ask({ op: 'read', path, offset: 0, limit: 4096 }),
    write: (path, content) => ask({ op: 'write', path, offset: 0, more: false }, content),
    edit: (path, oldText, newText) =>
      ask({ op: 'edit', path, oldBytes: Buffer.byteLength(oldText) }, oldText + newText),
    async bash(command, more = {}) {
      const heard = { stdout: '', stderr: '' }
      const { onOutput, ...rest } = more
      const request = { cwd: '', env: {}, timeoutMs: 60_000, keepBytes: MAX_KEEP_BYTES, ...rest }
      const end = await ask(
        { op: 'bash', command, ...request, env: { ...request.env } },
        '',
        (name, text) => {
          heard[name] += text
          onOutput?.(text)
        },
      )
      if (end === undefined) throw new Error('the helper is gone')
      return { end, ...heard }
    },
    abort: (id) => child.stdin.write(encodeFrame({ op: 'abort', id })),
    lastId: () => lastId,
    answerTo: (id) => new Promise((done) => waiting.set(id, { done, output: () => {} })),
    send: (bytes) => child.stdin.write(bytes),
    gone,
    async close() {
      child.stdin.end()
      await gone
    },
  }
}
