import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { processTable } from '../../processes/process-table.ts'
import { cookieOfStateDir, newRunId, RUN_ID_VARIABLE } from '../../processes/run-cookie.ts'
import {
  FLOOD,
  FORK_BOMB,
  FORK_BOMB_IN_GROUP,
  HARES,
  SESSIONS,
  SPIN,
  WITHOUT_COOKIE,
} from '../../testing/bombs.ts'
import { dockerEnv } from '../../testing/docker-env.ts'
import { createTestHome, SOON, type TestHome } from '../../testing/test-home.ts'
import { stopEverything } from '../stop-everything.ts'
import { findSurvivors } from '../survivors.ts'
import { killAll } from './kill-all.ts'

let home: TestHome
const started: ChildProcess[] = []
beforeEach(() => {
  home = createTestHome()
})
afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
  await killAll({ groups: new Set(), cookie: cookie() })
  await home.remove()
})

const cookie = (): string => cookieOfStateDir(home.paths.root)
const livingCarriers = (): readonly number[] =>
  processTable.list().flatMap(({ pid }) => (processTable.carries(pid, cookie()) ? [pid] : []))

/** A stand-in for a gateway, written in Perl, which every Debian has and which starts in a moment. */
const run = async (source: string, count = 1): Promise<number> => {
  const child = spawn('perl', ['-e', source, String(count)], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], [RUN_ID_VARIABLE]: newRunId(home.paths.root) },
  })
  started.push(child)
  await once(child.stdout, 'data')
  return child.pid ?? 0
}

const stop = (children: readonly number[]) =>
  stopEverything({ paths: home.paths, by: 'test', reason: 'a test', env: dockerEnv(), children })

const groupOf = (leader: number): number => processTable.list().filter(({ group }) => group === leader).length

describe.runIf(process.platform === 'linux')('STOP leaves nothing of', () => {
  it('a program that forks without end in its group', async () => {
    const leader = await run(FORK_BOMB_IN_GROUP, 150)
    await expect.poll(() => groupOf(leader), SOON).toBeGreaterThan(20)
    const result = await stop([leader])
    expect(result).toMatchObject({ survivors: [], latchError: null })
    expect(groupOf(leader)).toBe(0)
    expect(livingCarriers()).toEqual([])
  })

  it('a program that forks without end, each in a session of its own', async () => {
    const leader = await run(FORK_BOMB, 150)
    await expect.poll(() => livingCarriers().length, SOON).toBeGreaterThan(20)
    const result = await stop([leader])
    expect(result.survivors).toEqual([])
    expect(result.killed).toBeGreaterThan(20)
    expect(livingCarriers()).toEqual([])
  })

  it('processes that each fork and end at once, so that none keeps its pid', async () => {
    const leader = await run(HARES, 5)
    const result = await stop([leader])
    expect(result.survivors).toEqual([])
    expect(livingCarriers()).toEqual([])
  })

  it('250 that ignore SIGTERM, in sessions and folders of their own and without their parents', async () => {
    const leader = await run(SESSIONS, 250)
    await expect.poll(() => livingCarriers().length, SOON).toBe(251)
    const result = await stop([leader])
    expect(result).toMatchObject({ survivors: [], killed: 251 })
    expect(livingCarriers()).toEqual([])
  })

  it('a child without any sign of ours but its descent', async () => {
    const leader = await run(WITHOUT_COOKIE)
    const child = (await processTable.family(new Set([leader]))).find(({ pid }) => pid !== leader)
    if (child === undefined) throw new Error('there is no child')
    await expect.poll(() => processTable.carries(child.pid, cookie()), SOON).toBe(false)
    expect(child.group).not.toBe(leader)
    expect(await stop([leader])).toMatchObject({ survivors: [], killed: 2 })
    expect(processTable.read(child.pid)).toBeUndefined()
  })

  it.each([
    ['prints without end and is not read', FLOOD],
    ['runs hot', SPIN],
  ])('a gateway that %s', async (_, source) => {
    const leader = await run(source)
    expect(await stop([leader])).toMatchObject({ survivors: [], killed: 1 })
    expect(processTable.read(leader)).toBeUndefined()
  })

  it('a gateway that is stopped by SIGSTOP', async () => {
    const leader = await run(SPIN)
    process.kill(leader, 'SIGSTOP')
    expect(await stop([leader])).toMatchObject({ survivors: [], killed: 1 })
    expect(processTable.read(leader)).toBeUndefined()
  })

  it('a gateway that is only being started', async () => {
    // Killed in every state between fork and the first line of the program.
    for (let round = 0; round < 20; round += 1) {
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
        detached: true,
        stdio: 'ignore',
        env: { [RUN_ID_VARIABLE]: newRunId(home.paths.root) },
      })
      started.push(child)
      const { deadMs } = await killAll({ groups: new Set([child.pid ?? 0]), cookie: cookie() })
      expect(deadMs).not.toBeNull()
      expect(livingCarriers()).toEqual([])
    }
  })

  it('a gateway that is being killed already, by two stops at once', async () => {
    const leader = await run(FORK_BOMB, 40)
    const results = await Promise.all([stop([leader]), stop([leader]), stop([])])
    for (const result of results) expect(result).toMatchObject({ survivors: [], latchError: null })
    expect(livingCarriers()).toEqual([])
  })
})

describe.runIf(process.platform === 'linux')('looking for survivors', () => {
  it('names what lives and touches nothing', async () => {
    const leader = await run(SPIN)
    const { survivors } = await findSurvivors({ paths: home.paths, env: dockerEnv() })
    expect(survivors).toEqual([{ kind: 'process', pid: leader, command: expect.stringContaining('perl') }])
    expect(processTable.read(leader)).toBeDefined()
  })

  it('finds none where only strangers live', async () => {
    expect(await findSurvivors({ paths: home.paths, env: dockerEnv() })).toEqual({
      survivors: [],
      error: null,
    })
  })
})

// Another user's process can not be read nor killed; only root can make one.
const asNobody = process.platform === 'linux' && process.getuid?.() === 0
describe.runIf(asNobody)('a process that may not be killed', () => {
  it('is named where it descends from the gateway, and nobody else’s is', () => {
    const program = `
      import { spawn } from 'node:child_process'
      import { killAll } from ${JSON.stringify(`${import.meta.dirname}/kill-all.ts`)}
      const child = spawn('perl', ['-e', '$| = 1; print "up\\\\n"; $0 = "of-the-tree"; sleep 60'], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
      await new Promise((up) => child.stdout.once('data', up))
      process.setgroups([]); process.setgid(65534); process.setuid(65534)
      const report = await killAll({ groups: new Set([child.pid]), cookie: 'CLAWDBOT_RUN_ID=none-' })
      console.log(JSON.stringify({ pid: child.pid, ...report }))
      process.exit(0)
    `
    const out: { pid: number; deadMs: number | null; survivors: { pid: number; command: string }[] } =
      JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }))
    try {
      expect(out.deadMs).toBeNull()
      expect(out.survivors).toEqual([
        expect.objectContaining({ pid: out.pid, command: expect.stringContaining('of-the-tree') }),
      ])
    } finally {
      process.kill(out.pid, 'SIGKILL')
    }
  })
})
