import type { Readable, Writable } from 'node:stream'
import { HELPER_VERSION, type HelperRequest, helperRequest } from '../shared/contracts/helper.ts'
import { createFrameReader, encodeFrame, FrameViolation } from '../shared/contracts/helper-frames.ts'
import { assertNever } from '../shared/domain/assert-never.ts'
import type { Answer, Commands } from './commands.ts'
import type { Files } from './files.ts'
import { createPendingWrites } from './pending-writes.ts'
import { Refusal, refusalOf } from './refusal.ts'

/** Of the contract. UTF-16 units. */
const MAX_WHY = 500

export interface Served {
  readonly input: Readable
  readonly output: Writable
  /** Shown to whoever asks; nothing is reached by it. */
  readonly workspace: string
  /** Throws a Refusal where this machine can not do it safely. */
  readonly files: () => Files
  readonly commands: (answer: Answer) => Commands
  /** Once: nobody asks any more, or what was asked is no request. */
  readonly over: (why: 'closed' | 'violated') => void
}

/** The helper's side of contracts/helper.ts. */
export const serve = ({ input, output, workspace, files, commands: make, over }: Served): void => {
  const frames = createFrameReader()
  const writes = createPendingWrites()
  let blocked = false
  let isOver = false

  const end = (why: 'closed' | 'violated'): void => {
    if (isOver) return
    isOver = true
    over(why)
  }
  const answer: Answer = (header, body) => {
    if (isOver) return
    if (output.write(encodeFrame(header, body)) || blocked) return
    // Nobody reads what we say: then nobody is listened to, and no command is read, until it has been taken.
    blocked = true
    input.pause()
    commands.pause()
  }
  const commands = make(answer)
  output.on('drain', () => {
    blocked = false
    input.resume()
    commands.resume()
  })

  const perform = (request: HelperRequest, body: Uint8Array): void => {
    const { id } = request
    switch (request.op) {
      case 'bash':
        return commands.start(request)
      case 'abort':
        return commands.abort(id)
      case 'read': {
        const { bytes, size } = files().read(request.path, request.offset, request.limit)
        return answer({ kind: 'read', id, size }, bytes)
      }
      case 'write': {
        const content = writes.take(request, body)
        const written =
          content === undefined
            ? { size: request.offset + body.byteLength, created: false }
            : files().write(request.path, content)
        return answer({ kind: 'written', id, ...written })
      }
      case 'edit': {
        if (request.oldBytes > body.byteLength)
          throw new Refusal('bad_request', 'the old text is longer than both')
        const [oldText, newText] = [body.subarray(0, request.oldBytes), body.subarray(request.oldBytes)]
        return answer({ kind: 'edited', id, ...files().edit(request.path, oldText, newText) })
      }
      default:
        assertNever(request)
    }
  }

  const hear = (header: unknown, body: Uint8Array): void => {
    const request = helperRequest.safeParse(header)
    if (!request.success) return end('violated')
    try {
      perform(request.data, body)
    } catch (error) {
      const { fault, message } = refusalOf(error, 'path' in request.data ? request.data.path : '')
      answer({ kind: 'fault', id: request.data.id, fault, why: message.slice(0, MAX_WHY) })
    }
  }

  input.on('data', (piece: Uint8Array) => {
    if (isOver) return
    try {
      for (const { header, body } of frames(piece)) hear(header, body)
    } catch (error) {
      if (!(error instanceof FrameViolation)) throw error
      end('violated')
    }
  })
  for (const event of ['end', 'error', 'close'] as const) input.on(event, () => end('closed'))
  output.on('error', () => end('closed'))
  answer({ kind: 'hello', id: 0, version: HELPER_VERSION, workspace })
}
