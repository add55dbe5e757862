import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLatch } from './latch.ts'

let stateDir = ''
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'latch-'))
})
afterEach(() => rmSync(stateDir, { recursive: true }))

describe('the latch', () => {
  test('is open only when there is certainly no file', () => {
    expect(createLatch(stateDir)()).toBe(false)
  })

  test('is closed by any file, also an empty one', () => {
    const isLocked = createLatch(stateDir)
    writeFileSync(join(stateDir, 'lockdown.json'), '')
    expect(isLocked()).toBe(true)
  })

  test('is closed by a link that leads nowhere, and by a folder', () => {
    symlinkSync('/nowhere/at/all', join(stateDir, 'lockdown.json'))
    expect(createLatch(stateDir)()).toBe(true)
    mkdirSync(join(stateDir, 'b', 'lockdown.json'), { recursive: true })
    expect(createLatch(join(stateDir, 'b'))()).toBe(true)
  })

  test('is closed when nobody can say: the state directory is a file', () => {
    writeFileSync(join(stateDir, 'file'), '')
    expect(createLatch(join(stateDir, 'file'))()).toBe(true)
  })

  test('is open with the gateway’s own grant, and closed without it', () => {
    const script = `import { createLatch } from '${import.meta.dirname}/latch.ts'; process.stdout.write(String(createLatch(process.argv[1])()))`
    const ask = (...grants: string[]): string =>
      execFileSync(
        process.execPath,
        [
          '--permission',
          `--allow-fs-read=${import.meta.dirname}/*`,
          ...grants,
          '--input-type=module',
          '-e',
          script,
          stateDir,
        ],
        { encoding: 'utf8' },
      )
    expect(ask(`--allow-fs-read=${join(stateDir, 'lockdown.json')}`)).toBe('false')
    expect(ask()).toBe('true')
  })
})
