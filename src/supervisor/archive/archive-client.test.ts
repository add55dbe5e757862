import { existsSync, rmSync, statSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ClawdbotError } from '../../shared/domain/error.ts'
import { RUN_ID_VARIABLE } from '../processes/run-cookie.ts'
import { type FakeWorld, fakeWorld } from './testing/fake-archive.ts'

/** For `expect.poll`: soon, on a busy machine. */
const SOON = { timeout: 30_000 }
/** Ticks that pass quickly, for what is counted in them. */
const QUICK = { tickMs: 20 }

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const phase = ({ views }: FakeWorld): string => views.at(-1)?.phase ?? ''

describe('the archive’s process', () => {
  it('answers what it is asked, and refuses in its own words', async () => {
    const world = await fakeWorld()
    await expect(world.archive.ask('status', {})).resolves.toMatchObject({ phase: 'ready', sessions: 1 })
    await expect(world.archive.ask('session', { name: 'echo no such session' })).rejects.toMatchObject({
      code: 'archive_refused',
    })
  })

  it('answers many questions at once, each with its own answer', async () => {
    const { order } = await fakeWorld()
    const names = Array.from({ length: 300 }, (_, index) => `n${String(index)}`)
    expect(await Promise.all(names.map((name) => order(`echo ${name}`)))).toEqual(names)
  })

  it('is told real paths, and nothing of the run that STOP ends', async () => {
    const { order, paths, root } = await fakeWorld({ env: { [RUN_ID_VARIABLE]: 'forged' } })
    expect(JSON.parse(await order('start'))).toEqual({
      stateDir: paths.root,
      indexDir: paths.archive,
      auditDir: paths.audit,
      logFile: join(root, 'log/clawdbot-YYYY-MM-DD.log'),
    })
    expect(await order('env')).not.toContain(RUN_ID_VARIABLE)
  })

  it('knows a few names of our environment, and no NODE_OPTIONS', async () => {
    const env = {
      TZ: 'UTC',
      NODE_OPTIONS: '--allow-child-process',
      ANTHROPIC_API_KEY: 'sk-test',
      PATH: '/bin',
    }
    const { order } = await fakeWorld({ env })
    expect(await order('env')).toBe('CLAWDBOT_TEST,CLAWDBOT_TEST_FAKE,MALLOC_ARENA_MAX,TZ')
  })

  it('says how far it is, and what has grown', async () => {
    const world = await fakeWorld()
    const grown: unknown[] = []
    const off = world.archive.on('grown', (payload) => grown.push(payload))
    await world.order('grown sessions/a')
    expect(grown).toEqual([{ ref: 'sessions/a', generation: 1, total: 2 }])
    off()
    await world.order('grown sessions/a')
    expect(grown).toHaveLength(1)
    expect(phase(world)).toBe('ready')
  })

  it('goes on where a listener throws', async () => {
    const { archive, order, errors } = await fakeWorld()
    archive.on('grown', () => {
      throw new Error('a fault of the screen')
    })
    expect(await order('grown sessions/a')).toBe('said')
    expect(errors).toHaveLength(1)
    expect(await order('echo here')).toBe('here')
  })

  it('makes the folder of its index where there is none, for the owner alone', async () => {
    const { paths, archive, order } = await fakeWorld()
    await order('echo running')
    rmSync(paths.archive, { recursive: true })
    archive.restart()
    await expect.poll(() => existsSync(paths.archive), SOON).toBe(true)
    expect(statSync(paths.archive).mode & 0o777).toBe(0o700)
  })

  it('is started anew when the log is at another place', async () => {
    const { order, logAt, root } = await fakeWorld({ pace: QUICK })
    const before = await order('pid')
    logAt(join(root, 'elsewhere.log'))
    await expect.poll(() => order('start'), SOON).toContain('elsewhere.log')
    expect(await order('pid')).not.toBe(before)
  })
})

describe('an archive that ends', () => {
  it.each(['crash', 'leave', 'throw'])('fails what ends it twice, and starts again: %s', async (word) => {
    const world = await fakeWorld()
    const before = await world.order('pid')
    await expect(world.archive.ask('session', { name: word })).rejects.toMatchObject({
      code: 'archive_unavailable',
    })
    const after = await world.order('pid')
    expect(Number(after)).toBeGreaterThan(0)
    expect(after).not.toBe(before)
  })

  it('answers what it was asked all the same, where the next one can', async () => {
    const { archive, order, paths } = await fakeWorld()
    const before = await order('pid')
    const waiting = order('second')
    await expect.poll(() => existsSync(join(paths.archive, 'asked')), SOON).toBe(true)
    process.kill(Number(before), 'SIGKILL')
    expect(await waiting).not.toBe(before)
    await expect(archive.ask('status', {})).resolves.toMatchObject({ phase: 'ready' })
  })

  it('does not put to another process what only the one before could answer', async () => {
    const { archive, order } = await fakeWorld()
    const pid = Number(await order('pid'))
    const open = [
      archive.ask('logPage', { view: 1, from: 0, count: 1 }),
      archive.ask('rebuild', {}),
      archive.ask('settled', {}),
    ]
    const settled = Promise.race([open[2]?.then(() => 'answered'), order('pid').then(() => 'still open')])
    process.kill(pid, 'SIGKILL')
    await expect(open[0]).rejects.toMatchObject({ code: 'archive_unavailable' })
    await expect(open[1]).rejects.toMatchObject({ code: 'archive_unavailable' })
    expect(await settled).toBe('still open')
    open[2]?.catch(() => undefined)
  })

  it('is told again what is watched', async () => {
    const { archive, order } = await fakeWorld()
    await archive.ask('watch', { ref: 'sessions/a' })
    process.kill(Number(await order('pid')), 'SIGKILL')
    await expect.poll(() => order('watched'), SOON).toBe('sessions/a')
  })

  it('fails every question that was open, and each once', async () => {
    const { archive } = await fakeWorld()
    const open = ['silent', 'silent', 'silent', 'crash'].map((name) => archive.ask('session', { name }))
    const ends = await Promise.allSettled(open)
    expect(ends.map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => 'rejected'))
  })

  it('comes back by itself when somebody kills it', async () => {
    const { order } = await fakeWorld()
    const pid = Number(await order('pid'))
    process.kill(pid, 'SIGKILL')
    await expect.poll(async () => Number(await order('pid')), SOON).toBeGreaterThan(0)
    expect(Number(await order('pid'))).not.toBe(pid)
  })

  it('is given up after five failures, says why, and starts again when it is asked to', async () => {
    const world = await fakeWorld({ mode: 'dies-at-once', pace: { ...QUICK, window: 100_000 } })
    await expect.poll(() => phase(world), SOON).toBe('failed')
    const error = world.views.at(-1)?.error
    expect(error?.code).toBe('archive_unavailable')
    expect(error?.message).toContain('exited with code 3')
    expect(error?.message).toContain('no room for it')
    expect(error?.hint).toContain('archive/')
    await expect(world.archive.ask('status', {})).rejects.toBeInstanceOf(ClawdbotError)
    const views = world.views.length
    world.archive.restart()
    expect(world.views[views]?.phase).toBe('starting')
    await expect.poll(() => phase(world), SOON).toBe('failed')
  })

  it.each([
    ['its program', (appRoot: string) => unlinkSync(join(appRoot, 'out/archive/main.js'))],
    ['SQLite', (appRoot: string) => unlinkSync(join(appRoot, 'node_modules'))],
  ])('says at once that %s is missing, and tries nothing', async (_, before) => {
    const world = await fakeWorld({ before })
    expect(phase(world)).toBe('failed')
    expect(world.views.at(-1)?.error?.code).toBe('runtime_missing')
    await expect(world.archive.ask('status', {})).rejects.toMatchObject({ code: 'runtime_missing' })
  })
})

describe('an archive that hangs', () => {
  it.each(['spin', 'silent'])('is killed and started anew: %s', async (word) => {
    const world = await fakeWorld({ pace: { tickMs: 50, silence: 20, answer: 40 } })
    const before = Number(await world.order('pid'))
    await expect(world.archive.ask('session', { name: word })).rejects.toMatchObject({
      code: 'archive_unavailable',
    })
    expect(Number(await world.order('pid'))).not.toBe(before)
    expect(lives(before)).toBe(false)
  })

  it('may take its time for what waits for the files, as long as it gives signs of life', async () => {
    const { archive, order } = await fakeWorld({ pace: { tickMs: 10, silence: 100, answer: 100, ping: 5 } })
    const pid = await order('pid')
    let settled = false
    const waiting = archive.ask('settled', {}).finally(() => {
      settled = true
    })
    waiting.catch(() => undefined)
    // Far longer than a silence may be, counted by what it answers meanwhile.
    for (let at = 0; at < 60; at += 1) {
      await new Promise((resolve) => setTimeout(resolve, 30))
      await order('echo here')
    }
    expect(settled).toBe(false)
    expect(await order('pid')).toBe(pid)
  })

  it('is killed where it says nothing at all while somebody waits for the files', async () => {
    const { archive } = await fakeWorld({ mode: 'mute', pace: { tickMs: 20, silence: 20 } })
    await expect(archive.ask('settled', {})).rejects.toMatchObject({ code: 'archive_unavailable' })
  })
})

describe('an archive that breaks its contract', () => {
  it.each([
    ['a line that is no JSON', 'garbage'],
    ['a line that is not UTF-8', 'bytes'],
    ['JSON that is nested without an end', 'deep'],
    ['JSON that is no message', 'number'],
    ['a message in its prototype', 'proto'],
    ['an answer to what nobody asked', 'forged'],
    ['an answer that does not fit the question', 'unfit'],
    ['an event that there is not', 'event nothing'],
    ['an event in another form', 'event grown'],
    ['an event by the name of a method', 'event __proto__'],
    ['more events than anybody reads', 'flood'],
    ['a line without an end', 'endless'],
  ])('is killed and started anew: %s', async (_, word) => {
    const world = await fakeWorld()
    const before = Number(await world.order('pid'))
    await expect(world.archive.ask('session', { name: word })).rejects.toMatchObject({
      code: 'archive_unavailable',
    })
    expect(world.errors).toHaveLength(1)
    expect(world.errors[0]).toMatchObject({ code: 'contract_violation' })
    const after = Number(await world.order('pid'))
    expect(after).toBeGreaterThan(0)
    expect(after).not.toBe(before)
    expect(lives(before)).toBe(false)
  })
})

describe('closing the archive', () => {
  it('ends it by its input, and fails what was open', async () => {
    const { archive, order } = await fakeWorld()
    const pid = Number(await order('pid'))
    const open = archive.ask('session', { name: 'silent' })
    const [, closed] = await Promise.allSettled([open, archive.close()])
    expect(closed?.status).toBe('fulfilled')
    await expect(open).rejects.toMatchObject({ code: 'archive_unavailable' })
    expect(lives(pid)).toBe(false)
    await expect(archive.ask('status', {})).rejects.toMatchObject({ code: 'archive_unavailable' })
  })

  it('kills it where it does not listen', async () => {
    const { archive, order } = await fakeWorld({ mode: 'stays', pace: QUICK })
    const pid = Number(await order('pid'))
    await archive.close()
    expect(lives(pid)).toBe(false)
  })

  it('can be asked twice, and of one that never ran', async () => {
    const { archive } = await fakeWorld({
      before: (appRoot) => rmSync(join(appRoot, 'out'), { recursive: true }),
    })
    await Promise.all([archive.close(), archive.close()])
    await expect(archive.close()).resolves.toBeUndefined()
  })
})
