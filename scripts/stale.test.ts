import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isStale } from './stale.ts'

let folder = ''
const at = (...parts: readonly string[]): string => join(folder, ...parts)
const changedAt = (seconds: number, ...paths: readonly string[]): Promise<unknown> =>
  Promise.all(paths.map((path) => utimes(at(path), seconds, seconds)))

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clawdbot-stale-'))
  await mkdir(at('src', 'deep'), { recursive: true })
  await Promise.all(['src/deep/a.ts', 'one.js', 'two.js'].map((path) => writeFile(at(path), '')))
  await changedAt(1000, 'src/deep/a.ts', 'src/deep', 'src')
  await changedAt(2000, 'one.js', 'two.js')
})
afterEach(() => rm(folder, { recursive: true }))

const stale = (): boolean => isStale([at('src')], [at('one.js'), at('two.js')])

test('a build that is newer than every source is up to date', () => {
  expect(stale()).toBe(false)
})

test('a changed file deep in a source folder makes it stale', async () => {
  await changedAt(3000, 'src/deep/a.ts')
  expect(stale()).toBe(true)
})

test('a removed source file makes it stale, although what is left is old', async () => {
  await rm(at('src/deep/a.ts'))
  expect(stale()).toBe(true)
})

test('one output that an interrupted build left old makes it stale', async () => {
  await changedAt(900, 'two.js')
  expect(stale()).toBe(true)
})

test('a missing output makes it stale', async () => {
  await rm(at('two.js'))
  expect(stale()).toBe(true)
})
