import { isUtf8 } from 'node:buffer'
import {
  type ArchiveEvent,
  type ArchivePayload,
  archiveAnswer,
  archiveEvents,
} from '../../shared/contracts/archive.ts'
import { MAX_LINE } from './launch-archive.ts'
import { violation } from './refusals.ts'

/** What one line of the archive says. `output` is still to be parsed as that of the call. */
export type Heard =
  | { readonly kind: 'answer'; readonly id: number; readonly output: unknown }
  | {
      readonly kind: 'refusal'
      readonly id: number
      readonly error: { readonly code: string; readonly message: string; readonly hint: string }
    }
  | { readonly kind: 'event'; readonly event: HeardEvent }

export type HeardEvent = {
  readonly [K in ArchiveEvent]: { readonly name: K; readonly payload: ArchivePayload<K> }
}[ArchiveEvent]

/** Throws `contract_violation`, in words that repeat nothing of the line. */
export const readLine = (line: Buffer | 'too long'): Heard => {
  if (line === 'too long') throw violation(`a line of more than ${String(MAX_LINE)} bytes`)
  if (!isUtf8(line)) throw violation('a line that is not UTF-8')
  const parsed = archiveAnswer.safeParse(jsonOf(line))
  if (!parsed.success) throw violation('a line that is neither an answer nor an event')
  const said = parsed.data
  if ('event' in said) return { kind: 'event', event: eventOf(said.event, said.payload) }
  if ('error' in said) return { kind: 'refusal', id: said.id, error: said.error }
  return { kind: 'answer', id: said.id, output: said.output }
}

const jsonOf = (line: Buffer): unknown => {
  try {
    return JSON.parse(line.toString('utf8'))
  } catch {
    // The parser's own words would repeat what was sent.
    throw violation('a line that is not JSON')
  }
}

const eventOf = (name: string, payload: unknown): HeardEvent => {
  switch (name) {
    case 'status':
      return { name, payload: payloadOf('status', archiveEvents.status.safeParse(payload)) }
    case 'grown':
      return { name, payload: payloadOf('grown', archiveEvents.grown.safeParse(payload)) }
    case 'log':
      return { name, payload: payloadOf('log', archiveEvents.log.safeParse(payload)) }
    default:
      throw violation('an event that there is not')
  }
}

const payloadOf = <T>(
  name: ArchiveEvent,
  parsed: { readonly success: true; readonly data: T } | { readonly success: false },
): T => {
  if (parsed.success) return parsed.data
  throw violation(`the event ${name}, not in its form`)
}
