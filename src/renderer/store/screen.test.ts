import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PROVIDERS } from '../../shared/domain/provider.ts'
import { hrefOf, JUMP_KEY, logHref, parsePlace, SCREENS, sessionHref } from './screen.ts'

const nowhere = { person: null, session: null, log: null }
/** Those that a person can be named on. */
const OF_PEOPLE = SCREENS.filter((screen) => screen !== 'sessions' && screen !== 'logs')

describe('the address of a screen', () => {
  it('leads back to the same screen and person', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...OF_PEOPLE),
        fc.constantFrom(...PROVIDERS),
        fc.string({ minLength: 1, unit: 'grapheme' }),
        (screen, provider, id) => {
          expect(parsePlace(hrefOf(screen, { provider, id }))).toEqual({
            ...nowhere,
            screen,
            person: { provider, id },
          })
        },
      ),
    )
  })

  it('may be the bare name that a notification gives', () => {
    expect(parsePlace('pairing')).toEqual({ ...nowhere, screen: 'pairing' })
  })

  it('leads to the overview when it names no screen, and to nobody when it names no provider', () => {
    expect(parsePlace('#/nowhere')).toEqual({ ...nowhere, screen: 'overview' })
    expect(parsePlace('')).toEqual({ ...nowhere, screen: 'overview' })
    expect(parsePlace('#/pairing/__proto__/42').person).toBeNull()
    expect(parsePlace('#/pairing/telegram/%E0%A4%A').person).toBeNull()
  })

  it('leads back to the same turn of the same session, whatever its file is called', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), fc.option(fc.nat()), (ref, turn) => {
        expect(parsePlace(sessionHref(ref, turn))).toEqual({
          ...nowhere,
          screen: 'sessions',
          session: { ref, turn },
        })
      }),
    )
    expect(parsePlace(sessionHref('agents/main/sessions/a-b', 7)).session).toEqual({
      ref: 'agents/main/sessions/a-b',
      turn: 7,
    })
  })

  it('means the end of a session where its turn is no number', () => {
    for (const turn of ['x', '-1', '1e3', '1.5', '9'.repeat(30)]) {
      expect(parsePlace(`#/sessions/a/${turn}`).session).toEqual({ ref: 'a', turn: null })
    }
    expect(parsePlace('#/sessions').session).toBeNull()
    expect(parsePlace('#/sessions/%E0%A4%A').session).toBeNull()
  })

  it('stays an address where a name holds half a surrogate pair', () => {
    expect(parsePlace(sessionHref('a\ud800b', 1)).session).toEqual({ ref: 'a\ufffdb', turn: 1 })
  })

  it('leads back to the same place of the log', () => {
    for (const where of ['17', 'clawdbot-2026-01-06.log:12', 'event:telegram:42:7', '2026-01-06T12:00:00Z']) {
      expect(parsePlace(logHref(where))).toEqual({ ...nowhere, screen: 'logs', log: where })
    }
    expect(parsePlace('#/logs').log).toBeNull()
  })

  it('has its own jump key, none of which decides about a request', () => {
    const keys = SCREENS.map((screen) => JUMP_KEY[screen])
    expect(new Set(keys).size).toBe(SCREENS.length)
  })
})
