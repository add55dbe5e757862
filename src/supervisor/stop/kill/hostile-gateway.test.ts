// What a gateway that was taken over can do with its channel to delay, undo or outlive what the owner decides.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { processTable } from '../../processes/process-table.ts'
import { dockerEnv } from '../../testing/docker-env.ts'
import { HOSTILE, startHostileEngine } from '../../testing/hostile-engine.ts'
import { createTestHome, inPhase, startRunning, type TestHome } from '../../testing/test-home.ts'
import { readWitnesses } from '../latch/latch.ts'

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

describe('a supervisor that is closed while it stops everything', () => {
  it('ends the stop first, its evidence and its record in the audit included', async () => {
    home.config(allowed)
    const stalled = await startHostileEngine(HOSTILE['never answers'])
    const supervisor = await home.supervisor('', { env: { ...dockerEnv(), DOCKER_HOST: stalled.host } })
    await startRunning(supervisor)
    // As `clawdbot gateway` does: it ends as soon as it is locked.
    await supervisor.simulate('owner', '', 'stop owner')
    await inPhase(supervisor, 'locked')
    await supervisor.close()
    stalled.close()
    expect(supervisor.snapshot().state.lockdown?.result).toMatchObject({
      survivors: [],
      containersError: { code: 'docker_unreachable' },
      recordError: null,
    })
    const [incident = ''] = readdirSync(home.paths.incidents)
    expect(existsSync(join(home.paths.incidents, incident, 'manifest.json'))).toBe(true)
    const records = readdirSync(home.paths.audit)
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => readFileSync(join(home.paths.audit, name), 'utf8'))
    expect(records.join('')).toContain('"lockdown.stop"')
  })

  it('starts nothing from then on', async () => {
    const supervisor = await home.supervisor('ignores-term')
    await startRunning(supervisor)
    const closing = supervisor.close()
    await expect(supervisor.start()).rejects.toMatchObject({ code: 'gateway_not_running' })
    await expect(supervisor.restart()).rejects.toMatchObject({ code: 'gateway_not_running' })
    await closing
    expect(supervisor.snapshot().state.gateway.pid).toBeNull()
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
