import { describe, expect, it } from 'vitest'
import { backoffMs } from './moves.ts'
import { crash, error, machine, started } from './testing/machine.ts'
import {
  KILL_STOPPING_AFTER_MS,
  KILL_UNRESPONSIVE_AFTER_MS,
  PING_EVERY_MS,
  READY_TIMEOUT_MS,
  TERMINATE_AFTER_MS,
  TICK_MS,
  UNRESPONSIVE_AFTER_MS,
} from './tick.ts'

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
