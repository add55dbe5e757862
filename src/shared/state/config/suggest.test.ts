import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { editDistance, suggest } from './suggest.ts'

describe('did you mean', () => {
  it.each([
    ['dmPolcy', 'dmPolicy'],
    ['dmpolicy', 'dmPolicy'],
    ['dmPoilcy', 'dmPolicy'],
    ['alowFrom', 'allowFrom'],
    ['allow_from', 'allowFrom'],
    ['botTokens', 'botToken'],
  ])('takes %j for %j', (written, meant) => {
    expect(suggest(written, ['enabled', 'dmPolicy', 'allowFrom', 'botToken'])).toBe(meant)
  })

  it('does not guess wildly', () => {
    expect(suggest('groups', ['enabled', 'dmPolicy', 'allowFrom'])).toBeUndefined()
    expect(suggest('', ['enabled'])).toBeUndefined()
    expect(suggest('x'.repeat(100_000), ['enabled'])).toBeUndefined()
  })
})

describe('the edit distance', () => {
  it('is a distance: none to itself, the same both ways, one for each edit', () => {
    const word = fc.string({ maxLength: 8 })
    fc.assert(
      fc.property(word, word, fc.nat({ max: 8 }), (a, b, cut) => {
        expect(editDistance(a, a)).toBe(0)
        expect(editDistance(a, b)).toBe(editDistance(b, a))
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length))
        const at = Math.min(cut, a.length)
        expect(editDistance(a, `${a.slice(0, at)}#${a.slice(at)}`)).toBe(1)
      }),
    )
  })

  it('counts a swap of neighbours once', () => {
    expect(editDistance('ab', 'ba')).toBe(1)
  })
})
