import type { ServerResponse } from 'node:http'
import { assertNever } from '../../../src/shared/domain/assert-never.ts'
import { type Decision, ERROR_STATUS, type ErrorType, type Fault, type Garbage } from './faults.ts'
import type { ReplyMessage } from './reply.ts'
import {
  closing,
  contentEvents,
  frame,
  opening,
  type StreamEvent,
  textDelta,
  wholeMessage,
} from './stream-events.ts'

const errorBody = (type: ErrorType, message: string): StreamEvent => ({
  type: 'error',
  error: { type, message },
})

const answerJson = (res: ServerResponse, status: number, body: object, headers = {}): void => {
  const text = JSON.stringify(body)
  const length = Buffer.byteLength(text)
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': length, ...headers })
  res.end(text)
}

/** Answers with the API's error body and the status that belongs to the type. */
export const answerError = (
  res: ServerResponse,
  error: { readonly type: ErrorType; readonly message: string; readonly retryAfter?: number },
): void => {
  const headers = error.retryAfter === undefined ? {} : { 'retry-after': String(error.retryAfter) }
  answerJson(res, ERROR_STATUS[error.type], errorBody(error.type, error.message), headers)
}

const openStream = (res: ServerResponse): void => {
  res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
}

/**
 * Resolves when the bytes have left, or the client has: so a cut afterwards takes away nothing that was written
 * before, and a stream without end does not fill the memory.
 */
const write = (res: ServerResponse, event: StreamEvent): Promise<void> =>
  new Promise((resolve) => {
    if (res.destroyed) resolve()
    else res.write(frame(event), () => resolve())
  })

const answerGarbage = async (res: ServerResponse, garbage: Garbage, message: ReplyMessage): Promise<void> => {
  if (garbage === 'html') {
    res.writeHead(502, { 'content-type': 'text/html' })
    res.end('<html><head><title>502 Bad Gateway</title></head></html>')
    return
  }
  openStream(res)
  await write(res, opening(message))
  switch (garbage) {
    case 'not-json':
      res.end('event: content_block_start\ndata: {"type": <oops>}\n\n')
      return
    case 'unknown-event':
      res.end(frame({ type: 'horoscope', sign: 'cancer' }))
      return
    case 'truncated':
      for (const event of contentEvents(message, 8)) await write(res, event)
      res.end('event: message_delta\ndata: {"type":"message_del')
      return
    default:
      assertNever(garbage)
  }
}

const answerEndless = async (res: ServerResponse, message: ReplyMessage): Promise<void> => {
  openStream(res)
  const start: StreamEvent = {
    type: 'content_block_start',
    index: 0,
    content_block: { type: 'text', text: '' },
  }
  await write(res, opening(message))
  await write(res, start)
  while (!res.destroyed) {
    await write(res, textDelta(0, 'and so on '))
    // Yields, so that the server hears of a client that has left and can serve others.
    await new Promise<void>((resolve) => void setImmediate(resolve))
  }
}

/** Does what was decided for a stream in the middle; says whether it goes on. */
const interrupt = (res: ServerResponse, decision: Decision): boolean => {
  if (decision === 'release') return true
  if (decision === 'drop') res.destroy()
  else res.end(frame(errorBody(decision.error, decision.message)))
  return false
}

const answerStream = async (
  res: ServerResponse,
  message: ReplyMessage,
  chunkSize: number,
  stop: (Fault & { readonly kind: 'interrupt' }) | undefined,
): Promise<void> => {
  openStream(res)
  await write(res, opening(message))
  let chunks = 0
  let pending = stop
  for (const event of contentEvents(message, chunkSize)) {
    if (pending !== undefined && event.type === 'content_block_delta' && chunks === pending.afterChunks) {
      const decision = await pending.decision()
      pending = undefined
      if (!interrupt(res, decision)) return
    }
    if (event.type === 'content_block_delta') chunks += 1
    await write(res, event)
  }
  // The stream was shorter than the order foresaw: the order holds at its end, it is not lost.
  if (pending !== undefined && !interrupt(res, await pending.decision())) return
  for (const event of closing(message)) await write(res, event)
  res.end()
}

/** Answers a good request, by the fault if there is one. */
export const answerMessage = async (
  res: ServerResponse,
  message: ReplyMessage,
  options: { readonly stream: boolean; readonly chunkSize: number; readonly fault: Fault | undefined },
): Promise<void> => {
  const { stream, chunkSize, fault } = options
  switch (fault?.kind) {
    case 'error':
      return answerError(res, fault)
    case 'garbage':
      return answerGarbage(res, fault.garbage, message)
    case 'stall':
      return
    case 'endless':
      return answerEndless(res, message)
    case 'interrupt':
    case undefined:
      if (stream) return answerStream(res, message, chunkSize, fault)
      // Without a stream there is one chunk, the whole: any decision comes before it.
      if (fault !== undefined && !interrupt(res, await fault.decision())) return
      return answerJson(res, 200, wholeMessage(message))
    default:
      return assertNever(fault)
  }
}
