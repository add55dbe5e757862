import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isProvenStopped } from '../../shared/contracts/stop-views.ts'
import { resolveStatePaths } from '../../shared/state/state-dir.ts'
import { openAudit } from '../audit/audit.ts'
import { newRunId, RUN_ID_VARIABLE } from '../processes/run-cookie.ts'
import { dockerEnv } from '../testing/docker-env.ts'
import { endPrograms, runProgram, SLEEPER } from '../testing/processes.ts'
import { createTestHome, type TestHome } from '../testing/test-home.ts'
import { isLatched, readLatch } from './latch/latch.ts'
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
  stopEverything({ paths: home.paths, by: 'cli', reason: 'a test', env: dockerEnv(), ...more })
const ours = (root = home.paths.root): NodeJS.ProcessEnv => ({ [RUN_ID_VARIABLE]: newRunId(root) })

describe('the record of a stop', () => {
  it('has its evidence, hashed, and its figures in the audit', async () => {
    await runProgram(SLEEPER, ours())
    const result = await stop()
    expect(result).toMatchObject({ recordError: null, survivors: [], killed: 1 })
    const folder = join(home.paths.incidents, result.incident)
    const { incident: _, ...shown } = result
    expect(JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'))).toEqual(shown)
    const log = readFileSync(
      join(home.paths.audit, readdirSync(home.paths.audit).find((name) => name.startsWith('log-')) ?? ''),
      'utf8',
    )
    const record = log
      .split('\n')
      .filter((line) => line.includes('lockdown.stop'))
      .map((line) => JSON.parse(line))
    expect(record).toEqual([
      expect.objectContaining({
        act: 'lockdown.stop',
        actor: 'cli',
        detail: expect.objectContaining({
          incident: result.incident,
          killed: 1,
          manifestSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        }),
      }),
    ])
  })

  it('lists its steps in the order in which they happened, the latch before anything was killed', async () => {
    const { steps, latchMs, deadMs, verifiedMs } = await stop()
    expect(steps[0]).toMatchObject({ what: expect.stringContaining('latch is on disk') })
    expect(steps.map(({ at }) => at)).toEqual(steps.map(({ at }) => at).sort((a, b) => a - b))
    expect(
      [latchMs, deadMs, verifiedMs].every((ms, at, all) => at === 0 || (all[at - 1] ?? 0) <= (ms ?? 0)),
    ).toBe(true)
  })

  it('of a second stop of the same lockdown stands beside that of the first', async () => {
    const first = await stop()
    const second = await stop({ by: 'app' })
    expect(second.incident).toBe(first.incident)
    expect(second).toMatchObject({ recordError: null, latchError: null })
    expect(readdirSync(home.paths.incidents).sort()).toEqual([first.incident, `${first.incident}-2`])
    expect(await readLatch(home.paths)).toMatchObject({ by: 'cli', incident: first.incident })
  })

  it('of stops from several places at once is whole, and each has its own honest result', async () => {
    const gateway = await runProgram(SLEEPER, ours())
    const results = await Promise.all([stop({ children: [gateway.pid] }), stop(), stop(), stop()])
    for (const result of results) {
      expect(isProvenStopped(result)).toBe(true)
      expect(result.recordError).toBeNull()
    }
    expect(gateway.alive()).toBe(false)
    expect(readdirSync(home.paths.incidents)).toHaveLength(4)
    const audit = await openAudit({ paths: home.paths, now: Date.now })
    expect((await audit.verify()).firstBroken).toBeNull()
    await audit.close()
  })

  it('that can not be kept is said, and takes nothing from the stop', async () => {
    const gateway = await runProgram(SLEEPER, ours())
    rmSync(home.paths.incidents, { recursive: true, force: true })
    writeFileSync(home.paths.incidents, '')
    const result = await stop()
    expect(gateway.alive()).toBe(false)
    expect(isProvenStopped(result)).toBe(true)
    expect(result.recordError).toMatchObject({ code: 'state_not_writable' })
  })
})

const asRoot = process.platform === 'linux' && process.getuid?.() === 0

const runAsRoot = (program: string, ...args: readonly string[]): void =>
  void execFileSync(program, args, { stdio: 'ignore', env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } })

/** A file system whose writes can be made to hang; undefined where this machine has no loop device to give. */
const freezable = (mount: string): { freeze: () => void; end: () => void } | undefined => {
  const image = `${mount}.img`
  try {
    writeFileSync(image, '')
    runAsRoot('truncate', '-s', '16M', image)
    runAsRoot('mkfs.ext4', '-q', image)
    mkdirSync(mount)
    runAsRoot('mount', '-o', 'loop', image, mount)
  } catch {
    return undefined
  }
  let frozen = false
  return {
    freeze: () => {
      runAsRoot('fsfreeze', '-f', mount)
      frozen = true
    },
    end: () => {
      if (frozen) runAsRoot('fsfreeze', '-u', mount)
      runAsRoot('umount', '-l', mount)
    },
  }
}

describe.runIf(asRoot)('a disk that hangs', () => {
  it('delays neither the kill nor the answer for good, and the answer says that there is no latch', async (context) => {
    const disk = freezable(join(home.root, 'slow'))
    if (disk === undefined) {
      context.skip('no loop device')
      return
    }
    try {
      const paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: join(home.root, 'slow') }, home.root)
      const gateway = await runProgram(SLEEPER, ours(paths.root))
      disk.freeze()
      const result = await stop({ paths, children: [gateway.pid] })
      expect(gateway.alive()).toBe(false)
      expect(result).toMatchObject({ latchMs: null, survivors: [], latchError: { code: 'latch_unwritable' } })
      expect(result.deadMs).not.toBeNull()
      expect(result.recordError).not.toBeNull()
    } finally {
      disk.end()
    }
  })
})

describe.runIf(asRoot)('a full disk', () => {
  it.each([0, 4096, 8192])(
    'with %i bytes left still latches and kills, and says what could not be kept',
    async (left) => {
      const mount = join(home.root, 'small')
      mkdirSync(mount)
      execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', mount])
      try {
        const paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: mount }, home.root)
        const gateway = await runProgram(SLEEPER, ours(paths.root))
        writeFileSync(join(mount, 'filler'), Buffer.alloc(64 * 1024 - left))
        const result = await stop({ paths })
        expect(gateway.alive()).toBe(false)
        expect(result).toMatchObject({ survivors: [], latchError: null })
        expect(result.recordError).toMatchObject({
          code: expect.stringMatching(/disk_full|audit_unwritable/),
        })
        expect(isLatched(paths)).toBe(true)
        // The file alone may go: what there is of the journal is enough.
        rmSync(paths.lockdown)
        expect(isLatched(paths)).toBe(true)
      } finally {
        execFileSync('/bin/umount', ['-l', mount])
      }
    },
  )
})

const LOOPS = 100
const here = (path: string): string => JSON.stringify(join(import.meta.dirname, path))

describe('a stop that is itself killed at any moment', () => {
  it('has either killed nothing, or left the lockdown', async () => {
    const program = `
      import { stopEverything } from ${here('stop-everything.ts')}
      import { resolveStatePaths } from ${here('../../shared/state/state-dir.ts')}
      process.stdout.write('ready\\n')
      process.stdin.once('data', async () => {
        const paths = resolveStatePaths(process.env, '/')
        await stopEverything({ paths, by: 'cli', reason: 'a test', env: process.env })
        process.stdout.write('done\\n')
      })
    `
    /** Of those loops in which something was killed: was there a latch? */
    const killed: boolean[] = []
    const again: unknown[] = []
    let untouched = 0
    /** How long a whole stop took so far: the moments are spread over it. */
    let longest = 20
    for (let loop = 0; loop < LOOPS; loop += 1) {
      const root = join(home.root, `state-${String(loop)}`)
      mkdirSync(root)
      const paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: root }, home.root)
      const gateway = spawn('sleep', ['60'], {
        detached: true,
        stdio: 'ignore',
        env: { PATH: process.env['PATH'], ...ours(root) },
      })
      const dead = new Promise<void>((resolve) => gateway.once('exit', () => resolve()))
      const stopper = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['pipe', 'pipe', 'inherit'],
        env: { PATH: process.env['PATH'], ...dockerEnv(), CLAWDBOT_STATE_DIR: root },
      })
      const ended = new Promise<void>((resolve) => stopper.once('exit', () => resolve()))
      await new Promise((ready) => stopper.stdout.once('data', ready))
      const done = new Promise<void>((resolve) => stopper.stdout.once('data', () => resolve()))
      const begin = performance.now()
      stopper.stdin.write('go\n')
      if (loop === 0) {
        await done
        longest = performance.now() - begin
      } else await Promise.race([sleep(longest * ((loop % 50) / 50)), done])
      stopper.kill('SIGKILL')
      await ended
      // What it had sent, arrives.
      await Promise.race([dead, sleep(5)])
      if (gateway.exitCode === null && gateway.signalCode === null) untouched += 1
      else killed.push(isLatched(paths))
      // Whatever it left, the next stop goes through.
      if (loop % 10 === 0) again.push(await stop({ paths }))
      gateway.kill('SIGKILL')
      rmSync(root, { recursive: true })
    }
    expect(killed.every((latched) => latched)).toBe(true)
    for (const result of again)
      expect(result).toMatchObject({ latchError: null, survivors: [], recordError: null })
    // Both happened, or the moments were badly chosen.
    expect(killed.length).toBeGreaterThan(0)
    expect(untouched).toBeGreaterThan(0)
  })
})
