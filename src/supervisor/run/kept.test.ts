// What goes on without a window after a quit, and how the next app takes it back: with real processes.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { processTable } from '../processes/process-table.ts'
import { endPrograms, runProgram, SLEEPER, type TestProcess } from '../testing/processes.ts'
import { createTestHome, inPhase, SOON, startRunning, type TestHome } from '../testing/test-home.ts'
import { handOver } from './hand-over.ts'
import { killOrphans } from './orphans.ts'
import { isSupervised, readRunFile } from './run-file.ts'
import { takeOverKept } from './take-over.ts'

let home: TestHome
/** Supervisors of their own that a test left alive. */
const alive = new Set<number>()

beforeEach(() => {
  home = createTestHome()
})
afterEach(async () => {
  for (const pid of alive) if (processTable.read(pid) !== undefined) process.kill(pid, 'SIGKILL')
  alive.clear()
  endPrograms()
  await killOrphans(home.paths, undefined)
  await home.remove()
})

const module = (path: string): string => JSON.stringify(join(import.meta.dirname, path))

/** A supervisor in a process of its own, with a running gateway; `obedient`: SIGTERM closes it, as it does the cli. */
const elsewhere = async (
  kind: string,
  program: string,
  manners: 'obedient' | 'stubborn' = 'obedient',
): Promise<TestProcess & { readonly gateway: number }> => {
  const source = `
    import { createSupervisor } from ${module('../supervisor.ts')}
    import { resolveStatePaths } from ${module('../../shared/state/state-dir.ts')}
    const { APP_ROOT: appRoot, KIND: runsAs, PROGRAM: program, MANNERS } = process.env
    const paths = resolveStatePaths(process.env, '/')
    const env = { CLAWDBOT_TEST: '1' }
    const supervisor = await createSupervisor({ paths, appRoot, home: '/', env, runsAs, program })
    process.on('SIGTERM', async () => {
      if (MANNERS === 'stubborn') return
      await supervisor.close()
      process.exit(0)
    })
    supervisor.subscribe(({ changed }) => {
      if (changed.gateway?.phase === 'running') console.log(changed.gateway.pid)
    })
    await supervisor.start()
  `
  const env = { CLAWDBOT_STATE_DIR: home.paths.root, APP_ROOT: home.appRoot, KIND: kind, PROGRAM: program }
  const process = await runProgram(source, { ...env, MANNERS: manners })
  return { ...process, gateway: Number(process.firstLine) }
}

/** A run.json as a supervisor leaves it that has no gateway now. */
const writeRun = (supervisor: object): void =>
  writeFileSync(
    home.paths.run,
    JSON.stringify({
      version: 1,
      supervisor,
      runId: '',
      gateway: null,
      phase: 'stopped',
      since: 0,
      error: '',
      providers: [],
    }),
  )

describe('a gateway that was left running when the app was quit', () => {
  it('is ended by the next app, which then runs its own', async () => {
    const kept = await elsewhere('kept', '1.0.0')
    expect(await readRunFile(home.paths)).toMatchObject({ supervisor: { kind: 'kept', program: '1.0.0' } })
    const app = await home.supervisor('', { runsAs: 'app', program: '1.0.0' })
    expect(kept.alive()).toBe(false)
    expect(processTable.read(kept.gateway)).toBeUndefined()
    const { gateway } = await startRunning(app)
    expect(gateway.pid).not.toBe(kept.gateway)
    expect(await readRunFile(home.paths)).toMatchObject({
      supervisor: { pid: process.pid, kind: 'app', program: '1.0.0' },
    })
  })

  it('is ended by an app of another version too, so that an update restarts cleanly', async () => {
    const kept = await elsewhere('kept', '0.0.1')
    const app = await home.supervisor('', { runsAs: 'app', program: '2.0.0' })
    expect(kept.alive()).toBe(false)
    await startRunning(app)
    expect(await readRunFile(home.paths)).toMatchObject({ supervisor: { kind: 'app', program: '2.0.0' } })
  })

  it('is not taken over by `clawdbot gateway`, which says what to do', async () => {
    const kept = await elsewhere('kept', '1.0.0')
    await expect(home.supervisor('', { runsAs: 'cli' })).rejects.toMatchObject({
      code: 'already_running',
      hint: expect.stringContaining('start the app'),
    })
    expect(kept.alive()).toBe(true)
  })

  it('is named where it does not end, and nothing else is started', async () => {
    const kept = await elsewhere('kept', '1.0.0', 'stubborn')
    await expect(takeOverKept(home.paths, 200)).rejects.toMatchObject({
      code: 'already_running',
      message: expect.stringContaining(String(kept.pid)),
    })
    expect(kept.alive()).toBe(true)
    expect(await readRunFile(home.paths)).toMatchObject({ supervisor: { pid: kept.pid, kind: 'kept' } })
  })

  it('that crashed is nobody, and its orphan is ended like any other', async () => {
    const kept = await elsewhere('kept', '1.0.0')
    kept.child.kill('SIGKILL')
    await expect.poll(() => kept.alive(), SOON).toBe(false)
    expect(await takeOverKept(home.paths)).toBeUndefined()
    await startRunning(await home.supervisor('', { runsAs: 'app' }))
    expect(processTable.read(kept.gateway)).toBeUndefined()
  })
})

describe('a gateway that the owner started by hand', () => {
  it('is left alone by an app, which is refused', async () => {
    const byHand = await elsewhere('cli', '1.0.0')
    await expect(home.supervisor('', { runsAs: 'app' })).rejects.toMatchObject({ code: 'already_running' })
    expect(byHand.alive()).toBe(true)
    expect(processTable.read(byHand.gateway)).toBeDefined()
  })

  it('is left alone where its run.json does not say what it is, as older ones do not', async () => {
    const older = await runProgram(SLEEPER)
    writeRun({ pid: older.pid, start: older.start })
    expect(await takeOverKept(home.paths)).toBeUndefined()
    expect(await readRunFile(home.paths)).toMatchObject({ supervisor: { kind: 'cli', program: '' } })
    expect(older.alive()).toBe(true)
  })

  it('is not mistaken for one that was kept because it has its pid', async () => {
    const innocent = await runProgram(SLEEPER)
    writeRun({ pid: innocent.pid, start: 'another start', kind: 'kept', program: '1.0.0' })
    expect(await takeOverKept(home.paths)).toBeUndefined()
    expect(innocent.alive()).toBe(true)
  })
})

/** The real cli, from source, as the app would find it built. */
const withCli = (): void => {
  mkdirSync(join(home.appRoot, 'out/cli'), { recursive: true })
  writeFileSync(join(home.appRoot, 'out/cli/main.js'), `import ${module('../../cli/main.ts')}`)
}

describe('handing the gateway over at a quit', () => {
  it('starts `clawdbot gateway --kept` as a process of its own, and the next app takes it back', async () => {
    withCli()
    const pid = await handOver({ ...home, env: { PATH: process.env['PATH'], CLAWDBOT_TEST: '1' } })
    alive.add(pid)
    const run = await readRunFile(home.paths)
    expect(run).toMatchObject({ supervisor: { pid, kind: 'kept', program: expect.stringMatching(/^\d/) } })
    expect(run !== undefined && isSupervised(run)).toBe(true)
    // The leader of a group of its own: a Ctrl-C in the app's terminal does not reach it.
    expect(processTable.read(pid)?.group).toBe(pid)
    const app = await home.supervisor('', { runsAs: 'app' })
    expect(processTable.read(pid)).toBeUndefined()
    await startRunning(app)
    await app.stop()
    await inPhase(app, 'stopped')
  })

  it('says that nothing goes on where it could not be started', async () => {
    mkdirSync(join(home.appRoot, 'out/cli'), { recursive: true })
    writeFileSync(join(home.appRoot, 'out/cli/main.js'), 'process.exit(7)')
    await expect(handOver({ ...home, env: {} })).rejects.toMatchObject({
      code: 'gateway_not_running',
      message: expect.stringContaining('exit code 7'),
    })
    expect(await readRunFile(home.paths)).toBeUndefined()
  })

  it('takes nothing along that changes how Node runs', async () => {
    mkdirSync(join(home.appRoot, 'out/cli'), { recursive: true })
    const seen = join(home.root, 'env.json')
    writeFileSync(
      join(home.appRoot, 'out/cli/main.js'),
      `import fs from 'node:fs'; fs.writeFileSync(${JSON.stringify(seen)}, JSON.stringify(process.env))`,
    )
    const env = {
      NODE_OPTIONS: '--max-old-space-size=100',
      ELECTRON_RUN_AS_NODE: '1',
      CLAWDBOT_RUN_ID: 'x',
      NODE_EXTRA_CA_CERTS: '/ca.pem',
    }
    await expect(handOver({ ...home, env })).rejects.toMatchObject({ code: 'gateway_not_running' })
    expect(JSON.parse(readFileSync(seen, 'utf8'))).toEqual({
      NODE_EXTRA_CA_CERTS: '/ca.pem',
      CLAWDBOT_STATE_DIR: home.paths.root,
    })
  })
})
