import { describe, expect, test } from 'vitest'
import { BoundedSet } from './bounded-set.ts'
import { createDedupe } from './dedupe.ts'

describe('a bounded set', () => {
  test('forgets the oldest first, and what is added again is young again', () => {
    const set = new BoundedSet(2)
    for (const member of ['a', 'b', 'a', 'c']) set.add(member)
    expect(set.members()).toEqual(['a', 'c'])
    expect(set.has('b')).toBe(false)
  })
})

describe('what was handled before', () => {
  test('is known by any of its ids, per provider', () => {
    const dedupe = createDedupe()
    dedupe.accepted('telegram', ['1', 'chat:5'])
    expect(dedupe.seen('telegram', ['2', 'chat:5'])).toBe(true)
    expect(dedupe.seen('telegram', ['1'])).toBe(true)
    expect(dedupe.seen('telegram', ['2'])).toBe(false)
    expect(dedupe.seen('simulator', ['1'])).toBe(false)
  })

  test('an accepted message is still known after a flood of 100,000 refused ones', () => {
    const dedupe = createDedupe()
    dedupe.accepted('telegram', ['1'])
    for (let n = 0; n < 100_000; n += 1) dedupe.refused('telegram', [`r${n}`])
    expect(dedupe.seen('telegram', ['1'])).toBe(true)
    expect(dedupe.seen('telegram', ['r99999'])).toBe(true)
    expect(dedupe.seen('telegram', ['r0'])).toBe(false)
  })

  test('the last 20,000 accepted events are known', () => {
    const dedupe = createDedupe()
    for (let n = 0; n < 20_000; n += 1) dedupe.accepted('telegram', [`e${n}`, `m${n}`])
    expect(dedupe.seen('telegram', ['e0'])).toBe(true)
    dedupe.accepted('telegram', ['e20000', 'm20000'])
    expect(dedupe.seen('telegram', ['e0'])).toBe(false)
  })
})
