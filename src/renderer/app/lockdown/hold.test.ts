import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HOLD_MS, type Hold, type HoldEvent, idle, stepHold, TWICE_MS } from './hold.ts'

const run = (...events: readonly HoldEvent[]): Hold => events.reduce(stepHold, idle)
const press = { type: 'press', at: 0, by: 'pointer' } as const
const click = (at: number): HoldEvent => ({ type: 'synthetic-click', at })
const keyPress = { type: 'press', at: 0, by: 'key' } as const

describe('STOP', () => {
  it('is done when it was held for 600 ms', () => {
    expect(run(press, { type: 'time', at: HOLD_MS })).toEqual({ kind: 'done' })
    expect(run(keyPress, { type: 'time', at: HOLD_MS })).toEqual({ kind: 'done' })
  })

  it('is not done when it was let go before', () => {
    expect(
      run(press, { type: 'time', at: HOLD_MS - 1 }, { type: 'release' }, { type: 'time', at: HOLD_MS }),
    ).toEqual(idle)
  })

  it('counts from the first press, not from one that comes while it is held', () => {
    expect(run(press, { ...press, at: 500 }, { type: 'time', at: HOLD_MS })).toEqual({ kind: 'done' })
  })

  it('lets go of a key when the focus goes, and not of the pointer', () => {
    expect(run(keyPress, { type: 'blur' })).toEqual(idle)
    expect(run(press, { type: 'blur' }, { type: 'time', at: HOLD_MS })).toEqual({ kind: 'done' })
  })

  it('takes two clicks of assistive technology, which can not hold, and not one', () => {
    expect(run(click(0))).toEqual({ kind: 'idle', clickedAt: 0 })
    expect(run(click(0), click(TWICE_MS))).toEqual({ kind: 'done' })
    expect(run(click(0), click(TWICE_MS + 1))).toEqual({ kind: 'idle', clickedAt: TWICE_MS + 1 })
  })

  it('is never done by presses and releases alone', () => {
    const event = fc.oneof(
      fc.record({ type: fc.constant('press' as const), at: fc.nat(), by: fc.constantFrom('pointer', 'key') }),
      fc.constant({ type: 'release' } as const),
      fc.constant({ type: 'blur' } as const),
    )
    fc.assert(
      fc.property(fc.array(event), (events) => {
        expect(run(...events).kind).not.toBe('done')
      }),
    )
  })
})
