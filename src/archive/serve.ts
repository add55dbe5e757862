import type { Readable, Writable } from 'node:stream'
import {
  type ArchiveCall,
  type ArchiveStart,
  archiveCalls,
  archiveRequest,
  archiveStart,
} from '../shared/contracts/archive.ts'
import { ClawdbotError, toErrorView } from '../shared/domain/error.ts'
import type { Answers, Archive } from './answer-calls.ts'
import { lineReader } from './line-reader.ts'

export interface Served {
  readonly input: Readable
  readonly output: Writable
  /** `tell` sends an event. */
  readonly begin: (start: ArchiveStart, tell: (event: string, payload: unknown) => void) => Archive
  /** Once: nobody asks any more, or what came first was no start. */
  readonly over: (why: 'closed' | 'violated', archive: Archive | undefined) => void
}

/** Bytes of one request. */
const MAX_REQUEST = 256 * 1024

/** The archive's side of contracts/archive.ts. What is no request is answered with an error, or passed over; never a crash. */
export const serve = ({ input, output, begin, over }: Served): void => {
  let archive: Archive | undefined
  let isOver = false
  const end = (why: 'closed' | 'violated'): void => {
    if (isOver) return
    isOver = true
    over(why, archive)
  }
  const send = (message: object): void => {
    if (!isOver) output.write(`${JSON.stringify(message)}\n`)
  }

  const hear = (line: string): void => {
    if (isOver) return
    const value = parseJson(line)
    if (archive === undefined) {
      const start = archiveStart.safeParse(value)
      if (!start.success) return end('violated')
      archive = begin(start.data, (event, payload) => send({ event, payload }))
      return
    }
    const request = archiveRequest.safeParse(value)
    // Without a number nobody waits for an answer.
    if (!request.success) return
    const { id, call, input: asked } = request.data
    answer(archive, call, asked).then(
      (result) => send({ id, output: result }),
      (error: unknown) => send({ id, error: toErrorView(error) }),
    )
  }

  const lines = lineReader(MAX_REQUEST, hear)
  input.on('data', (piece: Uint8Array) => lines(Buffer.from(piece)))
  for (const event of ['end', 'error', 'close'] as const) input.on(event, () => end('closed'))
  output.on('error', () => end('closed'))
}

const parseJson = (line: string): unknown => {
  try {
    const value: unknown = JSON.parse(line)
    return value
  } catch {
    // No request: the caller parses what comes of it, and refuses.
    return undefined
  }
}

const isCall = (name: string): name is ArchiveCall => Object.hasOwn(archiveCalls, name)

const answer = async (archive: Archive, name: string, input: unknown): Promise<unknown> => {
  if (!isCall(name)) throw violation(`there is no call ${JSON.stringify(name)}`)
  archive.attend(name)
  try {
    return await answerCall(archive.answers, name, input)
  } catch (error) {
    throw archive.failed(error)
  }
}

const answerCall = (answers: Answers, name: ArchiveCall, input: unknown): unknown => {
  const parsed = archiveCalls[name].input.safeParse(input)
  if (!parsed.success)
    throw violation(`${name} was asked with ${parsed.error.issues[0]?.message ?? 'a bad input'}`)
  const perform: (input: never) => unknown = answers[name]
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed by the schema of this very call
  return perform(parsed.data as never)
}

const violation = (what: string): ClawdbotError =>
  new ClawdbotError(
    'contract_violation',
    `The archive was asked what it can not answer: ${what}.`,
    'This is a fault in Clawdbot.',
  )
