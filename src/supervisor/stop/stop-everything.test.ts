import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseSenderId } from '../../shared/domain/identity.ts'
import { listRequests, requestPairing } from '../../shared/state/pairing-store.ts'
import { resolveStatePaths } from '../../shared/state/state-dir.ts'
import { isSameProcess, processTable } from '../processes/process-table.ts'
import { cookieOfStateDir, newRunId, RUN_ID_VARIABLE } from '../processes/run-cookie.ts'
import { claimStateDir } from '../run/run-file.ts'
import { dockerEnv } from '../testing/docker-env.ts'
import { ESCAPING, endPrograms, runProgram, SLEEPER } from '../testing/processes.ts'
import {
  createTestHome,
  inPhase,
  SOON,
  startRunning,
  stateWhere,
  type TestHome,
} from '../testing/test-home.ts'
import { pastLockdowns, readLatch } from './latch/latch.ts'
import { resumeLatch } from './latch/resume-latch.ts'
import { stopEverything } from './stop-everything.ts'

let home: TestHome
beforeEach(() => {
  home = createTestHome()
})
afterEach(async () => {
  endPrograms()
  await home.remove()
})

const stop = (more: Partial<Parameters<typeof stopEverything>[0]> = {}) =>
  stopEverything({ paths: home.paths, by: 'test', reason: 'a test', env: dockerEnv(), ...more })

const ours = (): NodeJS.ProcessEnv => ({ [RUN_ID_VARIABLE]: newRunId(home.paths.root) })

describe('STOP', () => {
  it('kills a gateway that ignores SIGTERM, latches, and proves both', async () => {
    const supervisor = await home.supervisor('ignores-term')
    const { gateway } = await startRunning(supervisor)
    const start = processTable.read(gateway.pid ?? 0)?.start ?? ''
    const result = await supervisor.lockdown('app', 'STOP was pressed')
    expect(isSameProcess(gateway.pid ?? 0, start)).toBe(false)
    expect(result).toMatchObject({ survivors: [], latchError: null, killed: 1 })
    expect(result.deadMs).toBeGreaterThanOrEqual(result.latchMs ?? Number.NaN)
    expect(result.verifiedMs).toBeGreaterThanOrEqual(result.deadMs ?? Number.NaN)
    expect(await readLatch(home.paths)).toMatchObject({
      kind: 'locked',
      by: 'app',
      reason: 'STOP was pressed',
    })
    const { state } = supervisor.snapshot()
    expect(state.gateway.phase).toBe('locked')
    expect(state.lockdown).toMatchObject({ by: 'app', result })
  })

  it('kills a gateway whose event loop is blocked', async () => {
    const supervisor = await home.supervisor()
    const { gateway } = await startRunning(supervisor)
    await supervisor.simulate('owner', '', 'block')
    const result = await supervisor.lockdown('app', 'it hangs')
    expect(result.survivors).toEqual([])
    expect(processTable.read(gateway.pid ?? 0)).toBeUndefined()
  })

  it.runIf(process.platform === 'linux')(
    'finds a grandchild that left the session, by the cookie in its environment',
    async () => {
      const parent = await runProgram(ESCAPING, ours())
      const grandchild = Number(parent.firstLine)
      expect(processTable.read(grandchild)?.group).toBe(grandchild)
      const result = await stop({ children: [parent.pid] })
      expect(result).toMatchObject({ survivors: [], killed: 2 })
      expect(processTable.read(grandchild)).toBeUndefined()
    },
  )

  it('spares a process of another state directory, and one that only has the same parent', async () => {
    const other = await runProgram(SLEEPER, { [RUN_ID_VARIABLE]: newRunId('/somewhere/else') })
    const plain = await runProgram(SLEEPER)
    const result = await stop()
    expect(result.killed).toBe(0)
    expect([other.alive(), plain.alive()]).toEqual([true, true])
  })

  it('needs no supervisor and no run file', async () => {
    const gateway = await runProgram(SLEEPER, ours())
    rmSync(home.paths.run, { force: true })
    expect(await stop()).toMatchObject({ killed: 1, survivors: [] })
    expect(gateway.alive()).toBe(false)
  })

  it('does not kill the process that a reused pid in the run file belongs to', async () => {
    const innocent = await runProgram(SLEEPER)
    const claim = await claimStateDir(home.paths, Date.now())
    const gateway = { pid: innocent.pid, start: 'another start' }
    await claim.write({ runId: 'x', gateway, phase: 'running', since: 0, error: '', providers: [] })
    expect((await stop()).killed).toBe(0)
    expect(innocent.alive()).toBe(true)
  })

  it('kills also where the latch can not be written, and says so', async () => {
    const gateway = await runProgram(SLEEPER, ours())
    // Nobody, not even root, can make a file below a file.
    rmSync(home.paths.root, { recursive: true })
    writeFileSync(home.paths.root, '')
    const result = await stop({ children: [gateway.pid] })
    expect(gateway.alive()).toBe(false)
    expect(result).toMatchObject({ latchMs: null, survivors: [], latchError: { code: 'latch_unwritable' } })
  })

  it.runIf(process.platform === 'linux' && process.getuid?.() === 0)(
    'latches and kills on a full disk',
    async () => {
      const mount = join(home.root, 'small')
      mkdirSync(mount)
      execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', mount])
      try {
        const paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: mount }, home.root)
        const gateway = await runProgram(SLEEPER, { [RUN_ID_VARIABLE]: newRunId(paths.root) })
        expect(() => writeFileSync(join(mount, 'filler'), Buffer.alloc(1024 * 1024))).toThrow(/ENOSPC/)
        const result = await stop({ paths })
        expect(gateway.alive()).toBe(false)
        expect(result.survivors).toEqual([])
        // The empty file takes no block, and its presence is the latch.
        expect(result.latchError).toBeNull()
        expect((await readLatch(paths)).kind).toBe('locked')
      } finally {
        execFileSync('/bin/umount', ['-l', mount])
      }
    },
  )

  it('from another process is seen by the supervising one, which locks', async () => {
    const supervisor = await home.supervisor('', { random: () => 0 })
    const { gateway } = await startRunning(supervisor)
    const program = `
      import { stopEverything } from ${JSON.stringify(join(import.meta.dirname, 'stop-everything.ts'))}
      import { resolveStatePaths } from ${JSON.stringify(join(import.meta.dirname, '../../shared/state/state-dir.ts'))}
      const paths = resolveStatePaths(process.env, '/')
      console.log(JSON.stringify(await stopEverything({ paths, by: 'cli', reason: 'from outside', env: process.env })))
      setInterval(() => {}, 1000)
    `
    const cli = await runProgram(program, { ...dockerEnv(), CLAWDBOT_STATE_DIR: home.paths.root })
    // The one that supervises may see the latch in time to kill it first.
    expect(JSON.parse(cli.firstLine)).toMatchObject({ survivors: [], latchError: null })
    const state = await inPhase(supervisor, 'locked')
    expect(state.lockdown).toMatchObject({ by: 'cli', reason: 'from outside' })
    expect(processTable.read(gateway.pid ?? 0)).toBeUndefined()
    await expect(supervisor.start()).rejects.toMatchObject({ code: 'locked_down' })
  })

  it('leaves no pairing code that could be approved', async () => {
    const sender = parseSenderId('simulator', 'ann')
    if (sender === undefined) throw new Error('no id')
    const options = { answer: true, silent: false }
    const made = await requestPairing(home.paths, 'simulator', sender, {}, Date.now(), options)
    const supervisor = await home.supervisor()
    await supervisor.lockdown('app', 'a test')
    const code = made.kind === 'created' ? made.request.code : ''
    await expect(supervisor.approve('simulator', 'ann', code)).rejects.toMatchObject({ code: 'locked_down' })
    await supervisor.resume('the test goes on')
    expect(await listRequests(home.paths, 'simulator', Date.now())).toEqual([])
    await stateWhere(supervisor, ({ requests }) => requests.length === 0)
  })
})

describe('a lockdown', () => {
  it('survives the supervisor: the next one is locked and starts nothing', async () => {
    const first = await home.supervisor()
    await first.lockdown('app', 'something is wrong')
    await first.close()
    const second = await home.supervisor()
    const { gateway, lockdown } = second.snapshot().state
    expect(gateway.phase).toBe('locked')
    expect(lockdown).toMatchObject({ by: 'app', reason: 'something is wrong' })
    await expect(second.start()).rejects.toMatchObject({ code: 'locked_down' })
    await expect(second.restart()).rejects.toMatchObject({ code: 'locked_down' })
    await expect(second.simulate('owner', '', 'hello')).rejects.toMatchObject({ code: 'locked_down' })
  })

  it.each(['', '{', 'null', '{"version":9}'])('holds whatever is in its file: %j', async (text) => {
    writeFileSync(home.paths.lockdown, text)
    const supervisor = await home.supervisor()
    expect(supervisor.snapshot().state.gateway.phase).toBe('locked')
  })

  it('pressed while the gateway is being launched leaves none behind', async () => {
    const supervisor = await home.supervisor()
    await supervisor.start()
    const result = await supervisor.lockdown('app', 'at once')
    expect(result.survivors).toEqual([])
    await stateWhere(supervisor, ({ gateway }) => gateway.phase === 'locked' && gateway.pid === null)
    const cookie = cookieOfStateDir(home.paths.root)
    expect(processTable.list().filter(({ pid }) => processTable.carries(pid, cookie))).toEqual([])
  })

  it('set between the order to start and the launch prevents the launch', async () => {
    const supervisor = await home.supervisor()
    await supervisor.start()
    writeFileSync(home.paths.lockdown, '')
    await inPhase(supervisor, 'locked')
    expect(supervisor.snapshot().state.gateway.pid).toBeNull()
  })

  it('ends by a resume, is recorded with its reason, and starts nothing', async () => {
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    await supervisor.lockdown('app', 'a look around')
    await supervisor.resume('the token was changed')
    expect(supervisor.snapshot().state).toMatchObject({
      lockdown: null,
      gateway: { phase: 'stopped', pid: null },
    })
    expect(await readLatch(home.paths)).toEqual({ kind: 'open' })
    expect(await pastLockdowns(home.paths)).toMatchObject([
      { by: 'app', reason: 'a look around', resumeReason: 'the token was changed' },
    ])
    await startRunning(supervisor)
  })

  it('that is resumed by the command line ends here too', async () => {
    const supervisor = await home.supervisor()
    await supervisor.lockdown('app', 'a look around')
    await resumeLatch(home.paths, { at: Date.now(), by: 'cli', reason: 'seen enough' })
    const { lockdown } = await inPhase(supervisor, 'stopped')
    expect(lockdown).toBeNull()
  })

  it.each([
    ['the latch file', ['lockdown']],
    ['both records', ['lockdown', 'lockdowns']],
  ] as const)(
    'whose supervisor runs is not ended by taking away %s: it is written again',
    async (_, files) => {
      const supervisor = await home.supervisor()
      await supervisor.lockdown('app', 'a look around')
      for (const file of files) rmSync(home.paths[file])
      await expect.poll(() => existsSync(home.paths.lockdown), SOON).toBe(true)
      expect(await readLatch(home.paths)).toMatchObject({ by: 'app', reason: 'a look around' })
      expect(supervisor.snapshot().state.gateway.phase).toBe('locked')
    },
  )

  it('that is nothing but a line of the journal is seen by the supervisor, which kills and locks', async () => {
    const supervisor = await home.supervisor()
    const { gateway } = await startRunning(supervisor)
    const line = { version: 1, event: 'stopped', incident: '', id: 'x', at: 1, by: 'cli', reason: 'a test' }
    writeFileSync(home.paths.lockdowns, `${JSON.stringify(line)}\n`)
    expect((await inPhase(supervisor, 'locked')).lockdown).toMatchObject({ by: 'cli', reason: 'a test' })
    await expect.poll(() => processTable.read(gateway.pid ?? 0), SOON).toBeUndefined()
    await expect.poll(() => existsSync(home.paths.lockdown), SOON).toBe(true)
  })

  it('shows after a restart how the stop went', async () => {
    const first = await home.supervisor()
    const result = await first.lockdown('app', 'something is wrong')
    await first.close()
    const second = await home.supervisor()
    const { lockdown } = await stateWhere(second, (state) => state.lockdown?.result != null)
    expect(lockdown?.result).toEqual(result)
  })

  it('that could not be latched is held in memory, and latched as soon as the disk allows', async () => {
    const supervisor = await home.supervisor()
    rmSync(home.paths.root, { recursive: true })
    writeFileSync(home.paths.root, '')
    const result = await supervisor.lockdown('app', 'disk trouble')
    expect(result.latchError?.code).toBe('latch_unwritable')
    expect(supervisor.snapshot().state.gateway.phase).toBe('locked')
    await expect(supervisor.start()).rejects.toMatchObject({ code: 'locked_down' })
    rmSync(home.paths.root)
    mkdirSync(home.paths.root)
    await expect.poll(() => readLatch(home.paths), SOON).toMatchObject({ kind: 'locked' })
    expect(supervisor.snapshot().state.gateway.phase).toBe('locked')
  })
})
