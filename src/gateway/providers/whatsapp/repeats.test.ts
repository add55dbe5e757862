import { expect, test } from 'vitest'
import { createRepeats } from './repeats.ts'

const bytes = (length: number): Uint8Array => new Uint8Array(length)

test('what was decrypted is found by its name', () => {
  const repeats = createRepeats()
  repeats.add('a', Uint8Array.of(1))
  expect(repeats.get('a')).toEqual(Uint8Array.of(1))
  expect(repeats.get('b')).toBeUndefined()
})

test('the oldest is forgotten where there are too many', () => {
  const repeats = createRepeats(2, 100)
  for (const id of ['a', 'b', 'c']) repeats.add(id, bytes(1))
  expect(['a', 'b', 'c'].map((id) => repeats.get(id) !== undefined)).toEqual([false, true, true])
})

test('the oldest are forgotten where they are too long, and what is too long alone is not kept', () => {
  const repeats = createRepeats(10, 100)
  repeats.add('a', bytes(40))
  repeats.add('b', bytes(40))
  repeats.add('c', bytes(80))
  expect(['a', 'b', 'c'].map((id) => repeats.get(id)?.length)).toEqual([undefined, undefined, 80])
  repeats.add('d', bytes(101))
  expect([repeats.get('c')?.length, repeats.get('d')]).toEqual([80, undefined])
})

test('one that comes twice counts once', () => {
  const repeats = createRepeats(10, 100)
  for (let index = 0; index < 10; index += 1) repeats.add('a', bytes(60))
  repeats.add('b', bytes(40))
  expect([repeats.get('a')?.length, repeats.get('b')?.length]).toEqual([60, 40])
})
