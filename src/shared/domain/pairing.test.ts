import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSenderId, type SenderId } from './identity.ts'
import {
  attemptsOf,
  CODE_ALPHABET,
  isExpired,
  MAX_PENDING,
  normalizeCode,
  type PairingRequest,
  REQUEST_TTL_MS,
  upsertRequest,
} from './pairing.ts'

const NOW = Date.UTC(2026, 0, 6)

const telegram = (id: string): SenderId => {
  const sender = parseSenderId('telegram', id)
  if (sender === undefined) throw new Error(`not an id: ${id}`)
  return sender
}

const codes = (): (() => string) => {
  let next = 0
  return () => `CODE${String((next += 1)).padStart(4, 'A')}`
}

describe('a pairing request', () => {
  it('lives 60 minutes from its creation, to the millisecond', () => {
    expect(isExpired({ createdAt: NOW }, NOW + REQUEST_TTL_MS)).toBe(false)
    expect(isExpired({ createdAt: NOW }, NOW + REQUEST_TTL_MS + 1)).toBe(true)
  })

  it('counts as expired when its time is in the future or is no time at all', () => {
    expect(isExpired({ createdAt: NOW + 60_000 }, NOW)).toBe(false)
    expect(isExpired({ createdAt: NOW + 3_600_000 }, NOW)).toBe(true)
    expect(isExpired({ createdAt: Number.NaN }, NOW)).toBe(true)
    expect(isExpired({ createdAt: Number.POSITIVE_INFINITY }, NOW)).toBe(true)
  })

  it('keeps code and creation time for the same sender, and counts the attempts', () => {
    const first = upsertRequest([], telegram('42'), { username: 'a' }, NOW, codes())
    const again = upsertRequest(first.requests, telegram('42'), { username: 'b' }, NOW + 1000, codes())
    expect(again.requests).toEqual([
      {
        id: '42',
        code: 'CODEAAA1',
        createdAt: NOW,
        lastSeenAt: NOW + 1000,
        meta: { username: 'b', attempts: '2' },
      },
    ])
    expect(again.result.kind).toBe('seen')
  })

  it('can not have its attempts set by the claims of the stranger', () => {
    const { result } = upsertRequest([], telegram('42'), { attempts: '9999' }, NOW, codes())
    expect(result).toMatchObject({ kind: 'created', request: { meta: { attempts: '1' } } })
  })

  it('is refused when three wait, and finds room again when one of them expires', () => {
    const newCode = codes()
    let requests: readonly PairingRequest[] = []
    for (const id of ['1', '2', '3']) {
      requests = upsertRequest(requests, telegram(id), {}, NOW + Number(id), newCode).requests
    }
    expect(upsertRequest(requests, telegram('4'), {}, NOW + 10, newCode).result).toEqual({ kind: 'full' })
    const later = upsertRequest(requests, telegram('4'), {}, NOW + REQUEST_TTL_MS + 2, newCode)
    expect(later.result.kind).toBe('created')
    expect(later.requests.map(({ id }) => id)).toEqual(['2', '3', '4'])
  })

  it('draws again until its code is unique among those who wait, and gives up on a broken generator', () => {
    const first = upsertRequest([], telegram('1'), {}, NOW, () => 'AAAAAAAA')
    const draws = ['AAAAAAAA', 'AAAAAAAA', 'BBBBBBBB']
    const second = upsertRequest(first.requests, telegram('2'), {}, NOW, () => draws.shift() ?? '')
    expect(second.requests.map(({ code }) => code)).toEqual(['AAAAAAAA', 'BBBBBBBB'])
    expect(() => upsertRequest(first.requests, telegram('2'), {}, NOW, () => 'AAAAAAAA')).toThrow(/repeats/)
  })

  it('reads attempts that are no number as one', () => {
    for (const attempts of ['', 'x', '-1', '0', '1.5', 'Infinity'])
      expect(attemptsOf({ meta: { attempts } })).toBe(1)
    expect(attemptsOf({ meta: {} })).toBe(1)
  })

  it('holds its limits for every sequence of strangers and times', () => {
    const step = fc.record({
      id: fc.integer({ min: 1, max: 6 }),
      wait: fc.integer({ min: 0, max: 40 * 60_000 }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const newCode = codes()
        let requests: readonly PairingRequest[] = []
        let now = NOW
        for (const { id, wait } of steps) {
          now += wait
          requests = upsertRequest(requests, telegram(String(id)), {}, now, newCode).requests
          expect(requests.length).toBeLessThanOrEqual(MAX_PENDING)
          expect(new Set(requests.map((request) => request.code)).size).toBe(requests.length)
          expect(new Set(requests.map((request) => request.id)).size).toBe(requests.length)
          expect(requests.some((request) => isExpired(request, now))).toBe(false)
        }
      }),
    )
  })
})

describe('a pairing code', () => {
  it('is compared without the spaces around it and without case', () => {
    expect(normalizeCode(' abcd2345\n')).toBe('ABCD2345')
  })

  it('has an alphabet of 32 distinct symbols without look-alikes', () => {
    expect(new Set(CODE_ALPHABET).size).toBe(32)
    expect(CODE_ALPHABET).not.toMatch(/[IO01]/)
  })
})
