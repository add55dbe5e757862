// What a gateway that was taken over can do with its channel to delay, undo or outlive what the owner decides.
import { existsSync, readdirSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { processTable } from '../processes/process-table.ts'
import { createTestHome, inPhase, startRunning, type TestHome } from '../testing/test-home.ts'
import { readWitnesses } from './latch.ts'

let home: TestHome
beforeEach(() => {
  home = createTestHome()
})
afterEach(() => home.remove())

const allowed = { stop: { allowFrom: { simulator: ['owner'] } } }

describe('a gateway that asks for STOP without end', () => {
  it('gets one, and not one for each time', async () => {
    home.config(allowed)
    const supervisor = await home.supervisor('ignores-term')
    const { gateway } = await startRunning(supervisor)
    await supervisor.simulate('owner', '', 'stop owner 5000')
    await inPhase(supervisor, 'locked')
    // One of the owner's own, which ends after all that were asked for before it.
    const result = await supervisor.lockdown('the owner', 'to be sure')
    expect(result.survivors).toEqual([])
    expect(processTable.read(gateway.pid ?? 0)).toBeUndefined()
    expect((await readWitnesses(home.paths)).held.length).toBeLessThanOrEqual(2)
    expect(readdirSync(home.paths.incidents).length).toBeLessThanOrEqual(2)
  })
})

describe('a gateway that is being ended', () => {
  it('can not have itself started again instead', async () => {
    const supervisor = await home.supervisor('contradicts')
    await startRunning(supervisor)
    await supervisor.stop()
    expect(supervisor.snapshot().state.gateway.phase).toBe('stopped')
  })

  it('does not outlive the supervisor that way', async () => {
    const supervisor = await home.supervisor('contradicts')
    await startRunning(supervisor)
    const pids = new Set<number>()
    supervisor.subscribe(({ changed }) => {
      if (changed.gateway?.pid) pids.add(changed.gateway.pid)
    })
    await supervisor.close()
    expect([...pids].filter((pid) => processTable.read(pid) !== undefined)).toEqual([])
    expect(existsSync(home.paths.run)).toBe(false)
  })
})

describe('a gateway that asks for a STOP that its sender may not have', () => {
  it('is killed, and its next start has to wait as after any other failure', async () => {
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    await supervisor.simulate('owner', '', 'stop nobody')
    const { gateway } = await inPhase(supervisor, 'backing-off')
    expect(gateway.error?.code).toBe('contract_violation')
  })
})
