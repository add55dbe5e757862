import type { SenderId } from './identity.ts'

/** After one code a sender gets no further one for 24 hours, whatever expires or restarts in between. */
export const REPLY_COOL_DOWN_MS = 24 * 60 * 60 * 1000
/** Per provider: at most 6 codes a minute and 30 a day (providers.md 7). */
export const REPLIES_PER_MINUTE = 6
export const REPLIES_PER_DAY = 30

/** One code that was sent, or one denial: both silence the sender for the cool-down. */
export interface ReplyRecord {
  readonly id: SenderId
  readonly at: number
  readonly kind: 'code' | 'denied'
}

export type ReplyDecision =
  | { readonly kind: 'reply'; readonly records: readonly ReplyRecord[] }
  | {
      readonly kind: 'silent'
      readonly why: 'cool_down' | 'bucket' | 'clock'
      readonly records: readonly ReplyRecord[]
    }

/**
 * May this sender be told their code now? The record is to be on disk before the reply leaves, so that
 * neither a restart nor a crash re-arms a loop between two bots. A clock that went back refuses, once: records
 * from its future count as made now, so that a clock that was years ahead silences nobody for years.
 */
export const decideReply = (
  records: readonly ReplyRecord[],
  sender: SenderId,
  now: number,
): ReplyDecision => {
  const known = records.map((record) => (record.at > now ? { ...record, at: now } : record))
  const recent = known.filter((record) => now - record.at < REPLY_COOL_DOWN_MS)
  if (records.some((record) => record.at > now)) return { kind: 'silent', why: 'clock', records: recent }
  if (recent.some((record) => record.id === sender)) {
    return { kind: 'silent', why: 'cool_down', records: recent }
  }
  const codes = recent.filter((record) => record.kind === 'code')
  const lastMinute = codes.filter((record) => now - record.at < 60_000)
  if (lastMinute.length >= REPLIES_PER_MINUTE || codes.length >= REPLIES_PER_DAY) {
    return { kind: 'silent', why: 'bucket', records: recent }
  }
  return { kind: 'reply', records: [...recent, { id: sender, at: now, kind: 'code' }] }
}

/** Was this sender denied within the cool-down? Then the request is not queued again either. */
export const deniedRecently = (records: readonly ReplyRecord[], sender: SenderId, now: number): boolean =>
  records.some(
    (record) => record.id === sender && record.kind === 'denied' && now - record.at < REPLY_COOL_DOWN_MS,
  )
