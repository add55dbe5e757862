import { z } from 'zod'

/**
 * Of one conversation, or of one sender in a group: keys of messages that were skipped and may still come. As many as Signal's
 * own libraries keep of one chain.
 */
const MAX_KEYS = 2_000
/** Of one session, those of the other side. As many as Signal's own libraries keep. */
const MAX_CHAINS = 5
/** Bytes: what is shorter has fewer keys. */
const SHORT = 64 * 1024

const SENDING = 1

const chain = z.looseObject({
  chainType: z.number(),
  messageKeys: z.record(z.string(), z.unknown()),
})
const session = z.looseObject({
  indexInfo: z.looseObject({ closed: z.number(), used: z.number().optional() }),
  _chains: z.record(z.string(), chain),
})
const sessionRecord = z.looseObject({ _sessions: z.record(z.string(), session) })
type Sessions = z.infer<typeof sessionRecord>['_sessions']
type Session = z.infer<typeof session>

const senderKeyState = z.looseObject({ senderMessageKeys: z.array(z.unknown()) })
const senderKeyRecord = z.array(senderKeyState)

/**
 * A value as it is kept. libsignal forgets no chain of a conversation, and lets its other side have 2,000 keys kept for each
 * message that really comes; and every message writes the record anew. What is too much goes, the oldest first: messages that
 * come later than that can not be read, and nothing else is different.
 */
export const boundedRecord = (type: string, value: unknown): unknown => {
  if (type === 'session') return boundedSession(value)
  if (type === 'sender-key') return boundedSenderKey(value)
  return value
}

const boundedSession = (value: unknown): unknown => {
  const { data: record } = sessionRecord.safeParse(value)
  if (record === undefined) return value
  const { _sessions: sessions } = record
  if (isSmall(sessions)) return value
  let left = MAX_KEYS
  const kept = Object.entries(sessions)
    .toSorted(([, a], [, b]) => recency(b) - recency(a))
    .map(([id, each]) => {
      const chains = newestChains(each).map(([key, one]) => {
        const messageKeys = newestKeys(one.messageKeys, left)
        left -= Object.keys(messageKeys).length
        return [key, Object.assign(one, { messageKeys })] as const
      })
      return [id, Object.assign(each, { _chains: Object.fromEntries(chains.toReversed()) })] as const
    })
  return { ...record, _sessions: Object.fromEntries(kept) }
}

const isSmall = (sessions: Sessions): boolean => {
  let keys = 0
  for (const { _chains: ofSession } of Object.values(sessions)) {
    const chains = Object.values(ofSession)
    if (chains.length > MAX_CHAINS) return false
    for (const { messageKeys } of chains) keys += Object.keys(messageKeys).length
  }
  return keys <= MAX_KEYS
}

/** The open session before all others. */
const recency = ({ indexInfo: { closed, used } }: Session): number =>
  closed === -1 ? Number.POSITIVE_INFINITY : (used ?? 0)

/** Newest first. Chains are added at the end; the one that we write with is needed as long as it is there. */
const newestChains = ({ _chains: chains }: Session) => {
  let received = 0
  return Object.entries(chains)
    .toReversed()
    .filter(([, { chainType }]) => {
      if (chainType === SENDING) return true
      received += 1
      return received <= MAX_CHAINS
    })
}

/** By their counters, which JavaScript sorts. */
const newestKeys = (keys: Readonly<Record<string, unknown>>, most: number): Record<string, unknown> => {
  const all = Object.entries(keys)
  return all.length <= most ? { ...keys } : Object.fromEntries(most <= 0 ? [] : all.slice(-most))
}

/** Kept as JSON in bytes. */
const boundedSenderKey = (value: unknown): unknown => {
  if (!(value instanceof Uint8Array) || value.length <= SHORT) return value
  const { data: states } = senderKeyRecord.safeParse(parsed(value))
  if (states === undefined) return value
  let left = MAX_KEYS
  const kept = states.toReversed().map((state) => {
    const senderMessageKeys = left <= 0 ? [] : state.senderMessageKeys.slice(-left)
    left -= senderMessageKeys.length
    return Object.assign(state, { senderMessageKeys })
  })
  return Buffer.from(JSON.stringify(kept.toReversed()), 'utf8')
}

const parsed = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    // It is kept as it is, and whoever reads it says so.
    return undefined
  }
}
