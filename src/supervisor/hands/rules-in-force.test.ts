// The owner's rules against a gateway that ignores them: a real supervisor, a real process that asks for what it must not.
import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AppState } from '../../shared/contracts/app-state.ts'
import { readReadOnly, switchReadOnlyOff, switchReadOnlyOn } from '../../shared/state/read-only-switch.ts'
import type { Supervisor } from '../supervisor.ts'
import { createTestHome, order, SOON, startRunning, stateWhere, type TestHome } from '../testing/test-home.ts'

const SHA = 'a'.repeat(64)
const HOST = { agent: { elevated: { enabled: true } } }

let home: TestHome
beforeEach(() => {
  home = createTestHome()
})
afterEach(() => home.remove())

const isAnswer = ({ id }: AppState['simulator'][number]): boolean => id === 'intent-answer'

/** What the gateway hears when it asks. */
const heard = async (supervisor: Supervisor, words: string): Promise<unknown> => {
  const before = supervisor.snapshot().state.simulator.length
  await order(supervisor, words)
  const { simulator } = await stateWhere(supervisor, (state) => state.simulator.slice(before).some(isAnswer))
  return JSON.parse(simulator.slice(before).find(isAnswer)?.text ?? '')
}

const told = async (supervisor: Supervisor): Promise<{ rules: { readOnly: boolean } }> =>
  JSON.parse(await order(supervisor, 'told'))

describe('read-only mode', () => {
  it('is known to the gateway when it is done, and holds in the supervisor besides', async () => {
    home.config(HOST)
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    expect(await heard(supervisor, `tool 1 write host ${SHA}`)).toMatchObject({ answer: 'recorded' })
    expect(await supervisor.setReadOnly(true)).toBe('Read-only mode is on.')
    expect(supervisor.snapshot().state.hands.readOnly).toMatchObject({ on: true, by: 'switch' })
    expect((await told(supervisor)).rules.readOnly).toBe(true)
    expect(await heard(supervisor, `tool 2 write host ${SHA}`)).toMatchObject({
      answer: 'refused',
      why: 'read-only mode is on: no write and no shell on the host',
    })
    await supervisor.setReadOnly(false)
    expect(await heard(supervisor, `tool 3 write host ${SHA}`)).toMatchObject({ answer: 'recorded' })
  })

  it('holds before the next act also against a gateway that does not acknowledge it, which is killed', async () => {
    home.config(HOST)
    const supervisor = await home.supervisor()
    const { gateway } = await startRunning(supervisor)
    await order(supervisor, 'silence')
    const on = supervisor.setReadOnly(true)
    expect(await heard(supervisor, `tool 1 edit host ${SHA}`)).toMatchObject({ answer: 'refused' })
    await on
    expect(supervisor.snapshot().state.gateway.pid).not.toBe(gateway.pid)
  })

  it('that the command line switches is followed, shown and told, and so is a switch that is spoilt', async () => {
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    const by = (): unknown => supervisor.snapshot().state.hands.readOnly.by
    await switchReadOnlyOn(home.paths, 1, 'cli')
    await expect.poll(by, SOON).toBe('switch')
    await expect.poll(async () => (await told(supervisor)).rules.readOnly, SOON).toBe(true)
    await switchReadOnlyOff(home.paths)
    await expect.poll(by, SOON).toBeNull()
    writeFileSync(home.paths.readOnly, 'spoilt')
    await expect.poll(by, SOON).toBe('broken')
    await expect.poll(async () => (await told(supervisor)).rules.readOnly, SOON).toBe(true)
  })

  it('by the config can not be switched off', async () => {
    home.config({ readOnlyMode: true })
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    expect((await told(supervisor)).rules.readOnly).toBe(true)
    await expect(supervisor.setReadOnly(false)).rejects.toMatchObject({ code: 'read_only' })
    home.config({})
    await expect.poll(() => supervisor.snapshot().state.hands.readOnly.on, SOON).toBe(false)
  })

  it('outlives the supervisor', async () => {
    const supervisor = await home.supervisor()
    await supervisor.setReadOnly(true)
    await supervisor.close()
    expect(await readReadOnly(home.paths)).toMatchObject({ kind: 'on', by: 'owner' })
    const next = await home.supervisor()
    expect(next.snapshot().state.hands.readOnly).toMatchObject({ on: true, by: 'switch' })
  })
})

describe('host access', () => {
  it('that a gateway only claims is refused, by default and to every tool', async () => {
    const supervisor = await home.supervisor()
    const { gateway } = await startRunning(supervisor)
    expect(gateway.maySpawn).toBe(false)
    for (const [index, tool] of ['bash', 'read', 'write', 'edit'].entries()) {
      expect(await heard(supervisor, `tool ${String(index + 1)} ${tool} host ${SHA}`)).toMatchObject({
        answer: 'refused',
        why: 'host access is not given to this session',
      })
    }
  })

  it('that is switched on or off starts the gateway again, with or without the right to start processes', async () => {
    const supervisor = await home.supervisor()
    const first = await startRunning(supervisor)
    home.config(HOST)
    const running = (may: boolean) =>
      stateWhere(supervisor, ({ gateway }) => gateway.phase === 'running' && gateway.maySpawn === may)
    const second = await running(true)
    expect(second.gateway.pid).not.toBe(first.gateway.pid)
    expect(second.hands.host.enabled).toBe(true)
    home.config({})
    expect((await running(false)).hands.host.enabled).toBe(false)
  })

  it('needs the owner’s word on exactly the text of each command', async () => {
    home.config(HOST)
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    expect(await heard(supervisor, `tool 1 bash host ${SHA} 7`)).toMatchObject({
      answer: 'refused',
      why: 'the owner has not approved exactly this command',
    })
    await order(supervisor, 'host 7 ls -l')
    const { approvals } = await stateWhere(supervisor, (state) => state.approvals.length === 1)
    const { id = 0, sha256 = '', command } = approvals[0] ?? {}
    expect(command).toBe('ls -l')
    await supervisor.answerApproval(id, sha256, 'once')
    await expect(supervisor.answerApproval(id, sha256, 'once')).rejects.toMatchObject({
      code: 'approval_unknown',
    })
    expect(await heard(supervisor, `tool 2 bash host ${sha256} 7`)).toMatchObject({ answer: 'recorded' })
    expect(await heard(supervisor, `tool 3 bash host ${sha256} 7`)).toMatchObject({ answer: 'refused' })
  })

  it('that is taken away takes the commands along that wait for it', async () => {
    home.config(HOST)
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    await order(supervisor, 'host 1 ls')
    await stateWhere(supervisor, ({ approvals }) => approvals.length === 1)
    home.config({})
    await expect.poll(() => supervisor.snapshot().state.approvals, SOON).toEqual([])
  })

  it('waits for nobody after a STOP', async () => {
    home.config(HOST)
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    await order(supervisor, 'host 1 ls')
    const { approvals } = await stateWhere(supervisor, (state) => state.approvals.length === 1)
    await supervisor.lockdown('app', 'a drill')
    expect(supervisor.snapshot().state.approvals).toEqual([])
    const { id = 0, sha256 = '' } = approvals[0] ?? {}
    await expect(supervisor.answerApproval(id, sha256, 'once')).rejects.toMatchObject({
      code: 'approval_unknown',
    })
  })
})
