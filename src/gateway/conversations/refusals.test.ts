import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { parseSenderId } from '../../shared/domain/identity.ts'
import { directSession } from '../../shared/domain/session.ts'
import { createRefusals } from './refusals.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const MINUTE = 60_000
const sender = parseSenderId('telegram', '42')
if (sender === undefined) throw new Error('no sender')
const session = directSession('telegram', sender)
const blocked = { provider: 'telegram', sender, reason: 'blocked' } as const

const start = (known = true) => {
  const written: string[] = []
  const refusals = createRefusals({
    isKnown: () => known,
    write: (key, { reason, count }) => void written.push(`${key} ${reason} ${count}`),
  })
  return { refusals, written }
}

test('the first is written at once, and not while the provider waits', () => {
  const { refusals, written } = start()
  refusals.note(session, blocked)
  expect(written).toEqual([])
  vi.advanceTimersByTime(1)
  expect(written).toEqual(['telegram:dm:42 blocked 1'])
})

test('a flood is one line a minute, with the number of those in it', () => {
  const { refusals, written } = start()
  for (let second = 0; second < 150; second += 1) {
    for (let n = 0; n < 100; n += 1) refusals.note(session, blocked)
    vi.advanceTimersByTime(1_000)
  }
  vi.advanceTimersByTime(MINUTE)
  expect(written).toHaveLength(4)
  const counts = written.map((line) => Number(line.split(' ').at(-1)))
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(15_000)
})

test('who was quiet for a minute begins anew', () => {
  const { refusals, written } = start()
  refusals.note(session, blocked)
  vi.advanceTimersByTime(2 * MINUTE)
  refusals.note(session, { ...blocked, reason: 'disabled' })
  vi.advanceTimersByTime(1)
  expect(written).toEqual(['telegram:dm:42 blocked 1', 'telegram:dm:42 disabled 1'])
  expect(vi.getTimerCount()).toBe(1)
})

test('who has no conversation with us costs nothing, however many they are', () => {
  const { refusals, written } = start(false)
  for (let n = 0; n < 10_000; n += 1) refusals.note(session, blocked)
  expect(vi.getTimerCount()).toBe(0)
  vi.advanceTimersByTime(MINUTE)
  expect(written).toEqual([])
})

test('nothing is written after the end', () => {
  const { refusals, written } = start()
  refusals.note(session, blocked)
  refusals.close()
  vi.advanceTimersByTime(MINUTE)
  expect(written).toEqual([])
})
