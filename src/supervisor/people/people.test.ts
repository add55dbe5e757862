import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PeopleTold } from '../../shared/contracts/gateway-told.ts'
import { parseSenderId, type SenderId } from '../../shared/domain/identity.ts'
import { addApproved, readApproved } from '../../shared/state/allow-store.ts'
import { queueNotify } from '../../shared/state/notify-store.ts'
import { approveByCode, listRequests, requestPairing } from '../../shared/state/pairing-store.ts'
import { isSameProcess, processTable } from '../processes/process-table.ts'
import type { Supervisor } from '../supervisor.ts'
import {
  createTestHome,
  inPhase,
  order,
  SOON,
  startRunning,
  stateWhere,
  type TestHome,
} from '../testing/test-home.ts'

let home: TestHome
beforeEach(() => {
  home = createTestHome()
})
afterEach(() => home.remove())

const sender = (id: string): SenderId => {
  const parsed = parseSenderId('simulator', id)
  if (parsed === undefined) throw new Error(`no id: ${id}`)
  return parsed
}

/** Somebody waits, as the gateway or an earlier run left them. */
const waiting = async (id: string, name = ''): Promise<string> => {
  const made = await requestPairing(home.paths, 'simulator', sender(id), { name }, Date.now(), {
    answer: true,
    silent: false,
  })
  if (made.kind !== 'created') throw new Error(made.kind)
  return made.request.code
}

const toldNow = async (supervisor: Supervisor): Promise<PeopleTold['providers'][number] | undefined> => {
  const told: PeopleTold = JSON.parse(await order(supervisor, 'told'))
  return told.providers.find(({ provider }) => provider === 'simulator')
}

const answerOf = async (supervisor: Supervisor): Promise<Record<string, unknown>> => {
  const { simulator } = await stateWhere(supervisor, (state) =>
    state.simulator.some(({ id }) => id === 'pairing-answer'),
  )
  return JSON.parse(simulator.find(({ id }) => id === 'pairing-answer')?.text ?? '')
}

const personOf = (supervisor: Supervisor, id: string) =>
  supervisor.snapshot().state.people.find((person) => person.id === id)

describe('an approval', () => {
  it('is on disk and known to the gateway when it is reported', async () => {
    const code = await waiting('ann', 'Ann')
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    expect(supervisor.snapshot().state.requests).toMatchObject([{ id: 'ann', code, claimedName: 'Ann' }])
    await supervisor.approve('simulator', 'ann', code)
    expect(await readApproved(home.paths, 'simulator')).toEqual(['ann'])
    expect((await toldNow(supervisor))?.approved).toEqual(['ann'])
    expect(supervisor.snapshot().state.requests).toEqual([])
    expect(personOf(supervisor, 'ann')).toMatchObject({
      source: 'approved',
      trust: 'friend',
      effective: true,
    })
    expect(supervisor.snapshot().state.decisions).toMatchObject([
      { kind: 'approved', sender: 'ann', claimedName: 'Ann' },
    ])
  })

  it('needs the code that the owner saw', async () => {
    await waiting('ann')
    const supervisor = await home.supervisor()
    await expect(supervisor.approve('simulator', 'ann', 'AAAAAAAA')).rejects.toMatchObject({
      code: 'request_unknown',
    })
    expect(await readApproved(home.paths, 'simulator')).toEqual([])
  })

  it('is truly revoked by an undo, and the request waits again with its code', async () => {
    const code = await waiting('ann')
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    await supervisor.approve('simulator', 'ann', code)
    const [decision] = supervisor.snapshot().state.decisions
    await supervisor.undo(decision?.id ?? '')
    expect(await readApproved(home.paths, 'simulator')).toEqual([])
    expect((await toldNow(supervisor))?.approved).toEqual([])
    expect(supervisor.snapshot().state.requests).toMatchObject([{ id: 'ann', code }])
    expect(supervisor.snapshot().state.decisions).toMatchObject([{ kind: 'undone', undoUntil: null }])
    await expect(supervisor.undo(decision?.id ?? '')).rejects.toMatchObject({ code: 'request_unknown' })
  })

  it('can still be undone after a restart of the supervisor', async () => {
    const code = await waiting('ann')
    const first = await home.supervisor()
    await first.approve('simulator', 'ann', code)
    await first.close()
    const second = await home.supervisor()
    const [decision] = second.snapshot().state.decisions
    await second.undo(decision?.id ?? '')
    expect(await readApproved(home.paths, 'simulator')).toEqual([])
  })

  it('made by the command line is seen, told, and keeps the name', async () => {
    const code = await waiting('ann', 'Ann')
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    await approveByCode(home.paths, 'simulator', code, Date.now())
    const state = await stateWhere(supervisor, ({ people }) => people.some(({ id }) => id === 'ann'))
    expect(state.requests).toEqual([])
    expect(personOf(supervisor, 'ann')?.claimedName).toBe('Ann')
    await expect.poll(async () => (await toldNow(supervisor))?.approved, SOON).toEqual(['ann'])
  })

  it('is passed on to the person where the command line asked for it', async () => {
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    await queueNotify(home.paths, 'simulator', sender('ann'))
    const { simulator } = await stateWhere(supervisor, (state) =>
      state.simulator.some(({ id }) => id === 'notify'),
    )
    expect(JSON.parse(simulator.at(-1)?.text ?? '')).toEqual({
      type: 'notify',
      provider: 'simulator',
      sender: 'ann',
    })
  })
})

describe('a denial, a block', () => {
  it('removes the request; undone, it waits again', async () => {
    const code = await waiting('ann')
    const supervisor = await home.supervisor()
    await supervisor.deny('simulator', 'ann')
    expect(supervisor.snapshot().state.requests).toEqual([])
    expect(await listRequests(home.paths, 'simulator', Date.now())).toEqual([])
    await supervisor.undo(supervisor.snapshot().state.decisions[0]?.id ?? '')
    expect(supervisor.snapshot().state.requests).toMatchObject([{ id: 'ann', code }])
  })

  it('of somebody approved takes the right away at once; unblocked, it is back', async () => {
    await addApproved(home.paths, 'simulator', sender('ann'))
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    await supervisor.block('simulator', 'ann')
    expect((await toldNow(supervisor))?.blocked).toEqual(['ann'])
    expect(personOf(supervisor, 'ann')).toMatchObject({ blocked: true, effective: false })
    await supervisor.unblock('simulator', 'ann')
    expect((await toldNow(supervisor))?.blocked).toEqual([])
    expect(personOf(supervisor, 'ann')).toMatchObject({ blocked: false, effective: true })
  })

  it('is refused for the owner', async () => {
    const supervisor = await home.supervisor()
    await expect(supervisor.block('simulator', 'owner')).rejects.toThrow('the owner can not be blocked')
    expect(personOf(supervisor, 'owner')?.blocked).toBe(false)
  })
})

describe('a revoke', () => {
  it('is not reported before the gateway has acknowledged it, and a silent gateway is killed for it', async () => {
    await addApproved(home.paths, 'simulator', sender('ann'))
    const supervisor = await home.supervisor()
    const { gateway } = await startRunning(supervisor)
    const pid = gateway.pid ?? 0
    const start = processTable.read(pid)?.start ?? ''
    await order(supervisor, 'silence')
    let aliveWhenDone: boolean | undefined
    const revoked = supervisor.revoke('simulator', 'ann').finally(() => {
      aliveWhenDone = isSameProcess(pid, start)
    })
    // On disk at once: from here on only the gateway's knowledge is awaited.
    await expect.poll(() => readApproved(home.paths, 'simulator'), SOON).toEqual([])
    expect(aliveWhenDone).toBeUndefined()
    expect(isSameProcess(pid, start)).toBe(true)
    await revoked
    expect(aliveWhenDone).toBe(false)
    const { gateway: after } = await inPhase(supervisor, 'backing-off')
    expect(after.error?.code).toBe('gateway_no_ack')
  })

  it('is done at once where no gateway runs', async () => {
    await addApproved(home.paths, 'simulator', sender('ann'))
    const supervisor = await home.supervisor()
    await supervisor.revoke('simulator', 'ann')
    expect(personOf(supervisor, 'ann')).toBeUndefined()
  })

  it('says so where the config still lets the person in', async () => {
    const supervisor = await home.supervisor()
    await expect(supervisor.revoke('simulator', 'friend')).rejects.toThrow(/let in by the config/)
  })
})

describe('a store that is corrupt', () => {
  it.each(['allowFrom', 'pairing', 'blocked'])(
    '%s closes its provider, is named, and its repair opens it',
    async (what) => {
      const file = join(home.paths.credentials, `simulator-${what}.json`)
      const supervisor = await home.supervisor()
      await startRunning(supervisor)
      expect((await toldNow(supervisor))?.dmPolicy).toBe('pairing')
      writeFileSync(file, '{"version":1,')
      const broken = await stateWhere(supervisor, ({ problems }) => problems.length > 0)
      expect(broken.problems).toMatchObject([
        { provider: 'simulator', file, error: { code: 'store_corrupt' } },
      ])
      expect(broken.people.every(({ provider, effective }) => provider !== 'simulator' || !effective)).toBe(
        true,
      )
      expect((await toldNow(supervisor))?.dmPolicy).toBe('disabled')
      const list = { allowFrom: 'allowFrom', pairing: 'requests', blocked: 'blocked' }[what] ?? ''
      writeFileSync(file, JSON.stringify({ version: 1, [list]: [] }))
      await stateWhere(supervisor, ({ problems }) => problems.length === 0)
      expect((await toldNow(supervisor))?.dmPolicy).toBe('pairing')
    },
  )
})

describe('the gateway’s request for a stranger', () => {
  it('is checked, written, and answered with the code', async () => {
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    await order(supervisor, 'ask ann Ann')
    const { outcome } = await answerOf(supervisor)
    const [request] = await listRequests(home.paths, 'simulator', Date.now())
    expect(outcome).toEqual({ kind: 'created', code: request?.code, reply: true })
    await stateWhere(supervisor, ({ requests }) => requests.some(({ id }) => id === 'ann'))
    await expect.poll(async () => (await toldNow(supervisor))?.pending, SOON).toMatchObject([{ id: 'ann' }])
  })

  it.each(['allowlist', 'disabled'])(
    'is refused under %s, whatever the gateway believes',
    async (dmPolicy) => {
      home.config({ simulator: { dmPolicy } })
      const supervisor = await home.supervisor()
      await startRunning(supervisor)
      await order(supervisor, 'ask ann Ann')
      expect((await answerOf(supervisor))['outcome']).toEqual({ kind: 'refused', why: 'policy' })
      expect(await listRequests(home.paths, 'simulator', Date.now())).toEqual([])
    },
  )

  it('is refused for an id that is none', async () => {
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    await order(supervisor, 'ask ../../etc Ann')
    expect((await answerOf(supervisor))['outcome']).toEqual({ kind: 'refused', why: 'sender_invalid' })
  })
})

describe('a block list that is gone', () => {
  it('lets in none of those who were on it: its messenger is closed until it is back', async () => {
    home.config({ simulator: { allowFrom: ['mallory'] } })
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    await supervisor.block('simulator', 'mallory')
    const file = join(home.paths.credentials, 'simulator-blocked.json')
    const text = readFileSync(file, 'utf8')
    rmSync(file)
    const { problems } = await stateWhere(supervisor, (state) => state.problems.length > 0)
    expect(problems).toMatchObject([{ file, error: { code: 'store_unreadable' } }])
    await expect
      .poll(() => toldNow(supervisor), SOON)
      .toMatchObject({ dmPolicy: 'disabled', blocked: ['mallory'] })
    // Another look finds the same.
    await supervisor.unblock('simulator', 'somebody-else')
    expect(supervisor.snapshot().state.problems).toHaveLength(1)
    writeFileSync(file, text)
    await stateWhere(supervisor, (state) => state.problems.length === 0)
    await expect
      .poll(() => toldNow(supervisor), SOON)
      .toMatchObject({ dmPolicy: 'pairing', blocked: ['mallory'] })
  })
})
