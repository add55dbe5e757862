import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Supervisor } from '../supervisor.ts'
import { createTestHome, startRunning, stateWhere, type TestHome } from '../testing/test-home.ts'
import { putFakeArchive } from './testing/fake-archive.ts'

let home: TestHome
beforeEach(() => {
  home = createTestHome()
})
afterEach(() => home.remove())

const order = (supervisor: Supervisor, words: string): Promise<string> =>
  supervisor.archive.ask('session', { name: words }).then(
    () => 'answered',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )

const ready = (supervisor: Supervisor) => stateWhere(supervisor, ({ archive }) => archive.phase === 'ready')

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('the archive of a supervisor', () => {
  it('is there without a gateway, and ends with the supervisor', async () => {
    putFakeArchive(home.appRoot)
    const supervisor = await home.supervisor('', { runsAs: 'app' })
    expect((await ready(supervisor)).gateway.phase).toBe('stopped')
    const pid = Number(await order(supervisor, 'pid'))
    await supervisor.close()
    expect(lives(pid)).toBe(false)
  })

  it('is left alone by STOP: a bad day is when it is read', async () => {
    putFakeArchive(home.appRoot)
    const supervisor = await home.supervisor('', { runsAs: 'app' })
    await startRunning(supervisor)
    const pid = await order(supervisor, 'pid')
    const result = await supervisor.lockdown('the owner', 'a test')
    expect(result.survivors).toEqual([])
    expect(await order(supervisor, 'pid')).toBe(pid)
  })

  it('is told where the log is as the config says it, also when that changes', async () => {
    putFakeArchive(home.appRoot)
    const supervisor = await home.supervisor('', { runsAs: 'app' })
    expect(JSON.parse(await order(supervisor, 'start')).logFile).toBe(home.logFile)
    const other = join(home.root, 'other/clawdbot-YYYY-MM-DD.log')
    home.config({ logging: { file: other } })
    await expect
      .poll(() => order(supervisor, 'start'), { timeout: 30_000 })
      .toContain('other/clawdbot-YYYY-MM-DD.log')
  })

  it('does not keep a supervisor from its work where it can not run, and says why', async () => {
    const supervisor = await home.supervisor('', { runsAs: 'app' })
    const { gateway, archive } = await startRunning(supervisor)
    expect(gateway.phase).toBe('running')
    expect(archive).toMatchObject({ phase: 'failed', error: { code: 'runtime_missing' } })
    await expect(supervisor.archive.ask('status', {})).rejects.toMatchObject({ code: 'runtime_missing' })
  })

  it('is not begun without a window, until somebody asks', async () => {
    putFakeArchive(home.appRoot)
    const supervisor = await home.supervisor()
    const { archive } = await startRunning(supervisor)
    expect(archive.phase).toBe('starting')
    const pid = Number(await order(supervisor, 'pid'))
    expect(lives(pid)).toBe(true)
  })

  it('records what is taken out of it, also where that fails', async () => {
    putFakeArchive(home.appRoot)
    const supervisor = await home.supervisor('', { runsAs: 'app' })
    const what = { ref: 'echo no such session', format: 'markdown', secrets: 'keep' } as const
    await expect(supervisor.exportSession(join(home.root, 'a.md'), what)).rejects.toMatchObject({
      code: 'archive_refused',
    })
    await supervisor.close()
    const audit = readFileSync(join(home.paths.audit, 'log-000001.jsonl'), 'utf8')
    expect(audit).toContain('"archive.export"')
    expect(audit).toContain('"secrets":"keep"')
    expect(audit).toContain('"failed"')
  })
})
