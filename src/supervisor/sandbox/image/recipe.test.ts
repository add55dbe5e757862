import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readRecipe } from './recipe.ts'

const project = resolve(import.meta.dirname, '../../../..')

let appRoot = ''
beforeEach(() => {
  appRoot = mkdtempSync(join(tmpdir(), 'clawdbot-recipe-'))
  mkdirSync(join(appRoot, 'docker', 'sandbox'), { recursive: true })
})
afterEach(() => rmSync(appRoot, { recursive: true }))

const write = (dockerfile: string, tidy = 'true\n'): void => {
  writeFileSync(join(appRoot, 'docker/sandbox/Dockerfile'), dockerfile)
  writeFileSync(join(appRoot, 'docker/sandbox/tidy.sh'), tidy)
}

describe('the recipe of the sandbox image', () => {
  test('that comes with Clawdbot has what the tools need, and a user that is not root', async () => {
    const { base, packages, settings } = await readRecipe(project)
    expect(base).toBe('debian:bookworm-slim')
    expect(packages).toEqual(
      expect.arrayContaining(['bash', 'coreutils', 'git', 'ripgrep', 'jq', 'python3', 'curl']),
    )
    expect(settings).toContain('USER 1000:1000')
    expect(settings).toContain('WORKDIR /workspace')
  })

  test('has another hash as soon as anything in it is another', async () => {
    const dockerfile = 'FROM debian:bookworm-slim\nARG PACKAGES="bash"\n'
    write(dockerfile)
    const first = await readRecipe(appRoot)
    write(dockerfile, 'false\n')
    const tidied = await readRecipe(appRoot)
    write('FROM debian:bookworm-slim\nARG PACKAGES="bash git"\n')
    const packed = await readRecipe(appRoot)
    expect(new Set([first.hash, tidied.hash, packed.hash]).size).toBe(3)
    write(dockerfile)
    expect((await readRecipe(appRoot)).hash).toBe(first.hash)
  })

  test.each([
    ['names no packages', 'FROM debian:bookworm-slim\n'],
    ['names a package that is an option', 'FROM debian:bookworm-slim\nARG PACKAGES="bash" --hook=x\n'],
    ['names packages that a shell would read', 'FROM debian:bookworm-slim\nARG PACKAGES="bash$(id)"\n'],
    ['is built on nothing', 'ARG PACKAGES="bash"\n'],
    ['is larger than any of ours', `${'#'.repeat(100_000)}\n`],
  ])('that %s is refused, and says where it is', async (_, dockerfile) => {
    write(dockerfile)
    await expect(readRecipe(appRoot)).rejects.toMatchObject({
      code: 'sandbox_image',
      message: expect.stringContaining(join(appRoot, 'docker/sandbox/Dockerfile')),
    })
  })

  test('that is not there is named', async () => {
    await expect(readRecipe(appRoot)).rejects.toMatchObject({
      code: 'sandbox_image',
      message: expect.stringMatching(/Dockerfile is not there/),
    })
  })
})
