import {
  HELPER_VERSION,
  type HelperAnswer,
  helperAnswer,
  MAX_BODY_BYTES,
} from '../../shared/contracts/helper.ts'
import { createFrameReader, FrameViolation } from '../../shared/contracts/helper-frames.ts'
import type { ByteStream } from './byte-stream.ts'
import {
  Breach,
  type Edited,
  type Ended,
  type Fault,
  type Gone,
  type Hear,
  hearBash,
  hearEdit,
  hearRead,
  hearWrite,
  type OutputListener,
  type PageRead,
  type Written,
} from './calls.ts'
import { encodeRequest, notAskable } from './encode-request.ts'

export type { Ended, Fault, Gone } from './calls.ts'

interface BashRequest {
  readonly command: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Milliseconds, up to MAX_BASH_TIMEOUT. */
  readonly timeoutMs: number
  /** Bytes of output, up to MAX_KEEP_BYTES. */
  readonly keepBytes: number
}

/** One helper, in a sandbox or on the host. Many calls may be open at once. None ever waits for ever. */
export interface HelperClient {
  /**
   * Runs a command. A fault: it could not begin.
   * @throws ClawdbotError `sandbox_refused` for a request that no helper takes, such as a command that is too long.
   */
  bash(request: BashRequest, signal: AbortSignal, onOutput?: OutputListener): Promise<Ended | Fault | Gone>
  /** At most `limit` bytes from `offset` on. `limit`: up to MAX_BODY_BYTES. */
  read(path: string, offset: number, limit: number): Promise<PageRead | Fault | Gone>
  /** Of any length that the place takes. The file is seen whole or not at all. */
  write(path: string, content: Uint8Array): Promise<Written | Fault | Gone>
  /** Both texts together up to MAX_BODY_BYTES. */
  edit(path: string, oldText: Uint8Array, newText: Uint8Array): Promise<Edited | Fault | Gone>
  readonly isGone: () => boolean
}

/** For who made it. */
export interface OwnHelperClient extends HelperClient {
  /** Resolves when it has said its first word, or is gone: what is asked from then on begins at once. */
  readonly ready: () => Promise<void>
  /** Gives it up, with all that is open. */
  readonly close: (why: string) => void
}

export interface HelperClientOptions {
  /** Milliseconds of a clock that is never set. */
  readonly now: () => number
  /** How much longer than its own timeout a command may take before the helper counts as broken. @default 5000 */
  readonly graceMs?: number
}

/** A helper kills what it started within two seconds; the rest is for a busy machine. */
const GRACE_MS = 5_000
/** From the start of a container, or of a process, to its first word. */
const HELLO_WITHIN_MS = 30_000
/** Of anything that touches one file. */
const FILE_WITHIN_MS = 30_000

const KIB = 1024
/** Bytes of a hello: a path of the longest kind, and all of it escaped. */
const HELLO_BYTES = 64 * KIB
/** Bytes of an answer without its body. */
const ANSWER_BYTES = 16 * KIB
/** A command that writes byte by byte has a frame for each: so many bytes stand for one of output at most. */
const OUTPUT_FACTOR = 128

interface OpenCall {
  /** True: that was its last answer. */
  readonly hear: (answer: HelperAnswer, body: Uint8Array) => boolean
  readonly lost: (why: string) => void
}

interface Asked<Result> {
  readonly id: number
  readonly frame: Uint8Array
  readonly hear: Hear<Result>
  /** Milliseconds until the last answer has to be there. */
  readonly withinMs: number
  /** Bytes that the helper may send for it, all in all. */
  readonly allowed: number
  /** Looked at last, just before it is asked: the result where it should not be asked any more. */
  readonly instead?: () => Result | undefined
}

interface Opened<Result> {
  readonly result: Promise<Result | Gone>
  /** Milliseconds from now until the last answer has to be there. */
  readonly within: (ms: number) => void
  readonly isOpen: () => boolean
}

/**
 * The gateway's side of the helper protocol. What a helper says is untrusted: what is not in the contract, was not
 * asked for, is too much or does not come condemns it, and every open call learns that it is gone. So all that one
 * helper can cost is bounded by what was asked of it.
 */
export const createHelperClient = (
  stream: ByteStream,
  { now, graceMs = GRACE_MS }: HelperClientOptions,
): OwnHelperClient => {
  const frames = createFrameReader()
  const calls = new Map<number, OpenCall>()
  /** Asked before the hello. */
  const early: (() => void)[] = []
  let lastId = 0
  let allowance = HELLO_BYTES
  let greeted = false
  let goneWhy: string | undefined

  const end = (why: string): void => {
    if (goneWhy !== undefined) return
    goneWhy = why
    clearTimeout(hello)
    const lost = [...calls.values()]
    calls.clear()
    for (const call of lost) call.lost(why)
    for (const begin of early.splice(0)) begin()
  }

  const condemn = (what: string): void => {
    if (goneWhy !== undefined) return
    const why = `its helper broke its contract: it ${what}`
    stream.condemn(why)
    end(why)
  }
  const hello = setTimeout(() => condemn('did not say hello'), HELLO_WITHIN_MS)
  hello.unref()

  const hear = (answer: HelperAnswer, body: Uint8Array): void => {
    if (answer.kind === 'hello') {
      if (greeted) throw new Breach('said hello twice')
      if (answer.version !== HELPER_VERSION) throw new Breach('speaks another version')
      if (body.length > 0) throw new Breach('sent bytes with its hello')
      greeted = true
      clearTimeout(hello)
      for (const begin of early.splice(0)) begin()
      return
    }
    if (!greeted) throw new Breach('did not say hello first')
    const call = calls.get(answer.id)
    if (call === undefined) throw new Breach('answered what nobody asked')
    if (call.hear(answer, body)) calls.delete(answer.id)
  }

  stream.listen({
    onBytes: (bytes) => {
      if (goneWhy !== undefined) return
      try {
        allowance -= bytes.length
        if (allowance < 0) throw new Breach('said more than what was asked of it can take')
        for (const { header, body } of frames(bytes)) {
          const answer = helperAnswer.safeParse(header)
          if (!answer.success) throw new Breach('said what is not in the contract')
          hear(answer.data, body)
        }
        // What was not needed is not saved up.
        if (greeted && calls.size === 0) allowance = 0
      } catch (error) {
        condemn(breachOf(error))
      }
    },
    onEnd: end,
  })

  const open = <Result>(asked: Asked<Result>): Opened<Result> => {
    const { id } = asked
    let deadline: NodeJS.Timeout | undefined
    const within = (ms: number): void => {
      clearTimeout(deadline)
      deadline = setTimeout(() => condemn('did not answer in time'), ms)
      deadline.unref()
    }
    const result = new Promise<Result | Gone>((resolve) => {
      const over = (given: Result | Gone): void => {
        clearTimeout(deadline)
        resolve(given)
      }
      const begin = (): void => {
        if (goneWhy !== undefined) return over({ kind: 'gone', why: goneWhy })
        const instead = asked.instead?.()
        if (instead !== undefined) return over(instead)
        calls.set(id, {
          hear: (answer, body) => {
            const given = asked.hear(answer, body)
            if (given !== undefined) over(given)
            return given !== undefined
          },
          lost: (why) => over({ kind: 'gone', why }),
        })
        allowance += asked.allowed
        within(asked.withinMs)
        stream.write(asked.frame)
      }
      if (greeted || goneWhy !== undefined) begin()
      else early.push(begin)
    })
    return { result, within, isOpen: () => calls.has(id) }
  }

  const nextId = (): number => (lastId += 1)

  return {
    bash: async ({ command, cwd, env, timeoutMs, keepBytes }, signal, onOutput) => {
      const id = nextId()
      const askedAt = now()
      const elapsed = (): number => Math.max(0, Math.round(now() - askedAt))
      const { result, within, isOpen } = open<Ended | Fault>({
        id,
        frame: encodeRequest({ op: 'bash', id, command, cwd, env: { ...env }, timeoutMs, keepBytes }),
        hear: hearBash({ keepBytes, onOutput, elapsed, wasAborted: () => signal.aborted }),
        instead: () => (signal.aborted ? neverBegun(elapsed()) : undefined),
        withinMs: timeoutMs + graceMs,
        allowed: ANSWER_BYTES + OUTPUT_FACTOR * keepBytes,
      })
      const abort = (): void => {
        if (!isOpen()) return
        within(graceMs)
        stream.write(encodeRequest({ op: 'abort', id }))
      }
      signal.addEventListener('abort', abort, { once: true })
      try {
        return await result
      } finally {
        signal.removeEventListener('abort', abort)
      }
    },
    read: async (path, offset, limit) => {
      const id = nextId()
      return open({
        id,
        frame: encodeRequest({ op: 'read', id, path, offset, limit }),
        hear: hearRead(limit),
        withinMs: FILE_WITHIN_MS,
        allowed: ANSWER_BYTES + limit,
      }).result
    },
    write: async (path, content) => {
      const id = nextId()
      let offset = 0
      for (;;) {
        const body = content.subarray(offset, offset + MAX_BODY_BYTES)
        const more = offset + body.length < content.length
        const given = await open({
          id,
          frame: encodeRequest({ op: 'write', id, path, offset, more }, body),
          hear: hearWrite,
          withinMs: FILE_WITHIN_MS,
          allowed: ANSWER_BYTES,
        }).result
        if (given.kind !== 'written' || !more) return given
        offset += body.length
      }
    },
    edit: async (path, oldText, newText) => {
      const id = nextId()
      const body = new Uint8Array(oldText.length + newText.length)
      if (body.length > MAX_BODY_BYTES) throw notAskable(`the two texts have ${body.length} bytes`)
      body.set(oldText)
      body.set(newText, oldText.length)
      return open({
        id,
        frame: encodeRequest({ op: 'edit', id, path, oldBytes: oldText.length }, body),
        hear: hearEdit,
        withinMs: FILE_WITHIN_MS,
        allowed: ANSWER_BYTES,
      }).result
    },
    ready: () =>
      greeted || goneWhy !== undefined ? Promise.resolve() : new Promise((begin) => early.push(begin)),
    isGone: () => goneWhy !== undefined,
    close: (why) => {
      if (goneWhy !== undefined) return
      stream.close()
      end(why)
    },
  }
}

const neverBegun = (durationMs: number): Ended => ({
  kind: 'ended',
  exitCode: null,
  signal: null,
  timedOut: false,
  aborted: true,
  durationMs,
  dropped: 0,
  output: new Uint8Array(0),
  headBytes: 0,
})

const breachOf = (error: unknown): string => {
  if (error instanceof Breach) return error.message
  if (error instanceof FrameViolation) return `sent ${error.message}`
  return 'said what could not be used'
}
