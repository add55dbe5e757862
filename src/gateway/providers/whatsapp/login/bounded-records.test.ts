import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boundedRecord } from './bounded-records.ts'

const SENDING = 1
const RECEIVING = 2

const keys = (count: number, from = 0): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [String(from + index), `k${from + index}`]))

const chain = (count: number, chainType = RECEIVING) => ({
  chainKey: { counter: count },
  chainType,
  messageKeys: keys(count),
})

const session = (chains: Readonly<Record<string, object>>, closed = -1, used = 1) => ({
  registrationId: 7,
  indexInfo: { closed, used, baseKeyType: 2 },
  _chains: chains,
})

const record = (sessions: Readonly<Record<string, object>>) => ({ _sessions: sessions, version: 'v1' })

const senderKey = (counts: readonly number[]) =>
  Buffer.from(
    JSON.stringify(
      counts.map((count, index) => ({
        senderKeyId: index,
        senderMessageKeys: Array.from({ length: count }, (_, iteration) => ({
          iteration,
          seed: 'x'.repeat(40),
        })),
      })),
    ),
  )

const statesOf = (value: unknown): { senderKeyId: number; senderMessageKeys: { iteration: number }[] }[] =>
  JSON.parse(Buffer.from(value instanceof Uint8Array ? value : []).toString())

describe('the record of a conversation', () => {
  test('that is small stays the very same', () => {
    const small = record({ a: session({ x: chain(10), y: chain(0, SENDING) }) })
    expect(boundedRecord('session', small)).toBe(small)
  })

  test('keeps the chain that we write with, and the newest five that we read with, in their order', () => {
    const chains = Object.fromEntries(
      ['one', 'two', 'three', 'four', 'five', 'six'].map((id) => [id, chain(1)]),
    )
    const bounded = boundedRecord('session', record({ a: session({ ours: chain(0, SENDING), ...chains }) }))
    expect(bounded).toMatchObject({ version: 'v1', _sessions: { a: { registrationId: 7 } } })
    expect(chainsOf(bounded)).toEqual([['ours', 'two', 'three', 'four', 'five', 'six']])
  })

  test('keeps the newest keys, of the open session first, and 2,000 of them', () => {
    const bounded = boundedRecord(
      'session',
      record({
        old: session({ o: chain(1_500) }, 5, 5),
        open: session({ a: chain(1_000), b: chain(900) }, -1, 1),
        older: session({ p: chain(1_500) }, 4, 4),
      }),
    )
    const count = (id: string, key: string) => Object.keys(keysOf(bounded, id, key)).length
    expect(['open a', 'open b', 'old o', 'older p'].map((each) => count(...split(each)))).toEqual([
      1_000, 900, 100, 0,
    ])
    expect(Object.keys(keysOf(bounded, 'old', 'o'))[0]).toBe('1400')
    expect(keysOf(bounded, 'old', 'o')['1499']).toBe('k1499')
  })

  test('that is of no known form is kept as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(boundedRecord('session', value)).toEqual(value)
      }),
    )
  })
})

describe('the record of a sender in a group', () => {
  test('keeps the newest 2,000 keys of all its states', () => {
    const states = statesOf(boundedRecord('sender-key', senderKey([1_500, 1_500, 1_500])))
    expect(states.map(({ senderMessageKeys }) => senderMessageKeys.length)).toEqual([0, 500, 1_500])
    expect(states.map(({ senderKeyId }) => senderKeyId)).toEqual([0, 1, 2])
    expect(states[1]?.senderMessageKeys[0]?.iteration).toBe(1_000)
  })

  test.each([
    ['short', Buffer.from('[]')],
    ['no JSON', Buffer.alloc(100_000, 'x')],
    ['of another form', Buffer.from(JSON.stringify({ a: 'x'.repeat(100_000) }))],
  ])('that is %s is kept as it is', (_what, value) => {
    expect(boundedRecord('sender-key', value)).toBe(value)
  })
})

test('no other key is looked at', () => {
  const value = record({ a: session({ x: chain(9_000) }) })
  expect(boundedRecord('pre-key', value)).toBe(value)
})

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const at = (value: unknown, ...path: readonly string[]): Readonly<Record<string, unknown>> => {
  let found = value
  for (const key of path) found = isRecord(found) ? found[key] : undefined
  return isRecord(found) ? found : {}
}

const chainsOf = (value: unknown): readonly (readonly string[])[] =>
  Object.values(at(value, '_sessions')).map((each) => Object.keys(at(each, '_chains')))

const keysOf = (value: unknown, id: string, key: string): Readonly<Record<string, unknown>> =>
  at(value, '_sessions', id, '_chains', key, 'messageKeys')

const split = (text: string): [string, string] => {
  const [first = '', second = ''] = text.split(' ')
  return [first, second]
}
