import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SandboxesView } from '../../../shared/contracts/hands-views.ts'
import { HOSTILE, startHostileEngine } from '../../testing/hostile-engine.ts'
import { createImageDesk, type ImageDesk } from './image-desk.ts'
import { createImageWorld, type ImageWorld } from './testing/image-world.ts'

type Seen = Pick<SandboxesView, 'image' | 'build'>

let world: ImageWorld
const cleanUp: (() => unknown)[] = []
beforeEach(() => (world = createImageWorld()))
afterEach(async () => {
  for (const clean of cleanUp.splice(0).toReversed()) await clean()
  await world.remove()
})

const openDesk = (env = world.env): ImageDesk & { readonly seen: readonly Seen[] } => {
  const seen: Seen[] = []
  const desk = createImageDesk({ ...world, env, onChange: (view) => seen.push(view) })
  cleanUp.push(desk.close)
  return { ...desk, seen }
}

describe('the sandbox image on the owner’s screen', () => {
  test('is absent until it is built, then present, and outdated once its recipe is another', async () => {
    world.recipe('echo one\n')
    const desk = openDesk()
    await desk.refresh()
    expect(desk.view().image).toMatchObject({
      name: world.image,
      state: 'absent',
      detail: expect.stringContaining('clawdbot sandbox build'),
    })
    desk.build()
    desk.build()
    await desk.built()
    expect(desk.view()).toMatchObject({
      image: { state: 'present', detail: '' },
      build: { state: 'built', error: null },
    })
    // Asked twice, built once.
    expect(desk.view().build.lines.filter((line) => line === 'one')).toHaveLength(1)
    world.recipe('echo two\n')
    await desk.refresh()
    expect(desk.view().image).toMatchObject({
      state: 'present',
      detail: expect.stringContaining('build it again'),
    })
  })

  test('shows the newest lines of a build that prints without end, and nothing a terminal would obey', async () => {
    const lines = 'n=0; while [ $n -lt 5000 ]; do n=$((n+1)); echo "line $n"; done\n'
    world.recipe(`${lines}printf '\\033[2Jlast \\342\\200\\256line\\n'\n`)
    const desk = openDesk()
    desk.build()
    await desk.built()
    expect(desk.view().build.lines).toHaveLength(200)
    expect(desk.view().build.lines).toContain('last ‹U+202E›line')
    expect(JSON.stringify(desk.seen)).not.toContain('\\u001b')
    // The screen is not told of each of them.
    expect(desk.seen.length).toBeLessThan(1_000)
  })

  test('shows why a build failed, and can be built afterwards', async () => {
    world.recipe('true\n', 'clawdbot.invalid/nowhere:1')
    const desk = openDesk({ ...world.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' })
    desk.build()
    await desk.built()
    expect(desk.view().build).toMatchObject({ state: 'failed', error: { code: 'docker_unreachable' } })
    desk.build()
    expect(desk.view().build).toMatchObject({ state: 'building', lines: [], error: null })
    await desk.built()
  })

  test('is not there when the app is closed while it is built, and nothing is told any more', async () => {
    world.recipe('echo begun\nwhile :; do :; done\n')
    const desk = openDesk()
    desk.build()
    await expect.poll(() => desk.view().build.lines, { timeout: 30_000 }).toContain('begun')
    desk.close()
    const told = desk.seen.length
    await desk.built()
    expect(desk.seen).toHaveLength(told)
    expect(await world.inspect()).toBeUndefined()
    await expect.poll(world.containers, { timeout: 30_000 }).toBe(0)
  })

  test('is another one when the config names another one', async () => {
    const desk = openDesk()
    await desk.refresh()
    desk.adopt('clawdbot-test-busybox:latest')
    await expect
      .poll(() => desk.view().image, { timeout: 30_000 })
      .toEqual({ name: 'clawdbot-test-busybox:latest', state: 'present', detail: '' })
  })

  test('is unknown where no Docker answers, and absent where its name is none', async () => {
    const desk = openDesk({ DOCKER_HOST: 'unix:///nowhere/docker.sock' })
    await desk.refresh()
    expect(desk.view().image.state).toBe('unknown')
    desk.adopt('../containers/x')
    await expect.poll(() => desk.view().image.state, { timeout: 30_000 }).toBe('absent')
  })

  test.each(['answers with something that is not JSON', 'fails with 500', 'answers with garbage'] as const)(
    'is unknown where what listens %s',
    async (behaviour) => {
      const engine = await startHostileEngine(HOSTILE[behaviour])
      cleanUp.push(engine.close)
      const desk = openDesk({ DOCKER_HOST: engine.host })
      await desk.refresh()
      expect(desk.view().image.state).toBe('unknown')
    },
  )
})
