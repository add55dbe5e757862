// A stop that is not on disk yet, and a resume that only knows the disk: the stop holds, in memory too.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openAudit } from '../audit/audit.ts'
import { dockerEnv } from '../testing/docker-env.ts'
import { createTestHome, type TestHome } from '../testing/test-home.ts'
import { readLatch } from './latch/latch.ts'
import { resumeLatch } from './latch/resume-latch.ts'
import { createLockdown } from './lockdown.ts'

let home: TestHome
beforeEach(() => {
  home = createTestHome()
})
afterEach(() => home.remove())

/** A lockdown whose runner only keeps what it was told. */
const lockdownOnly = async () => {
  const { paths } = home
  let phase: 'stopped' | 'locked' = 'stopped'
  const audit = await openAudit({ paths, now: Date.now })
  const lockdown = createLockdown({
    paths,
    env: dockerEnv(),
    now: Date.now,
    runner: {
      view: () => ({
        state: {
          since: 0,
          watched: 0,
          entered: 0,
          run: 0,
          attempt: 0,
          failures: [],
          ...(phase === 'locked' ? { phase, child: false } : { phase }),
        },
        pid: null,
        start: '',
        runId: '',
        grants: [],
        lastOutput: [],
      }),
      dispatch: ({ type }) => {
        if (type === 'lockdown') phase = 'locked'
        if (type === 'resume') phase = 'stopped'
      },
      groups: () => [],
    },
    latch: { kind: 'open' },
    audit,
    knownContainers: () => [],
    logFile: () => home.logFile,
    redact: () => (text) => text,
    resultOf: () => Promise.resolve(null),
    onChange: () => undefined,
    onError: () => undefined,
  })
  return { lockdown, phase: () => phase, audit }
}

describe('a stop that is pressed at the moment of a resume', () => {
  it('is not taken for ended because the command line has just ended the one before it', async () => {
    const { lockdown, phase, audit } = await lockdownOnly()
    await lockdown.stop('app', 'the first')
    await resumeLatch(home.paths, { at: Date.now(), by: 'cli', reason: 'all is well' })
    const stopping = lockdown.stop('app', 'the second')
    await lockdown.follow()
    expect(phase()).toBe('locked')
    await stopping
    expect(await readLatch(home.paths)).toMatchObject({ kind: 'locked' })
    await audit.close()
  })

  it('is not ended by a resume that began before it, and the resume says so', async () => {
    const { lockdown, phase, audit } = await lockdownOnly()
    await lockdown.stop('app', 'the first')
    const [resumed, stopped] = await Promise.allSettled([
      lockdown.resume('the owner', 'all is well', 'accept'),
      lockdown.stop('app', 'the second'),
    ])
    expect([resumed, stopped]).toMatchObject([
      { status: 'rejected', reason: { code: 'locked_down' } },
      { status: 'fulfilled' },
    ])
    expect(phase()).toBe('locked')
    expect(await readLatch(home.paths)).toMatchObject({ kind: 'locked' })
    await audit.close()
  })

  it('is not ended by a resume that is asked for while it is under way', async () => {
    const { lockdown, phase, audit } = await lockdownOnly()
    await lockdown.stop('app', 'the first')
    const stopping = lockdown.stop('app', 'the second')
    await expect(lockdown.resume('the owner', 'all is well', 'accept')).rejects.toMatchObject({
      code: 'locked_down',
    })
    expect(phase()).toBe('locked')
    await stopping
    expect(await readLatch(home.paths)).toMatchObject({ kind: 'locked' })
    await audit.close()
  })
})
