import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Ending } from './endings.ts'
import { type LinkEvent, type LinkState, step, waitMs } from './link-state.ts'
import { silence, statusOf } from './link-status.ts'

const OFF: LinkState = { at: 'off' }
const CODE = { text: 'a code', until: 60_000 }

/** Where these events lead to. */
const after = (...events: readonly LinkEvent[]): LinkState =>
  events.reduce<LinkState>((state, event) => step(state, event).state, OFF)

const START: LinkEvent = { type: 'start', login: 'there' }
const OPENED: LinkEvent = { type: 'opened', now: 0 }
const ended = (ending: Ending, now = 1_000): LinkEvent => ({ type: 'ended', ending, now })
const LOST: Ending = { kind: 'lost', why: 'the connection broke' }

const endings: fc.Arbitrary<Ending> = fc.oneof(
  fc.constant(LOST),
  fc.constantFrom<Ending>({ kind: 'restart' }, { kind: 'replaced' }, { kind: 'codes used up' }),
  fc
    .constantFrom('removed' as const, 'barred' as const, 'refused' as const, 'unusable' as const)
    .map((kind): Ending => ({ kind, why: 'because' })),
  fc
    .constantFrom('not paired' as const, 'not kept' as const)
    .map((kind): Ending => ({ kind, why: 'because' })),
  fc.nat(100_000).map((forMs): Ending => ({ kind: 'paused', why: 'because', forMs })),
)
const events: fc.Arbitrary<LinkEvent> = fc.oneof(
  fc.constantFrom<LinkEvent>(
    START,
    { type: 'start', login: 'none' },
    { type: 'paired' },
    { type: 'taken' },
    { type: 'waited' },
    { type: 'code', code: CODE },
    { type: 'logged out', phone: 'knows' },
    { type: 'not wiped', why: 'the disk' },
  ),
  fc
    .constantFrom('begin' as const, 'cancel' as const, 'unlink' as const)
    .map((act): LinkEvent => ({ type: 'act', act })),
  fc.nat(1_000_000).map((now): LinkEvent => ({ type: 'opened', now })),
  fc.tuple(endings, fc.nat(1_000_000)).map(([ending, now]) => ended(ending, now)),
)

describe('the state of the login', () => {
  it('never connects by itself where only the owner may say what comes next', () => {
    fc.assert(
      fc.property(fc.array(events), events, (past, next) => {
        const state = after(START, ...past)
        fc.pre(state.at === 'stopped' || state.at === 'unlinked')
        fc.pre(next.type !== 'start' && !(next.type === 'act' && next.act === 'begin'))
        const connects = step(state, next).effects.filter(
          (effect) => effect.do === 'connect' || effect.do === 'wait',
        )
        expect(connects).toEqual([])
      }),
    )
  })

  it('wipes a login only if WhatsApp has removed it, or the owner unlinks', () => {
    fc.assert(
      fc.property(fc.array(events), events, (past, next) => {
        const state = after(START, ...past)
        fc.pre(step(state, next).effects.some((effect) => effect.do === 'wipe'))
        const wasLogin =
          state.at === 'connecting' ||
          state.at === 'connected' ||
          (state.at === 'waiting' && state.for === 'a login')
        if (!wasLogin) return
        const isRemoved = next.type === 'ended' && next.ending.kind === 'removed'
        const isWanted = next.type === 'act' && next.act === 'unlink'
        expect(isRemoved || isWanted).toBe(true)
      }),
    )
  })

  it('shows a code only while it can be scanned', () => {
    fc.assert(
      fc.property(fc.array(events), (past) => {
        const state = after(START, ...past)
        expect('code' in state && state.code !== null).toBe(state.at === 'linking' && state.code !== null)
      }),
    )
  })

  it('waits after every failure, and begins anew after a minute without one', () => {
    const flapping = Array.from({ length: 20 }, () => [ended(LOST), { type: 'waited' } as const]).flat()
    expect(after(START, ...flapping)).toMatchObject({ at: 'connecting', failures: 20 })
    expect(after(START, ...flapping, OPENED, ended(LOST, 60_000))).toMatchObject({
      at: 'waiting',
      failures: 1,
    })
    expect(after(START, ...flapping, OPENED, ended({ kind: 'not kept', why: 'full' }, 59_999))).toMatchObject(
      {
        failures: 21,
      },
    )
  })

  it('tries soon again where WhatsApp lets it in and the network breaks again and again', () => {
    const flapping = Array.from({ length: 20 }, () => [
      OPENED,
      ended(LOST),
      { type: 'waited' } as const,
    ]).flat()
    expect(after(START, ...flapping)).toMatchObject({ at: 'connecting', failures: 3 })
  })

  it('connects at once when it is asked to after linking, and waits when it is asked again and again', () => {
    const linking = [
      { type: 'start', login: 'none' },
      { type: 'act', act: 'begin' },
      { type: 'paired' },
    ] as const
    const once = step(after(...linking), ended({ kind: 'restart' }))
    expect(once.effects).toEqual([{ do: 'connect', with: 'the login' }])
    const twice = step(once.state, ended({ kind: 'restart' }))
    expect(twice.state).toMatchObject({ at: 'waiting' })
  })

  it('does not cancel a login that the phone has given already', () => {
    const state = after({ type: 'start', login: 'none' }, { type: 'act', act: 'begin' }, { type: 'paired' })
    expect(step(state, { type: 'act', act: 'cancel' })).toEqual({ state, effects: [] })
  })

  it('says that a message could not be taken in until one is', () => {
    const state = after(
      START,
      OPENED,
      ended({ kind: 'not kept', why: 'the disk is full' }),
      { type: 'waited' },
      OPENED,
    )
    expect(state.at).toBe('connected')
    expect(statusOf(state)).toEqual({
      state: 'failed',
      detail: 'A message could not be taken in and stays at WhatsApp: the disk is full',
    })
    expect(statusOf(step(state, { type: 'taken' }).state)).toEqual({ state: 'connected', detail: '' })
  })

  it('waits as long as WhatsApp says', () => {
    const { effects } = step(after(START), ended({ kind: 'paused', why: 'blocked', forMs: 600_000 }))
    expect(effects).toContainEqual({ do: 'wait', failures: 1, atLeastMs: 600_000 })
  })

  it('counts a logout that WhatsApp cut short as one that it knows of only if it says so', () => {
    const leaving = after(START, OPENED, { type: 'act', act: 'unlink' })
    expect(step(leaving, ended({ kind: 'removed', why: 'x' })).state).toEqual({ at: 'unlinked', why: '' })
    expect(step(leaving, ended(LOST)).state).toMatchObject({
      at: 'unlinked',
      why: expect.stringContaining('still'),
    })
  })

  it('is off for good once it is stopped', () => {
    fc.assert(
      fc.property(fc.array(events), (past) => {
        const later = past.filter(({ type }) => type !== 'start')
        expect(after(START, { type: 'stop' }, ...later)).toEqual(OFF)
      }),
    )
  })

  it('has a status and a sentence for everything', () => {
    fc.assert(
      fc.property(fc.array(events), (past) => {
        const state = after(START, ...past)
        const status = statusOf(state)
        expect(status.state === 'connected' && status.detail !== '').toBe(false)
        expect(silence(state) === undefined).toBe(
          ['connecting', 'connected'].includes(state.at) ||
            (state.at === 'waiting' && state.for === 'a login'),
        )
      }),
    )
  })
})

describe('the pause before the next try', () => {
  it('grows up to a minute, is never shorter than half, and never zero', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 1_000].map((failures) => waitMs(failures, 1_000, 0))).toEqual([
      500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000,
    ])
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (failures, random) => {
          const pause = waitMs(failures, 1_000, random)
          const longest = waitMs(failures, 1_000, 0)
          expect(pause).toBeGreaterThanOrEqual(longest / 2)
          expect(pause).toBeLessThanOrEqual(longest)
        },
      ),
    )
  })
})
