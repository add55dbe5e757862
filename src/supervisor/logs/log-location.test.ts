import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { resolveStatePaths, type StatePaths } from '../../shared/state/state-dir.ts'
import { logFileAt, logFileOf, prepareLogFolder } from './log-location.ts'

let root: string
let paths: StatePaths
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'clawdbot-log-')))
  paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: join(root, 'state') }, root)
})
afterEach(() => rmSync(root, { recursive: true }))

describe('the place of the log', () => {
  it.runIf(process.platform !== 'win32')(
    'is /tmp/clawdbot, with the UTC date, unless the config says otherwise',
    () => {
      const file = logFileOf(null, '/state', '/home/me')
      expect(file).toBe('/tmp/clawdbot/clawdbot-YYYY-MM-DD.log')
      expect(logFileAt(file, Date.parse('2026-01-06T23:59:59.999Z'))).toBe(
        '/tmp/clawdbot/clawdbot-2026-01-06.log',
      )
      expect(logFileAt(file, Date.parse('2026-01-06T23:59:59.999-01:00'))).toContain('2026-01-07')
    },
  )

  it('is the configured file: absolute, below the home, or below the state directory', () => {
    expect(logFileOf('/var/log/x.log', '/state', '/home/me')).toBe('/var/log/x.log')
    expect(logFileOf('~/x.log', '/state', '/home/me')).toBe('/home/me/x.log')
    expect(logFileOf('logs/x.log', '/state', '/home/me')).toBe('/state/logs/x.log')
  })

  it('is made, for the owner alone', async () => {
    await prepareLogFolder(join(root, 'a/b/x.log'), paths)
    expect(statSync(join(root, 'a/b')).mode & 0o777).toBe(0o700)
  })

  it('is refused where a file is in its place', async () => {
    writeFileSync(join(root, 'file'), '')
    await expect(prepareLogFolder(join(root, 'file/x.log'), paths)).rejects.toMatchObject({
      code: 'log_unsafe',
    })
  })

  it.each(['config', 'lockdown', 'run', 'notify'] as const)('is refused as the %s file', async (which) => {
    await expect(prepareLogFolder(paths[which], paths)).rejects.toMatchObject({ code: 'log_unsafe' })
  })

  it.each(['credentials', 'sessions', 'gateway'] as const)(
    'is refused within the %s folder',
    async (which) => {
      await expect(prepareLogFolder(join(paths[which], 'x.log'), paths)).rejects.toMatchObject({
        code: 'log_unsafe',
      })
    },
  )
})

const prepare = (folder: string): Promise<void> => prepareLogFolder(join(folder, 'x.log'), paths, folder)

describe.runIf(process.platform !== 'win32')('the shared folder in /tmp', () => {
  it('is refused when it is a link, which another user may have laid', async () => {
    mkdirSync(join(root, 'elsewhere'))
    symlinkSync(join(root, 'elsewhere'), join(root, 'link'))
    await expect(prepare(join(root, 'link'))).rejects.toMatchObject({ code: 'log_unsafe' })
  })

  it.runIf(process.getuid?.() === 0)('is refused when it belongs to another user', async () => {
    const { chownSync } = await import('node:fs')
    mkdirSync(join(root, 'theirs'))
    chownSync(join(root, 'theirs'), 12345, 12345)
    await expect(prepare(join(root, 'theirs'))).rejects.toMatchObject({ code: 'log_unsafe' })
  })

  it('that the existing Clawdbot left open to all is taken back', async () => {
    mkdirSync(join(root, 'open'))
    chmodSync(join(root, 'open'), 0o755)
    await prepare(join(root, 'open'))
    expect(statSync(join(root, 'open')).mode & 0o777).toBe(0o700)
  })
})
