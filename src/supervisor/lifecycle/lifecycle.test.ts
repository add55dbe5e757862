import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ErrorView } from '../../shared/domain/error.ts'
import { backoffMs } from './moves.ts'
import { reduce } from './reduce.ts'
import {
  hasChild,
  initialLifecycle,
  type Lifecycle,
  type LifecycleEffect,
  type LifecycleEvent,
} from './state.ts'
import {
  KILL_STOPPING_AFTER_MS,
  KILL_UNRESPONSIVE_AFTER_MS,
  PING_EVERY_MS,
  READY_TIMEOUT_MS,
  TERMINATE_AFTER_MS,
  TICK_MS,
  UNRESPONSIVE_AFTER_MS,
} from './tick.ts'

const error: ErrorView = { code: 'internal', message: 'it broke', hint: '' }

type WithoutContext<E> = E extends unknown ? Omit<E, 'now' | 'random'> : never
type Told = WithoutContext<LifecycleEvent>

/** A supervisor without a process: the state, and all effects so far. */
const machine = (latched = false) => {
  let now = 1_000_000
  let state = initialLifecycle(now, latched)
  const effects: LifecycleEffect[] = []
  const tell = (...events: readonly Told[]): void => {
    for (const event of events) {
      const step = reduce(state, { ...event, now, random: 0.5 })
      state = step.state
      effects.push(...step.effects)
    }
  }
  return {
    tell,
    /** Time passes as it does for a machine that is awake: a tick at a time. */
    pass(ms: number, meanwhile: () => void = () => undefined): void {
      for (let passed = 0; passed < ms; passed += TICK_MS) {
        now += TICK_MS
        meanwhile()
        tell({ type: 'tick' })
      }
    },
    /** The machine sleeps, or its clock is set: the next tick comes at another time than it should. */
    jump(ms: number): void {
      now += ms
      tell({ type: 'tick' })
    },
    now: () => now,
    state: () => state,
    phase: () => state.phase,
    effects: () => effects.splice(0).map(({ kind }) => kind),
    run: () => state.run,
  }
}

const started = () => {
  const gateway = machine()
  gateway.tell({ type: 'start' }, { type: 'ready', run: 1 })
  gateway.effects()
  return gateway
}

const crash = (gateway: ReturnType<typeof machine>): void =>
  gateway.tell({ type: 'exited', run: gateway.run(), error, cure: null })

describe('the life of the gateway', () => {
  it('is starting until it says ready, then running', () => {
    const gateway = machine()
    gateway.tell({ type: 'start' })
    expect([gateway.phase(), gateway.effects()]).toEqual(['starting', ['launch']])
    gateway.tell({ type: 'ready', run: 1 })
    expect(gateway.phase()).toBe('running')
  })

  it('is killed and tried again where it is not ready in time', () => {
    const gateway = machine()
    gateway.tell({ type: 'start' })
    gateway.pass(READY_TIMEOUT_MS)
    expect([gateway.phase(), gateway.effects()]).toEqual(['stopping', ['launch', 'kill']])
    crash(gateway)
    expect(gateway.phase()).toBe('backing-off')
  })

  it('is pinged, and unresponsive after six seconds without an answer', () => {
    const gateway = started()
    gateway.pass(UNRESPONSIVE_AFTER_MS)
    expect(gateway.effects()).toEqual(['ping', 'ping'])
    expect(gateway.phase()).toBe('unresponsive')
    gateway.tell({ type: 'pong', run: 1 })
    expect(gateway.phase()).toBe('running')
  })

  it('stays running for hours as long as it answers', () => {
    const gateway = started()
    gateway.pass(3_600_000, () => gateway.tell({ type: 'pong', run: 1 }))
    expect(gateway.phase()).toBe('running')
  })

  it('is killed after fifteen more seconds of silence, and backs off', () => {
    const gateway = started()
    gateway.pass(UNRESPONSIVE_AFTER_MS + KILL_UNRESPONSIVE_AFTER_MS)
    expect(gateway.effects()).toContain('kill')
    expect(gateway.phase()).toBe('stopping')
    crash(gateway)
    expect(gateway.phase()).toBe('backing-off')
  })

  it('is not blamed for the time in which the machine slept', () => {
    const gateway = started()
    gateway.jump(8 * 3_600_000)
    expect(gateway.phase()).toBe('running')
    gateway.pass(PING_EVERY_MS)
    expect(gateway.effects()).toContain('ping')
    expect(gateway.phase()).toBe('running')
  })

  it('is not blamed for a clock that was set back, and is still watched after it', () => {
    const gateway = started()
    gateway.jump(-86_400_000)
    expect(gateway.phase()).toBe('running')
    gateway.pass(UNRESPONSIVE_AFTER_MS)
    expect(gateway.phase()).toBe('unresponsive')
  })

  it('starts again within a minute after a clock was set back while it backed off', () => {
    const gateway = started()
    crash(gateway)
    gateway.jump(-86_400_000)
    gateway.pass(2_000)
    expect(gateway.phase()).toBe('starting')
  })

  it('has the whole time to answer again when the machine woke, however silent it was before', () => {
    const gateway = started()
    gateway.pass(UNRESPONSIVE_AFTER_MS - TICK_MS)
    gateway.effects()
    gateway.tell({ type: 'woke' })
    gateway.pass(TICK_MS)
    expect([gateway.phase(), gateway.effects()]).toEqual(['running', ['ping']])
    gateway.pass(UNRESPONSIVE_AFTER_MS - TICK_MS)
    expect(gateway.phase()).toBe('unresponsive')
    gateway.pass(KILL_UNRESPONSIVE_AFTER_MS - TICK_MS)
    gateway.tell({ type: 'woke' })
    gateway.pass(KILL_UNRESPONSIVE_AFTER_MS - TICK_MS)
    expect(gateway.phase()).toBe('unresponsive')
    gateway.pass(TICK_MS)
    expect(gateway.phase()).toBe('stopping')
  })

  it('is given no more time to end because the machine slept meanwhile', () => {
    const gateway = started()
    gateway.tell({ type: 'stop' })
    gateway.pass(TERMINATE_AFTER_MS - TICK_MS)
    gateway.tell({ type: 'woke' })
    gateway.pass(TICK_MS)
    expect(gateway.effects()).toEqual(['ask-stop', 'terminate'])
  })

  it('says after a sleep when the next start is due by the clock of now', () => {
    const gateway = started()
    crash(gateway)
    gateway.jump(3_600_000)
    gateway.tell({ type: 'woke' })
    const state = gateway.state()
    expect(state.phase === 'backing-off' && state.retryAt - gateway.now()).toBe(500)
  })

  it('waits for the owner after a fault that another try can not mend', () => {
    const gateway = started()
    gateway.tell({ type: 'fault', run: 1, error, cure: 'owner' })
    expect([gateway.phase(), gateway.effects()]).toEqual(['stopping', ['kill']])
    crash(gateway)
    expect(gateway.state()).toMatchObject({ phase: 'failed', error, cure: 'owner' })
    gateway.pass(3_600_000)
    gateway.tell({ type: 'config-mended' }, { type: 'woke' })
    expect([gateway.phase(), gateway.effects()]).toEqual(['failed', []])
    gateway.tell({ type: 'start' })
    expect(gateway.phase()).toBe('starting')
  })

  it('tries again after a fault that may pass', () => {
    const gateway = started()
    gateway.tell({ type: 'fault', run: 1, error, cure: null })
    crash(gateway)
    expect(gateway.phase()).toBe('backing-off')
  })

  it('is asked to stop, then terminated, then killed', () => {
    const gateway = started()
    gateway.tell({ type: 'stop' })
    expect(gateway.effects()).toEqual(['ask-stop'])
    gateway.pass(TERMINATE_AFTER_MS)
    expect(gateway.effects()).toEqual(['terminate'])
    gateway.pass(KILL_STOPPING_AFTER_MS - TERMINATE_AFTER_MS)
    expect(gateway.effects()).toEqual(['kill'])
    crash(gateway)
    expect(gateway.phase()).toBe('stopped')
  })

  it('waits 1, 2, 4 … 60 seconds, give or take a fifth', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 50].map((attempt) => backoffMs(attempt, 0.5))).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000,
    ])
    expect([backoffMs(2, 0), backoffMs(2, 0.999)]).toEqual([3_200, 4_798])
  })

  it('gives up after five failures within five minutes, until the owner starts it', () => {
    const gateway = started()
    for (let failure = 1; failure < 5; failure += 1) {
      crash(gateway)
      expect(gateway.phase()).toBe('backing-off')
      gateway.pass(10_000)
      expect(gateway.phase()).toBe('starting')
    }
    crash(gateway)
    expect(gateway.state()).toMatchObject({ phase: 'failed', error, cure: 'owner' })
    gateway.effects()
    gateway.pass(3_600_000)
    gateway.tell({ type: 'config-mended' }, { type: 'facts-changed' }, { type: 'ready', run: gateway.run() })
    expect([gateway.phase(), gateway.effects()]).toEqual(['failed', []])
    gateway.tell({ type: 'start' })
    expect(gateway.phase()).toBe('starting')
  })

  it('begins with one second again after a healthy minute', () => {
    const gateway = started()
    for (let failure = 0; failure < 3; failure += 1) {
      crash(gateway)
      gateway.pass(5_000)
    }
    gateway.tell({ type: 'ready', run: gateway.run() })
    gateway.pass(60_500, () => gateway.tell({ type: 'pong', run: gateway.run() }))
    crash(gateway)
    const state = gateway.state()
    expect(state.phase === 'backing-off' && state.retryAt - state.since).toBe(1_000)
  })

  it('does not try again on a config error, but does when the config is mended', () => {
    const gateway = machine()
    gateway.tell({ type: 'start' }, { type: 'exited', run: 1, error, cure: 'config' })
    gateway.effects()
    gateway.pass(3_600_000)
    expect([gateway.phase(), gateway.effects()]).toEqual(['failed', []])
    gateway.tell({ type: 'config-mended' })
    expect([gateway.phase(), gateway.effects()]).toEqual(['starting', ['launch']])
  })

  it('is stopped by a config that breaks, and started by its repair', () => {
    const gateway = started()
    gateway.tell({ type: 'config-broken', error })
    expect([gateway.phase(), gateway.effects()]).toEqual(['stopping', ['ask-stop']])
    crash(gateway)
    expect(gateway.phase()).toBe('failed')
    gateway.tell({ type: 'config-mended' })
    expect(gateway.phase()).toBe('starting')
  })

  it('is not started by a repaired config if the owner had stopped it', () => {
    const gateway = started()
    gateway.tell({ type: 'stop' }, { type: 'config-broken', error })
    crash(gateway)
    gateway.tell({ type: 'config-mended' })
    expect(gateway.phase()).toBe('stopped')
  })

  it('ignores what an earlier run still says', () => {
    const gateway = started()
    gateway.tell({ type: 'restart' })
    crash(gateway)
    expect(gateway.run()).toBe(2)
    gateway.tell(
      { type: 'ready', run: 1 },
      { type: 'exited', run: 1, error, cure: null },
      { type: 'fault', run: 1, error, cure: null },
    )
    expect(gateway.phase()).toBe('starting')
  })

  it('is locked by a lockdown from every phase, and resumed into stopped', () => {
    const gateway = started()
    gateway.tell({ type: 'lockdown' }, { type: 'start' }, { type: 'restart' }, { type: 'config-mended' })
    expect([gateway.phase(), gateway.effects()]).toEqual(['locked', []])
    crash(gateway)
    gateway.pass(3_600_000)
    gateway.tell({ type: 'resume' })
    gateway.pass(3_600_000)
    expect([gateway.phase(), gateway.effects()]).toEqual(['stopped', []])
  })
})

const run = fc.integer({ min: 0, max: 8 })
const told: fc.Arbitrary<Told> = fc.oneof(
  fc.constantFrom<Told>(
    { type: 'start' },
    { type: 'stop' },
    { type: 'restart' },
    { type: 'facts-changed' },
    { type: 'config-broken', error },
    { type: 'config-mended' },
    { type: 'lockdown' },
    { type: 'resume' },
    { type: 'woke' },
  ),
  fc.constant<Told>({ type: 'tick' }),
  run.map((of): Told => ({ type: 'ready', run: of })),
  run.map((of): Told => ({ type: 'pong', run: of })),
  fc
    .tuple(run, fc.constantFrom('owner', 'config', null), fc.constantFrom('fault', 'exited'))
    .map(([of, cure, type]): Told => ({ type, run: of, error, cure })),
)
/** Mostly about the run that is, so that sequences get somewhere. */
const step = fc.record({
  event: told,
  current: fc.boolean(),
  elapsed: fc.oneof(
    fc.constant(TICK_MS),
    fc.integer({ min: 0, max: 120_000 }),
    fc.integer({ min: -1e9, max: 1e9 }),
  ),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
})

type Look = (
  before: Lifecycle,
  event: LifecycleEvent,
  after: Lifecycle,
  effects: readonly LifecycleEffect['kind'][],
) => boolean

/** A sequence of events during which `wrong` saw something wrong, or null if there is none. */
const sequenceWith = (wrong: () => Look): unknown =>
  fc.check(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const look = wrong()
      let now = 1e12
      let state = initialLifecycle(now, false)
      for (const { event, current, elapsed, random } of steps) {
        now += elapsed
        const about = current && 'run' in event ? { ...event, run: state.run } : event
        const full: LifecycleEvent = { ...about, now, random }
        const next = reduce(state, full)
        const kinds = next.effects.map(({ kind }) => kind)
        if (look(state, full, next.state, kinds)) return false
        state = next.state
      }
      return true
    }),
    { numRuns: 3_000 },
  ).counterexample

describe('whatever happens, in whatever order', () => {
  it('there is never a second child', () => {
    const found = sequenceWith(() => {
      let children = 0
      return (before, event, after, effects) => {
        if (event.type === 'exited' && event.run === before.run && hasChild(before)) children -= 1
        children += effects.filter((kind) => kind === 'launch').length
        return children > 1 || hasChild(after) !== (children === 1)
      }
    })
    expect(found).toBeNull()
  })

  it('a locked state launches nothing, and only a resume ends it', () => {
    const found = sequenceWith(
      () => (before, event, after, effects) =>
        before.phase === 'locked' &&
        (effects.includes('launch') || (after.phase !== 'locked' && event.type !== 'resume')),
    )
    expect(found).toBeNull()
  })

  it('a lockdown locks, and a resume starts nothing', () => {
    const found = sequenceWith(
      () => (_before, event, after, effects) =>
        (event.type === 'lockdown' && after.phase !== 'locked') ||
        (event.type === 'resume' && effects.includes('launch')),
    )
    expect(found).toBeNull()
  })

  it('a failed state waits for its cure', () => {
    const byOwner = new Set(['start', 'stop', 'restart', 'lockdown'])
    const found = sequenceWith(
      () => (before, event, after) =>
        before.phase === 'failed' &&
        after.phase !== 'failed' &&
        !byOwner.has(event.type) &&
        !(before.cure === 'config' && event.type === 'config-mended'),
    )
    expect(found).toBeNull()
  })

  it('a stopped state is left by nothing but the owner', () => {
    const found = sequenceWith(
      () => (before, event, after) =>
        before.phase === 'stopped' &&
        after.phase !== 'stopped' &&
        !['start', 'restart', 'lockdown'].includes(event.type),
    )
    expect(found).toBeNull()
  })

  it('a back-off ends within a minute of ticks, whatever the clock does, and a failure is never retried at once', () => {
    const found = sequenceWith(() => (before, event, after) => {
      if (after.phase !== 'backing-off') return false
      const wait = after.due - after.watched
      if (wait > 60_000 || wait <= 0) return true
      const begins = before.phase !== 'backing-off'
      return begins && (wait < 800 || after.retryAt - event.now !== wait)
    })
    expect(found).toBeNull()
  })

  it('only a child is pinged, asked, terminated or killed', () => {
    const found = sequenceWith(
      () => (before, _event, _after, effects) =>
        !hasChild(before) && effects.some((kind) => kind !== 'launch'),
    )
    expect(found).toBeNull()
  })
})

/** Steps of a clock: none, a little, just what a tick is, hours and years, forwards and backwards. */
const jump = fc.oneof(
  fc.constantFrom(0, TICK_MS, 2_499, 2_500, 2_501, UNRESPONSIVE_AFTER_MS, 8 * 3_600_000, 1e12),
  fc.integer({ min: 0, max: 10_000 }),
  fc.integer({ min: 0, max: 1e12 }),
)
const anyJump = fc.tuple(jump, fc.constantFrom(1, -1)).map(([size, sign]) => size * sign)

describe('whatever the clock does', () => {
  it('a gateway that answers its pings within seven ticks is never called unresponsive nor killed', () => {
    /** How many ticks each answer takes, and what the clock does before each tick and each answer. */
    const life = fc.array(
      fc.record({ delay: fc.integer({ min: 0, max: 7 }), jumps: fc.array(anyJump, { maxLength: 8 }) }),
      { minLength: 1, maxLength: 60 },
    )
    const alarm = fc.check(
      fc.property(life, fc.array(fc.boolean(), { maxLength: 60 }), (answers, sleeps) => {
        let now = 1e12
        let state = initialLifecycle(now, false)
        const tell = (event: Told): readonly LifecycleEffect[] => {
          const next = reduce(state, { ...event, now, random: 0.5 })
          state = next.state
          return next.effects
        }
        tell({ type: 'start' })
        tell({ type: 'ready', run: 1 })
        for (const [turn, { delay, jumps }] of answers.entries()) {
          let due: number | undefined
          // Ticks until the next ping was sent and answered.
          for (let tick = 0; due === undefined || tick < due; tick += 1) {
            now += jumps[tick % Math.max(1, jumps.length)] ?? TICK_MS
            if (sleeps[turn] === true && tick === 1) tell({ type: 'woke' })
            const effects = tell({ type: 'tick' })
            if (effects.some(({ kind }) => kind !== 'ping') || state.phase !== 'running') return false
            if (effects.length > 0) due ??= tick + delay
          }
          now += jumps.at(-1) ?? 0
          tell({ type: 'pong', run: 1 })
        }
        return true
      }),
      { numRuns: 2_000 },
    ).counterexample
    expect(alarm).toBeNull()
  })

  it('no phase and no effect changes: only ticks count', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 120 }),
        fc.array(anyJump, { maxLength: 120 }),
        (steps, jumps) => {
          let [steady, wild] = [1e12, 1e12]
          let [one, other] = [initialLifecycle(steady, false), initialLifecycle(wild, false)]
          for (const [index, { event, current, random }] of steps.entries()) {
            steady += TICK_MS
            wild += jumps[index] ?? 0
            const about = current && 'run' in event ? { ...event, run: one.run } : event
            const [first, second] = [
              reduce(one, { ...about, now: steady, random }),
              reduce(other, { ...about, now: wild, random }),
            ]
            expect(second.effects).toEqual(first.effects)
            expect(second.state.phase).toBe(first.state.phase)
            one = first.state
            other = second.state
          }
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it('a gateway that never answers is killed all the same', () => {
    fc.assert(
      fc.property(fc.array(anyJump, { minLength: 1, maxLength: 60 }), (jumps) => {
        const gateway = started()
        const ticks = (UNRESPONSIVE_AFTER_MS + KILL_UNRESPONSIVE_AFTER_MS) / TICK_MS
        for (let tick = 0; tick < ticks; tick += 1) gateway.jump(jumps[tick % jumps.length] ?? 0)
        expect(gateway.effects()).toContain('kill')
      }),
    )
  })
})
