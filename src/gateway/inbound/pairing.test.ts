import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { parseSenderId, type SenderId } from '../../shared/domain/identity.ts'
import { REQUEST_TTL_MS } from '../../shared/domain/pairing.ts'
import { createPairing, type Pairing, type StrangersMessage } from './pairing.ts'

const id = (raw: string): SenderId => {
  const sender = parseSenderId('telegram', raw)
  if (sender === undefined) throw new Error(raw)
  return sender
}

let now = 1_000_000_000
let pending = new Map<SenderId, number>()
let asked: { askId: number; message: StrangersMessage }[] = []
let seen: [string, number][] = []
let created: [string, string | undefined][] = []
let dropped: string[] = []
let pairing: Pairing

beforeEach(() => {
  vi.useFakeTimers()
  now = 1_000_000_000
  pending = new Map()
  asked = []
  seen = []
  created = []
  dropped = []
  pairing = createPairing({
    pending: () => pending,
    ask: (askId, message) => asked.push({ askId, message }),
    seen: (_provider, sender, count) => seen.push([sender, count]),
    created: (message, code) => created.push([message.sender, code]),
    dropped: (_provider, reason) => dropped.push(reason),
    now: () => now,
  })
})

afterEach(() => {
  pairing.close()
  vi.useRealTimers()
})

const write = (sender: string, answer = true): void =>
  pairing.stranger({
    provider: 'telegram',
    sender: id(sender),
    account: null,
    moved: null,
    chatId: sender,
    eventId: `e${asked.length}`,
    claims: {},
    answer,
  })

const answer = (index: number, outcome: Parameters<Pairing['answered']>[1]): void => {
  const ask = asked[index]
  if (ask === undefined) throw new Error(`question ${index} was not asked`)
  pairing.answered(ask.askId, outcome)
}

describe('a stranger', () => {
  test('is told the code only when the request is new and the supervisor says so', () => {
    write('1')
    answer(0, { kind: 'created', code: 'ABCDEFGH', reply: true })
    expect(created).toEqual([['1', 'ABCDEFGH']])
  })

  test.each([
    ['the supervisor holds it back', true, false],
    ['the gate said not to answer', false, true],
  ])('is told nothing when %s', (_why, gate, reply) => {
    write('1', gate)
    answer(0, { kind: 'created', code: 'ABCDEFGH', reply })
    expect(created).toEqual([['1', undefined]])
  })

  test('who writes on while waiting costs no further question, and the messages are gathered', () => {
    write('1')
    for (let n = 0; n < 10; n += 1) write('1')
    answer(0, { kind: 'created', code: 'ABCDEFGH', reply: true })
    for (let n = 0; n < 10; n += 1) write('1')
    expect(asked).toHaveLength(1)
    vi.advanceTimersByTime(1_000)
    expect(seen).toEqual([['1', 20]])
    expect(created).toHaveLength(1)
  })

  test('whom the supervisor knows already gets no second code', () => {
    write('1')
    answer(0, { kind: 'seen' })
    write('1')
    expect(asked).toHaveLength(1)
    expect(created).toEqual([])
  })

  test('who comes while three wait costs nothing (CVE-2026-41346 is about one list for all providers)', () => {
    pending = new Map(['1', '2', '3'].map((sender) => [id(sender), now]))
    write('4')
    write('2')
    expect(asked).toEqual([])
    expect(dropped).toEqual(['pairing_full'])
  })

  test('may come again when a request has expired', () => {
    pending = new Map(['1', '2', '3'].map((sender) => [id(sender), now]))
    now += REQUEST_TTL_MS + 1
    write('4')
    expect(asked).toHaveLength(1)
  })

  test('questions under way count as places, so at most three are ever open', () => {
    for (let n = 1; n <= 10; n += 1) write(String(n))
    expect(asked).toHaveLength(3)
    expect(dropped).toHaveLength(7)
  })

  test('who was refused costs no question for a while', () => {
    write('1')
    answer(0, { kind: 'refused', why: 'denied' })
    for (let n = 0; n < 100; n += 1) write('1')
    expect(asked).toHaveLength(1)
    now += 60_000
    write('1')
    expect(asked).toHaveLength(2)
  })

  test('may ask again at once when the lists have changed', () => {
    write('1')
    answer(0, { kind: 'refused', why: 'blocked' })
    pairing.peopleChanged()
    write('1')
    expect(asked).toHaveLength(2)
  })

  test('a supervisor that does not answer holds no place for ever, and its late answer changes nothing', () => {
    for (const sender of ['1', '2', '3']) write(sender)
    vi.advanceTimersByTime(30_000)
    write('4')
    expect(asked).toHaveLength(4)
    answer(0, { kind: 'created', code: 'ABCDEFGH', reply: true })
    expect(created).toEqual([])
  })
})

describe('a flood', () => {
  test('of 100,000 messages from 10,000 strangers is three questions and three codes', () => {
    for (let round = 0; round < 10; round += 1)
      for (let sender = 1; sender <= 10_000; sender += 1) {
        const before = asked.length
        write(String(sender))
        if (asked.length > before) answer(before, { kind: 'created', code: 'ABCDEFGH', reply: true })
      }
    expect(asked).toHaveLength(3)
    expect(created).toHaveLength(3)
    vi.advanceTimersByTime(1_000)
    expect(seen).toHaveLength(3)
    expect(dropped).toHaveLength(100_000 - 30)
  })
})
