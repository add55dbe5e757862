import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSenderId, type SenderId } from './identity.ts'
import {
  decideReply,
  deniedRecently,
  REPLIES_PER_DAY,
  REPLIES_PER_MINUTE,
  REPLY_COOL_DOWN_MS,
  type ReplyRecord,
} from './reply-limits.ts'

const NOW = Date.UTC(2026, 0, 6)

const telegram = (id: number): SenderId => {
  const sender = parseSenderId('telegram', String(id))
  if (sender === undefined) throw new Error(`not an id: ${String(id)}`)
  return sender
}

const code = (id: number, at: number): ReplyRecord => ({ id: telegram(id), at, kind: 'code' })

describe('a reply with a code', () => {
  it('goes to a sender once in 24 hours', () => {
    const first = decideReply([], telegram(1), NOW)
    expect(first).toEqual({ kind: 'reply', records: [code(1, NOW)] })
    expect(decideReply(first.records, telegram(1), NOW + REPLY_COOL_DOWN_MS - 1)).toMatchObject({
      kind: 'silent',
      why: 'cool_down',
    })
    expect(decideReply(first.records, telegram(1), NOW + REPLY_COOL_DOWN_MS).kind).toBe('reply')
  })

  it('is not sent to somebody who was denied within 24 hours', () => {
    const records: readonly ReplyRecord[] = [{ id: telegram(1), at: NOW, kind: 'denied' }]
    expect(deniedRecently(records, telegram(1), NOW + 1)).toBe(true)
    expect(deniedRecently(records, telegram(2), NOW + 1)).toBe(false)
    expect(deniedRecently(records, telegram(1), NOW + REPLY_COOL_DOWN_MS)).toBe(false)
    expect(decideReply(records, telegram(1), NOW + 1)).toMatchObject({ kind: 'silent', why: 'cool_down' })
  })

  it('is one of at most 6 a minute and 30 a day', () => {
    const sixth = Array.from({ length: REPLIES_PER_MINUTE }, (_, index) => code(index + 1, NOW + index))
    expect(decideReply(sixth, telegram(99), NOW + 30_000)).toMatchObject({ kind: 'silent', why: 'bucket' })
    expect(decideReply(sixth, telegram(99), NOW + 60_000).kind).toBe('reply')
    const day = Array.from({ length: REPLIES_PER_DAY }, (_, index) => code(index + 1, NOW + index * 60_000))
    expect(decideReply(day, telegram(99), NOW + REPLY_COOL_DOWN_MS - 1)).toMatchObject({ kind: 'silent' })
  })

  it('does not count denials against the bucket', () => {
    const denials = Array.from(
      { length: 50 },
      (_, index): ReplyRecord => ({ ...code(index + 1, NOW), kind: 'denied' }),
    )
    expect(decideReply(denials, telegram(99), NOW + 1).kind).toBe('reply')
  })

  it('is withheld when the clock has gone back, and a clock that was years ahead silences nobody for years', () => {
    const ahead = [code(1, NOW + 10 * 365 * 24 * 3_600_000)]
    const first = decideReply(ahead, telegram(2), NOW)
    expect(first).toEqual({ kind: 'silent', why: 'clock', records: [code(1, NOW)] })
    expect(decideReply(first.records, telegram(2), NOW + 1).kind).toBe('reply')
    expect(decideReply(first.records, telegram(1), NOW + 1)).toMatchObject({ why: 'cool_down' })
    expect(decideReply(first.records, telegram(1), NOW + REPLY_COOL_DOWN_MS).kind).toBe('reply')
  })

  it('never exceeds its limits, whoever writes whenever, and forgets what no longer counts', () => {
    const step = fc.record({ id: fc.integer({ min: 1, max: 60 }), wait: fc.nat({ max: 30 * 60_000 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        let records: readonly ReplyRecord[] = []
        let now = NOW
        const sent: { id: number; at: number }[] = []
        for (const { id, wait } of steps) {
          now += wait
          const decision = decideReply(records, telegram(id), now)
          if (decision.kind === 'reply') sent.push({ id, at: now })
          records = decision.records
          const today = sent.filter(({ at }) => now - at < REPLY_COOL_DOWN_MS)
          expect(today.length).toBeLessThanOrEqual(REPLIES_PER_DAY)
          expect(new Set(today.map((reply) => reply.id)).size).toBe(today.length)
          expect(today.filter(({ at }) => now - at < 60_000).length).toBeLessThanOrEqual(REPLIES_PER_MINUTE)
          expect(records.length).toBe(today.length)
        }
      }),
    )
  })
})
