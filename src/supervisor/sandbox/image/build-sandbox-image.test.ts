import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { buildSandboxImage, importRoot } from './build-sandbox-image.ts'
import { readRecipe } from './recipe.ts'
import { tar } from './tar.ts'
import { createImageWorld, type ImageWorld } from './testing/image-world.ts'

let world: ImageWorld
beforeEach(() => (world = createImageWorld()))
afterEach(() => world.remove())

const build = async (signal = new AbortController().signal): Promise<readonly string[]> => {
  const lines: string[] = []
  await buildSandboxImage({ ...world, onLine: (line) => lines.push(line), signal })
  return lines
}

const SLOW = 'echo begun\nwhile :; do :; done\n'

describe('the sandbox image, where Docker has what it is built on', () => {
  test('is built by its Dockerfile, with the hash of its recipe, and shows how', async () => {
    world.recipe('echo tidied up\n')
    const lines = await build()
    expect(lines).toContain('tidied up')
    expect(await world.inspect()).toContain(`"clawdbot.image":"${(await readRecipe(world.appRoot)).hash}"`)
    expect(await world.containers()).toBe(0)
  })

  test('is not there after a build that was ended, nor a container or a step of it', async () => {
    world.recipe(SLOW)
    const ending = new AbortController()
    const building = buildSandboxImage({
      ...world,
      onLine: (line) => {
        if (line === 'begun') ending.abort(new Error('ended by the owner'))
      },
      signal: ending.signal,
    })
    await expect(building).rejects.toThrow('ended by the owner')
    expect(await world.inspect()).toBeUndefined()
    await expect.poll(world.containers, { timeout: 30_000 }).toBe(0)
    const { hash } = await readRecipe(world.appRoot)
    expect(await world.labelled(hash)).toBe('[]')
  })

  test('takes no room twice: the one it replaces is removed', async () => {
    world.recipe('echo one > /one\n')
    await build()
    const { hash } = await readRecipe(world.appRoot)
    world.recipe('echo two > /two\n')
    await build()
    expect(await world.labelled(hash)).toBe('[]')
  })

  test('is never built over an image that Clawdbot did not make', async () => {
    world.recipe('echo tidied up\n')
    const theirs = { ...world, image: 'clawdbot-test-busybox:latest' }
    const building = buildSandboxImage({
      ...theirs,
      onLine: () => undefined,
      signal: new AbortController().signal,
    })
    await expect(building).rejects.toMatchObject({
      code: 'sandbox_image',
      message: expect.stringContaining('clawdbot-test-busybox:latest'),
    })
  })

  test('is not begun when it was ended before', async () => {
    world.recipe('echo tidied up\n')
    await expect(build(AbortSignal.abort(new Error('ended')))).rejects.toThrow('ended')
    expect(await world.inspect()).toBeUndefined()
  })
})

const ROOT = tar([
  { kind: 'folder', path: 'bin/' },
  { kind: 'program', path: 'bin/true', contents: Buffer.from('#!') },
])

const half = async function* (): AsyncGenerator<Buffer> {
  yield ROOT.subarray(0, 1_000)
  await Promise.resolve()
  throw new Error('the disk failed')
}

describe('the sandbox image, where its Dockerfile can not be built', () => {
  test.each([
    ['because no registry has its base', 'true\n', 'clawdbot.invalid/nowhere:1'],
    ['because it fails', 'exit 7\n', undefined],
  ])('%s, is made of a root file system, with the same settings', async (_, tidy, base) => {
    world.recipe(tidy, base)
    const lines: string[] = []
    await buildSandboxImage({
      ...world,
      onLine: (line) => lines.push(line),
      signal: new AbortController().signal,
      withRoot: (_recipe, _options, use) => use(Readable.from([ROOT])),
    })
    expect(lines.join('\n')).toMatch(/Not by its Dockerfile: .+\nMaking it from Debian’s packages/)
    const { Config } = JSON.parse((await world.inspect()) ?? '{}')
    expect(Config).toMatchObject({
      User: '1000:1000',
      WorkingDir: '/workspace',
      Env: ['LANG=C.UTF-8'],
      Labels: { 'clawdbot.image': (await readRecipe(world.appRoot)).hash },
    })
    expect(await world.containers()).toBe(0)
  })

  test('says why neither way works', async () => {
    world.recipe('true\n', 'clawdbot.invalid/nowhere:1')
    // Of no release that debootstrap knows.
    await expect(build()).rejects.toMatchObject({
      code: 'sandbox_image',
      message: expect.stringMatching(
        /by its Dockerfile: .+ clawdbot\.invalid\/nowhere:1 is no release of Debian/s,
      ),
      hint: expect.stringContaining('registry'),
    })
    expect(await world.inspect()).toBeUndefined()
  })

  test('is not there when the root file system fails half way', async () => {
    world.recipe('true\n')
    const recipe = await readRecipe(world.appRoot)
    const options = { ...world, onLine: () => undefined, signal: new AbortController().signal }
    await expect(importRoot(recipe, Readable.from(half(), { objectMode: false }), options)).rejects.toThrow(
      'the disk failed',
    )
    expect(await world.inspect()).toBeUndefined()
  })

  test('is not there when the import is ended half way', async () => {
    world.recipe('true\n')
    const ending = new AbortController()
    const endless = async function* (): AsyncGenerator<Buffer> {
      yield ROOT.subarray(0, 1_000)
      ending.abort(new Error('ended by the owner'))
      await new Promise(() => undefined)
    }
    const recipe = await readRecipe(world.appRoot)
    const options = { ...world, onLine: () => undefined, signal: ending.signal }
    await expect(
      importRoot(recipe, Readable.from(endless(), { objectMode: false }), options),
    ).rejects.toThrow('ended by the owner')
    expect(await world.inspect()).toBeUndefined()
  })
})

describe('the sandbox image, where no Docker answers', () => {
  test('is not made, and the error says what to do', async () => {
    world.recipe('true\n')
    const env = { DOCKER_HOST: 'unix:///nowhere/docker.sock' }
    const building = buildSandboxImage({
      ...world,
      env,
      onLine: () => undefined,
      signal: new AbortController().signal,
    })
    await expect(building).rejects.toMatchObject({
      code: 'docker_unreachable',
      hint: expect.stringContaining('clawdbot sandbox build'),
    })
  })
})
