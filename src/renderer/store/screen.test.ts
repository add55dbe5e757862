import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PROVIDERS } from '../../shared/domain/provider.ts'
import { hrefOf, JUMP_KEY, parsePlace, SCREENS } from './screen.ts'

describe('the address of a screen', () => {
  it('leads back to the same screen and person', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SCREENS),
        fc.constantFrom(...PROVIDERS),
        fc.string({ minLength: 1, unit: 'grapheme' }),
        (screen, provider, id) => {
          expect(parsePlace(hrefOf(screen, { provider, id }))).toEqual({ screen, person: { provider, id } })
        },
      ),
    )
  })

  it('may be the bare name that a notification gives', () => {
    expect(parsePlace('pairing')).toEqual({ screen: 'pairing', person: null })
  })

  it('leads to the overview when it names no screen, and to nobody when it names no provider', () => {
    expect(parsePlace('#/nowhere')).toEqual({ screen: 'overview', person: null })
    expect(parsePlace('')).toEqual({ screen: 'overview', person: null })
    expect(parsePlace('#/pairing/__proto__/42').person).toBeNull()
    expect(parsePlace('#/pairing/telegram/%E0%A4%A').person).toBeNull()
  })

  it('has its own jump key, none of which decides about a request', () => {
    const keys = SCREENS.map((screen) => JUMP_KEY[screen])
    expect(new Set(keys).size).toBe(SCREENS.length)
  })
})
