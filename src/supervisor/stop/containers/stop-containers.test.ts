import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { type Boxes, type BoxOptions, dockerHost, startBoxes } from '../../../../e2e/support/docker.ts'
import type { OurContainer } from '../../docker/our-containers.ts'
import type { StopLimits } from '../../docker/stop-limits.ts'
import {
  HOSTILE,
  type HostileEngine,
  passOn,
  respond,
  startHostileEngine,
} from '../../testing/hostile-engine.ts'
import { type ContainersReport, stopContainers } from './stop-containers.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanUp.splice(0).toReversed()) await clean()
})

const boxesOf = async (...options: readonly BoxOptions[]): Promise<Boxes> => {
  const boxes = await startBoxes(0, dockerHost())
  cleanUp.push(boxes.remove)
  await Promise.all(options.map((one) => boxes.start(one)))
  return boxes
}

const hostile = async (behave: Parameters<typeof startHostileEngine>[0]): Promise<HostileEngine> => {
  const engine = await startHostileEngine(behave)
  cleanUp.push(engine.close)
  return engine
}

/** Where what Docker does is tested, a busy machine must not be what decides, nor Linux help out. */
const PATIENT: StopLimits = {
  freeze: 60_000,
  kill: 60_000,
  list: 60_000,
  withoutEngineAfter: 60_000,
  all: 60_000,
}

/** Where nothing comes of waiting. */
const HASTY: StopLimits = { freeze: 100, kill: 300, list: 300, withoutEngineAfter: 300, all: 1_000 }

const stop = async (
  env: NodeJS.ProcessEnv,
  known?: readonly OurContainer[],
  limits?: StopLimits,
): Promise<ContainersReport & { readonly steps: readonly string[] }> => {
  const begin = performance.now()
  const steps: string[] = []
  const report = await stopContainers({
    env,
    ...(known && { known }),
    ...(limits && { limits }),
    elapsed: () => performance.now() - begin,
    step: (what) => steps.push(what),
  })
  return { ...report, steps }
}

const ghost: OurContainer = {
  id: '0123456789ab'.repeat(6).slice(0, 64),
  name: 'ghost',
  image: 'any',
  state: 'running',
  createdAt: 0,
  labels: {},
}

const until = async (condition: () => Promise<boolean>): Promise<void> => {
  while (!(await condition())) await pause(20)
}

const stateOf = async (boxes: Boxes, id: string): Promise<string | undefined> =>
  (await boxes.list()).find((one) => one.id === id)?.state

describe('STOP of containers, with a real Docker Engine', () => {
  it('freezes and kills all of ours at once, also those that are deaf to signals and busy', async () => {
    const boxes = await boxesOf({}, {}, {})
    const { before, frozenMs, deadMs, steps, ...rest } = await stop(boxes.env, [], PATIENT)
    expect(rest).toEqual({ found: 3, frozen: 3, dead: 3, survivors: [], error: null })
    expect(before.map(({ state }) => state)).toEqual(['running', 'running', 'running'])
    expect(frozenMs).toBeLessThanOrEqual(deadMs ?? 0)
    expect(steps).toEqual(['3 containers found', '3 containers frozen'])
    expect(await boxes.running()).toBe(0)
  })

  it('kills nothing that has not our label', async () => {
    const [ours, others] = [await boxesOf({}), await boxesOf({})]
    await stop(ours.env, [], PATIENT)
    expect(await ours.running()).toBe(0)
    expect(await others.running()).toBe(1)
  })

  it('kills what is frozen already, and what is frozen and deaf', async () => {
    const boxes = await boxesOf({}, {})
    for (const { id } of await boxes.list()) await boxes.act(id, 'pause')
    expect(await stop(boxes.env, [], PATIENT)).toMatchObject({
      found: 2,
      frozen: 2,
      dead: 2,
      survivors: [],
      error: null,
    })
    expect(await boxes.running()).toBe(0)
  })

  it('kills a container that forks without end', async () => {
    const forks = { script: 'f() { f & f & while :; do :; done; }; f', pidsLimit: 60 }
    const boxes = await boxesOf(forks)
    expect(await stop(boxes.env, [], PATIENT)).toMatchObject({
      found: 1,
      dead: 1,
      survivors: [],
      error: null,
    })
    expect(await boxes.running()).toBe(0)
  })

  it('keeps down what Docker would start again: by its policy, or while it waits to', async () => {
    const boxes = await boxesOf({ restart: 'always' }, { restart: 'always', script: 'exit 1' })
    await until(async () => (await boxes.list()).some(({ state }) => state === 'restarting'))
    expect(await stop(boxes.env, [], PATIENT)).toMatchObject({
      found: 2,
      dead: 2,
      survivors: [],
      error: null,
    })
    for (const { id } of await boxes.list()) {
      expect(await boxes.inspect(id)).toMatchObject({ HostConfig: { RestartPolicy: { Name: 'no' } } })
    }
  })

  it('takes the restart policy also from what was not running, so that no restart of the machine starts it', async () => {
    const boxes = await boxesOf()
    const id = await boxes.start({ restart: 'always' })
    await boxes.act(id, 'kill')
    await until(async () => (await stateOf(boxes, id)) === 'exited')
    expect(await stop(boxes.env, [], PATIENT)).toMatchObject({ found: 0, error: null })
    expect(await boxes.inspect(id)).toMatchObject({ HostConfig: { RestartPolicy: { Name: 'no' } } })
  })

  it('removes what was made and not started yet', async () => {
    const boxes = await boxesOf()
    await boxes.create()
    expect(await stop(boxes.env, [], PATIENT)).toMatchObject({
      found: 1,
      dead: 1,
      survivors: [],
      error: null,
    })
    expect(await boxes.list()).toEqual([])
  })

  it('kills one that appears while it looks', async () => {
    const boxes = await boxesOf({})
    let appeared: Promise<string> | undefined
    // The kill of the first is held up until a second one runs.
    const real = passOn(boxes.host)
    const engine = await hostile((socket, line, request) => {
      appeared ??= line.includes('/kill') ? boxes.start() : undefined
      void Promise.resolve(line.includes('/kill') ? appeared : undefined).then(() =>
        real(socket, line, request),
      )
    })
    expect(await stop({ ...boxes.env, DOCKER_HOST: engine.host }, [], PATIENT)).toMatchObject({
      found: 2,
      dead: 2,
      survivors: [],
    })
    expect(await boxes.running()).toBe(0)
  })

  it('may be done three times at once', async () => {
    const boxes = await boxesOf({}, {}, {})
    const reports = await Promise.all([
      stop(boxes.env, [], PATIENT),
      stop(boxes.env, [], PATIENT),
      stop(boxes.env, [], PATIENT),
    ])
    for (const report of reports) expect(report).toMatchObject({ survivors: [], error: null })
    expect(await boxes.running()).toBe(0)
  })

  it('kills what was known before though Docker gives no list, and does not call it proven', async () => {
    const boxes = await boxesOf({}, {})
    const known = await boxes.list()
    const real = passOn(boxes.host)
    const engine = await hostile((socket, line, request) => {
      if (!line.includes('/containers/json')) real(socket, line, request)
    })
    const report = await stop({ ...boxes.env, DOCKER_HOST: engine.host }, known)
    expect(report.error?.code).toBe('docker_unreachable')
    expect(report.deadMs).toBeNull()
    expect(await boxes.running()).toBe(0)
  })

  it('kills what it can not freeze, and says that not all were frozen', async () => {
    const boxes = await boxesOf({})
    const real = passOn(boxes.host)
    const engine = await hostile((socket, line, request) => {
      if (line.includes('/pause')) HOSTILE['fails with 500'](socket)
      else real(socket, line, request)
    })
    const report = await stop({ ...boxes.env, DOCKER_HOST: engine.host }, [], PATIENT)
    expect(report).toMatchObject({ found: 1, frozen: 0, frozenMs: null, dead: 1, survivors: [], error: null })
  })

  it('names what it can not kill', async () => {
    const list = JSON.stringify([
      { Id: ghost.id, Names: ['/ghost'], State: 'running', Labels: { 'clawdbot.sandbox': '1' } },
    ])
    const engine = await hostile((socket, line) => {
      if (line.startsWith('GET')) respond(socket, list)
      else HOSTILE['fails with 500'](socket)
    })
    const report = await stop({ CLAWDBOT_TEST: '1', DOCKER_HOST: engine.host }, [], HASTY)
    expect(report).toMatchObject({ found: 1, dead: 0, deadMs: null, error: null })
    expect(report.survivors).toEqual([{ id: ghost.id, name: 'ghost' }])
  })

  it.runIf(process.getuid?.() === 0)('kills without Docker what Docker lists and can not kill', async () => {
    const boxes = await boxesOf({})
    const real = passOn(boxes.host)
    const engine = await hostile((socket, line, request) => {
      if (line.startsWith('POST')) HOSTILE['fails with 500'](socket)
      else real(socket, line, request)
    })
    expect(await stop({ ...boxes.env, DOCKER_HOST: engine.host })).toMatchObject({ dead: 1, survivors: [] })
    expect(await boxes.running()).toBe(0)
  })

  it('believes no list of containers that are not ours', async () => {
    const list = JSON.stringify([{ Id: ghost.id, State: 'running', Labels: { other: '1' } }])
    const engine = await hostile((socket) => respond(socket, list))
    expect(await stop({ CLAWDBOT_TEST: '1', DOCKER_HOST: engine.host })).toMatchObject({
      found: 0,
      error: null,
    })
    expect(engine.requests.filter((line) => !line.startsWith('GET'))).toEqual([])
  })
})

describe('STOP of containers, where Docker is not itself', () => {
  it.concurrent.each(Object.keys(HOSTILE))('comes to an end and proves nothing where it %s', async (name) => {
    const behave = Object.entries(HOSTILE).find(([one]) => one === name)?.[1]
    if (behave === undefined) throw new Error(`no behaviour ${name}`)
    const engine = await startHostileEngine(behave)
    try {
      const report = await stop({ CLAWDBOT_TEST: '1', DOCKER_HOST: engine.host }, [ghost], HASTY)
      expect(report.error).toMatchObject({ code: 'docker_unreachable' })
      expect(report.error?.hint).toContain('clawdbot stop')
      expect(report).toMatchObject({ deadMs: null, dead: 0, survivors: [{ id: ghost.id, name: 'ghost' }] })
      // Without waiting for a list that may never come.
      expect(engine.requests.some((line) => line.startsWith(`POST /containers/${ghost.id}/pause`))).toBe(true)
      expect(engine.requests.some((line) => line.startsWith(`POST /containers/${ghost.id}/kill`))).toBe(true)
    } finally {
      engine.close()
    }
  })

  it.each(['tcp://127.0.0.1:2375', 'ssh://owner@elsewhere', 'unix://', 'nonsense'])(
    'proves nothing with DOCKER_HOST=%s, and says that only a local engine will do',
    async (host) => {
      const { error } = await stop({ CLAWDBOT_TEST: '1', DOCKER_HOST: host })
      expect(error?.code).toBe('docker_unreachable')
      expect(error?.message).toContain('only local engines')
    },
  )

  it.each(['unix:///nowhere/docker.sock', `unix://${import.meta.filename}`])(
    'has nothing to kill where nothing listens (%s) and no container runs',
    async (host) => {
      expect(await stop({ CLAWDBOT_TEST: '1', DOCKER_HOST: host })).toMatchObject({ found: 0, error: null })
    },
  )

  it('finds what was left of a socket whose engine is gone refused, and so absent', async () => {
    const engine = await startHostileEngine(() => undefined)
    engine.close()
    expect(await stop({ CLAWDBOT_TEST: '1', DOCKER_HOST: engine.host })).toMatchObject({
      found: 0,
      error: null,
    })
  })
})

describe('the label', () => {
  it('of a test counts under CLAWDBOT_TEST=1 only, and only in its form', async () => {
    const { sandboxLabel } = await import('../../docker/our-containers.ts')
    const CLAWDBOT_TEST_SANDBOX_LABEL = 'clawdbot.sandbox.test-1=1'
    expect(sandboxLabel({ CLAWDBOT_TEST: '1', CLAWDBOT_TEST_SANDBOX_LABEL })).toBe(
      CLAWDBOT_TEST_SANDBOX_LABEL,
    )
    expect(sandboxLabel({ CLAWDBOT_TEST_SANDBOX_LABEL })).toBe('clawdbot.sandbox=1')
    for (const other of ['', '=', 'maintainer', 'clawdbot.sandbox=2']) {
      expect(sandboxLabel({ CLAWDBOT_TEST: '1', CLAWDBOT_TEST_SANDBOX_LABEL: other })).toBe(
        'clawdbot.sandbox=1',
      )
    }
  })
})
