import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { processTable } from '../processes/process-table.ts'
import { newRunId, RUN_ID_VARIABLE } from '../processes/run-cookie.ts'
import { UNSEEN } from '../stop/kill/kill-all.ts'
import { endPrograms, runProgram, SLEEPER } from '../testing/processes.ts'
import { createTestHome, SOON, startRunning, type TestHome } from '../testing/test-home.ts'
import { killOrphans } from './orphans.ts'
import { type RunFile, readRunFile } from './run-file.ts'

let home: TestHome
beforeEach(() => {
  home = createTestHome()
})
afterEach(async () => {
  endPrograms()
  await killOrphans(home.paths, undefined)
  await home.remove()
})

const runFile = (gateway: { pid: number; start: string }): RunFile => ({
  version: 1,
  supervisor: { pid: 1, start: 'long ago', kind: 'cli', program: '' },
  runId: 'x',
  gateway,
  phase: 'running',
  since: 0,
  error: '',
  providers: [],
})

const module = (path: string): string => JSON.stringify(join(import.meta.dirname, path))

/** A supervisor in a process of its own, with a gateway that does not care for its end. */
const strayGateway = async (fake: string) => {
  const source = `
    import { createSupervisor } from ${module('../supervisor.ts')}
    import { resolveStatePaths } from ${module('../../shared/state/state-dir.ts')}
    const paths = resolveStatePaths(process.env, '/')
    const supervisor = await createSupervisor({
      paths, appRoot: process.env.APP_ROOT, home: '/', env: { CLAWDBOT_TEST: '1', CLAWDBOT_TEST_FAKE: process.env.FAKE },
    })
    supervisor.subscribe(({ changed }) => {
      if (changed.gateway?.phase === 'running') console.log(changed.gateway.pid)
    })
    await supervisor.start()
  `
  const env = { CLAWDBOT_STATE_DIR: home.paths.root, APP_ROOT: home.appRoot, FAKE: fake }
  const supervisor = await runProgram(source, env)
  const pid = Number(supervisor.firstLine)
  expect(processTable.read(pid)).toBeDefined()
  return { supervisor, pid }
}

describe('a gateway of an earlier run', () => {
  it('ends by itself when its supervisor is killed', async () => {
    const { supervisor, pid } = await strayGateway('')
    supervisor.child.kill('SIGKILL')
    await expect.poll(() => processTable.read(pid), SOON).toBeUndefined()
  })

  it('that does not is killed by the next supervisor, before anything starts', async () => {
    const { supervisor, pid } = await strayGateway('ignores-term')
    supervisor.child.kill('SIGKILL')
    await expect.poll(() => supervisor.alive(), SOON).toBe(false)
    expect(processTable.read(pid)).toBeDefined()
    const next = await home.supervisor()
    expect(processTable.read(pid)).toBeUndefined()
    await startRunning(next)
  })

  it('is found by its environment where nothing was written down', async () => {
    const orphan = await runProgram(SLEEPER, { [RUN_ID_VARIABLE]: newRunId(home.paths.root) })
    expect(await killOrphans(home.paths, undefined)).toMatchObject({ killed: 1, survivors: [] })
    expect(orphan.alive()).toBe(false)
  })

  it('that is only slow to die, or can not be looked for at first, keeps nobody from starting', async () => {
    const slow = { pid: 7, parent: 1, group: 7, start: 'then', hangs: false, command: 'gateway' }
    const looks = [[UNSEEN], [slow], []]
    const report = await killOrphans(home.paths, undefined, {
      kill: async () => ({ deadMs: null, killed: 0, survivors: looks.shift() ?? [], escaped: [] }),
    })
    expect(report.survivors).toEqual([])
    expect(looks).toEqual([])
  })

  it('that does not die is reported, and so is that nobody can look', async () => {
    const report = await killOrphans(home.paths, undefined, {
      patienceMs: 0,
      kill: async () => ({ deadMs: null, killed: 0, survivors: [UNSEEN], escaped: [] }),
    })
    expect(report.survivors).toEqual([UNSEEN])
  })

  it('is not confused with the process that has its pid now', async () => {
    const innocent = await runProgram(SLEEPER)
    const { pid } = innocent
    expect(await killOrphans(home.paths, runFile({ pid, start: 'another start' }))).toMatchObject({
      killed: 0,
    })
    // Even the same start proves nothing without the run id in its environment.
    expect(await killOrphans(home.paths, runFile({ pid, start: innocent.start }))).toMatchObject({
      killed: 0,
    })
    expect(innocent.alive()).toBe(true)
  })
})

describe('one state directory', () => {
  it('has one supervisor: a second one is refused, and disturbs nothing', async () => {
    const { supervisor, pid } = await strayGateway('')
    await expect(home.supervisor()).rejects.toMatchObject({
      code: 'already_running',
      message: expect.stringContaining(String(supervisor.pid)),
    })
    expect(processTable.read(pid)).toBeDefined()
    expect(await readRunFile(home.paths)).toMatchObject({
      supervisor: { pid: supervisor.pid },
      gateway: { pid },
    })
    supervisor.child.kill('SIGKILL')
  })

  it('is refused to a second supervisor of the same process, and free after the first is closed', async () => {
    const first = await home.supervisor()
    await expect(home.supervisor()).rejects.toMatchObject({ code: 'already_running' })
    await first.close()
    await home.supervisor()
  })

  it('is free again after its supervisor was killed', async () => {
    const { supervisor } = await strayGateway('')
    supervisor.child.kill('SIGKILL')
    await expect.poll(() => supervisor.alive(), SOON).toBe(false)
    await startRunning(await home.supervisor())
  })
})
