import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { reasonOf } from './download.ts'
import { verifyIntegrity } from './fallback.ts'
import { chooseRuntime, resolveElectron } from './runtime.ts'

describe('which Electron runs the app', () => {
  const nothing = { given: undefined, installed: null, fallback: false }

  test('the one that CLAWDBOT_ELECTRON names comes before all others', () => {
    expect(chooseRuntime({ given: '/a', installed: '/b', fallback: true })).toBe('given')
  })

  test('an empty CLAWDBOT_ELECTRON names none', () => {
    expect(chooseRuntime({ ...nothing, given: '' })).toBe('download')
  })

  test('the installed one comes before the fallback', () => {
    expect(chooseRuntime({ ...nothing, installed: '/b', fallback: true })).toBe('installed')
  })

  test('a fallback that is there spares another attempt to download', () => {
    expect(chooseRuntime({ ...nothing, fallback: true })).toBe('fallback')
  })

  test('where nothing is there it is downloaded', () => {
    expect(chooseRuntime(nothing)).toBe('download')
  })
})

describe('a runtime on disk', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'clawdbot-runtime-'))
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await rm(folder, { recursive: true })
  })

  test('a CLAWDBOT_ELECTRON that does not exist is an error, not a reason to take another one', async () => {
    vi.stubEnv('CLAWDBOT_ELECTRON', join(folder, 'electron'))
    await expect(resolveElectron()).rejects.toMatchObject({ code: 'runtime_missing' })
  })

  test('a given program says its version if a file beside it does', async () => {
    const path = join(folder, 'electron')
    await writeFile(path, '')
    vi.stubEnv('CLAWDBOT_ELECTRON', path)
    expect(await resolveElectron()).toMatchObject({ path, kind: 'given', version: 'unknown' })
    await writeFile(join(folder, 'version'), 'v45.4.1\n')
    expect(await resolveElectron()).toMatchObject({ path, kind: 'given', version: '45.4.1' })
  })

  test('a package with one changed byte is refused', async () => {
    const file = join(folder, 'package.tgz')
    const expected = `sha512-${createHash('sha512').update('as published').digest('base64')}`
    await writeFile(file, 'as published')
    await expect(verifyIntegrity(file, expected)).resolves.toBeUndefined()
    await writeFile(file, 'as Published')
    await expect(verifyIntegrity(file, expected)).rejects.toMatchObject({ code: 'runtime_missing' })
  })
})

test('a failed download is explained in a word', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  expect(reasonOf(new TypeError('fetch failed', { cause: refused }))).toBe('ECONNREFUSED')
  expect(reasonOf(new DOMException('aborted', 'TimeoutError'))).toBe('no answer')
  expect(reasonOf(new Error('something else'))).toBe('something else')
})
