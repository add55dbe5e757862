import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { startBoxes } from '../../../e2e/support/docker.ts'
import type { DockerView } from '../../shared/contracts/app-state.ts'
import { HOSTILE, respond, startHostileEngine } from '../testing/hostile-engine.ts'
import { createDockerWatch, type DockerWatch } from './docker-watch.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanUp.splice(0).toReversed()) await clean()
})

const watch = (env: NodeJS.ProcessEnv): DockerWatch & { readonly seen: readonly DockerView[] } => {
  const seen: DockerView[] = []
  const watching = createDockerWatch({ env, onChange: (view) => seen.push(view) })
  cleanUp.push(watching.close)
  return { ...watching, seen }
}

describe('the watch over Docker', () => {
  it('knows nothing before its first look', () => {
    expect(watch({ DOCKER_HOST: 'unix:///nowhere' }).view()).toMatchObject({
      state: 'unknown',
      containers: null,
    })
  })

  it('counts our containers that run or are frozen, and knows them for a stop', async () => {
    const boxes = await startBoxes(2)
    cleanUp.push(boxes.remove)
    await boxes.create()
    const [first] = await boxes.list()
    const watching = watch(boxes.env)
    await watching.refresh()
    expect(watching.view()).toEqual({ state: 'reachable', containers: 2, detail: '' })
    const frozen = watching.known()[0]
    if (first === undefined || frozen === undefined) throw new Error('no container')
    await boxes.act(frozen.id, 'pause')
    await watching.refresh()
    expect(watching.view().containers).toBe(2)
    expect(watching.known().map(({ state }) => state)).toContain('paused')
    // The same again is no news.
    expect(watching.seen).toHaveLength(1)
  })

  it('says that Docker is absent where nothing listens, and what that means for tools', async () => {
    const watching = watch({ CLAWDBOT_TEST: '1', DOCKER_HOST: 'unix:///nowhere/docker.sock' })
    await watching.refresh()
    expect(watching.view()).toEqual({
      state: 'absent',
      containers: 0,
      detail: 'Docker is not running: tools in boxes are refused; nothing runs on this machine instead.',
    })
  })

  it('says unreachable where something listens and is silent or no Docker, and keeps what it knew', async () => {
    const list = JSON.stringify([
      { Id: 'ab'.repeat(32), Names: ['/box'], State: 'running', Labels: { 'clawdbot.sandbox': '1' } },
    ])
    let broken = false
    const engine = await startHostileEngine((socket) => {
      if (broken) HOSTILE['answers with garbage'](socket)
      else respond(socket, list)
    })
    cleanUp.push(engine.close)
    const watching = watch({ DOCKER_HOST: engine.host })
    await watching.refresh()
    expect(watching.view()).toMatchObject({ state: 'reachable', containers: 1 })
    broken = true
    await watching.refresh()
    expect(watching.view()).toMatchObject({ state: 'unreachable', containers: null })
    expect(watching.view().detail).toMatch(/not HTTP/)
    expect(watching.known().map(({ name }) => name)).toEqual(['box'])
  })

  it('tells nothing after it was closed, not even what it had already asked for', async () => {
    const engine = await startHostileEngine(() => undefined)
    cleanUp.push(engine.close)
    const watching = watch({ DOCKER_HOST: engine.host })
    const looking = watching.refresh()
    watching.close()
    await looking
    expect(watching.seen).toEqual([])
  })

  it('keeps no process alive, not even while Docker does not answer', async () => {
    const engine = await startHostileEngine(() => undefined)
    cleanUp.push(engine.close)
    const source = `import { createDockerWatch } from ${JSON.stringify(join(import.meta.dirname, 'docker-watch.ts'))}
      createDockerWatch({ env: { DOCKER_HOST: ${JSON.stringify(engine.host)} }, onChange: () => console.log('told') })`
    const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    // Had it waited for the answer, it would have told that none came.
    expect(await once(child, 'close')).toEqual([0, null])
    expect(output).toBe('')
  })
})
