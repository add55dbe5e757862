import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lookAlikes, skeleton } from './look-alike.ts'

describe('a name that looks like a known one', () => {
  it.each([
    ['Аnnа', 'Anna', 'Cyrillic letters'],
    ['Αnna', 'Anna', 'a Greek letter'],
    ['A\u0301nna', 'Anna', 'a mark'],
    ['An\u200bna', 'Anna', 'a zero-width space'],
    ['anna\u202e', 'Anna', 'a bidirectional override'],
    ['Ａｎｎａ', 'Anna', 'full-width letters'],
    ['A n n a', 'Anna', 'spaces'],
    ['𝐀𝐧𝐧𝐚', 'Anna', 'mathematical letters'],
    ['PauI', 'Paul', 'an upper-case I'],
    ['Pau1', 'Paul', 'a digit'],
    ['Tomrny', 'Tommy', 'rn for m'],
    ['R0bert', 'Robert', 'a zero'],
  ])('%s is taken for %s (%s)', (claimed, known) => {
    expect(lookAlikes(claimed, ['Somebody', known])).toEqual([known])
  })

  it('is not one that is merely similar', () => {
    expect(lookAlikes('Hanna', ['Anna'])).toEqual([])
    expect(lookAlikes('', ['', '\u200b'])).toEqual([])
  })

  it('has one skeleton, whatever the case, and the same after marks are taken off', () => {
    fc.assert(fc.property(fc.string(), (name) => skeleton(name) === skeleton(name.normalize('NFKD'))))
    expect(skeleton('Straße')).toBe(skeleton('straße'))
  })
})
