// The breaker of a crash loop with a real supervisor and real processes; only the ticks are the test's.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTestHome, inPhase, type TestHome } from '../testing/test-home.ts'
import { TICK_MS } from './tick.ts'

let home: TestHome
beforeEach(() => {
  home = createTestHome()
})
afterEach(async () => {
  vi.useRealTimers()
  await home.remove()
})

describe('a gateway that crashes again and again', () => {
  it('is given up after five times, with the end of its output and the one likely cause, until the owner starts it', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const supervisor = await home.supervisor('out-of-disk')
    const phases: string[] = []
    supervisor.subscribe(({ changed }) => {
      if (changed.gateway !== undefined && changed.gateway.phase !== phases.at(-1))
        phases.push(changed.gateway.phase)
    })
    await supervisor.start()
    for (let crash = 1; crash < 5; crash += 1) {
      const { gateway } = await inPhase(supervisor, 'backing-off')
      expect(gateway.likelyCause).toMatch(/^The disk is full/)
      while (supervisor.snapshot().state.gateway.phase === 'backing-off') vi.advanceTimersByTime(TICK_MS)
    }
    const { gateway } = await inPhase(supervisor, 'failed')
    expect(gateway).toMatchObject({ pid: null, retryAt: null, error: { code: 'gateway_not_running' } })
    expect(gateway.lastOutput.join('\n')).toContain('ENOSPC')
    expect(gateway.likelyCause).toMatch(/^The disk is full/)
    expect(phases.filter((phase) => phase === 'starting')).toHaveLength(5)
    vi.advanceTimersByTime(3_600_000)
    expect(supervisor.snapshot().state.gateway.phase).toBe('failed')
    await supervisor.start()
    await inPhase(supervisor, 'backing-off')
  })
})
