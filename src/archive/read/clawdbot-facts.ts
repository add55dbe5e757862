// What Clawdbot itself notes in a transcript, as far as it is shown: pi's `custom` entries. The gateway's own reader is
// strict, because it acts on them; this one shows what anybody wrote there.
import { isObject, type JsonObject, numberIn, stringIn } from './json.ts'

const INBOUND = 'clawdbot.inbound'
const OUTBOUND = 'clawdbot.outbound'
export const INTERRUPTED = 'clawdbot.interrupted'
export const TORN = 'clawdbot.torn'
const REFUSED = 'clawdbot.refused'

export interface Inbound {
  readonly event: string
  readonly entryId: string
  readonly provider: string
  readonly sender: string
  readonly trust: string
  readonly forwarded: boolean
}

const DELIVERIES = ['sent', 'failed', 'unconfirmed', 'withheld'] as const

export interface Outbound {
  readonly event: string
  readonly result: (typeof DELIVERIES)[number]
  readonly why: string
  /** It is still to be sent. */
  readonly open: boolean
}

/** The gate turned somebody away who has a conversation here, `count` times since it was last noted. */
export interface Refused {
  readonly provider: string
  readonly sender: string
  readonly reason: string
  readonly count: number
}

const dataOf = (entry: JsonObject, customType: string): JsonObject | undefined => {
  const { data } = entry
  return entry['type'] === 'custom' && entry['customType'] === customType && isObject(data) ? data : undefined
}

export const inboundOf = (entry: JsonObject): Inbound | undefined => {
  const data = dataOf(entry, INBOUND)
  const entryId = data === undefined ? '' : stringIn(data, 'entryId')
  if (data === undefined || entryId === '') return undefined
  return {
    event: stringIn(data, 'eventId'),
    entryId,
    provider: stringIn(data, 'provider'),
    sender: stringIn(data, 'sender'),
    trust: stringIn(data, 'trust'),
    forwarded: data['forwarded'] === true,
  }
}

export const outboundOf = (entry: JsonObject): Outbound | undefined => {
  const data = dataOf(entry, OUTBOUND)
  const result = DELIVERIES.find((known) => known === data?.['result'])
  if (data === undefined || result === undefined) return undefined
  return {
    event: stringIn(data, 'eventId'),
    result,
    why: stringIn(data, 'why'),
    open: data['open'] === true,
  }
}

export const interruptedEvent = (entry: JsonObject): string | undefined => {
  const data = dataOf(entry, INTERRUPTED)
  return data === undefined ? undefined : stringIn(data, 'eventId')
}

/** Bytes that were cut off. */
export const tornBytes = (entry: JsonObject): number | undefined => {
  const data = dataOf(entry, TORN)
  return data === undefined ? undefined : numberIn(data, 'bytes')
}

export const refusedOf = (entry: JsonObject): Refused | undefined => {
  const data = dataOf(entry, REFUSED)
  if (data === undefined) return undefined
  return {
    provider: stringIn(data, 'provider'),
    sender: stringIn(data, 'sender'),
    reason: stringIn(data, 'reason'),
    count: Math.max(1, Math.trunc(numberIn(data, 'count') ?? 1)),
  }
}

/** `telegram:42`; empty unless both are known. */
export const personName = (provider: string, sender: string): string =>
  provider === '' || sender === '' ? '' : `${provider}:${sender}`
