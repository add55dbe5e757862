import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { resolveStatePaths } from '../../shared/state/state-dir.ts'
import { type ArchivePlaces, archiveGrants, archiveStartOf } from './grants.ts'

let root: string
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'clawdbot-grants-')))
})
afterEach(() => rmSync(root, { recursive: true }))

const places = (more: Partial<ArchivePlaces> = {}): ArchivePlaces => ({
  paths: resolveStatePaths({ CLAWDBOT_STATE_DIR: join(root, 'home/.clawdbot') }, join(root, 'home')),
  appRoot: join(root, 'app'),
  home: join(root, 'home'),
  logFile: join(root, 'log/clawdbot-YYYY-MM-DD.log'),
  year: 2026,
  ...more,
})

const readable = (more: Partial<ArchivePlaces>): readonly string[] =>
  archiveGrants(places(more)).flatMap((flag) => /^--allow-fs-read=(.*)$/.exec(flag)?.[1] ?? [])

const state = (path: string): string => join(root, 'home/.clawdbot', path)

describe('the archive’s permission flags', () => {
  it('are exactly these', () => {
    expect(archiveGrants(places()).filter((flag) => !flag.endsWith('/proc/self/maps'))).toEqual([
      '--permission',
      '--no-experimental-sqlite',
      '--no-experimental-webstorage',
      '--no-experimental-ffi',
      '--freeze-flags-after-init',
      '--disable-sigusr1',
      '--allow-addons',
      '--preserve-symlinks',
      '--preserve-symlinks-main',
      `--allow-fs-read=${root}/app/out/archive`,
      `--allow-fs-read=${root}/app/node_modules/better-sqlite3`,
      `--allow-fs-read=${state('sessions')}`,
      `--allow-fs-read=${state('sessions/*')}`,
      `--allow-fs-read=${state('agents')}`,
      `--allow-fs-read=${state('agents/*')}`,
      `--allow-fs-read=${state('audit/log-*')}`,
      `--allow-fs-read=${root}/log`,
      `--allow-fs-read=${root}/log/*`,
      `--allow-fs-read=${state('archive')}`,
      `--allow-fs-read=${state('archive/*')}`,
      `--allow-fs-write=${state('archive')}`,
      `--allow-fs-write=${state('archive/*')}`,
    ])
  })

  it('open one file for a log without a date, whatever else is in its folder', () => {
    const logFile = state('clawdbot.log')
    expect(readable({ logFile }).filter((path) => path.startsWith(state('clawdbot')))).toEqual([logFile])
  })

  it.each([
    ['the home', 'home'],
    ['a folder above the home', ''],
    ['the state directory', 'home/.clawdbot'],
    ['the folder of the audit and its key', 'home/.clawdbot/audit'],
    ['a folder beside the evidence', 'home/.clawdbot/incidents/logs'],
  ])('open only names of three years for a dated log in %s', (_, folder) => {
    const logFile = join(root, folder, 'clawdbot-YYYY-MM-DD.log')
    const before = readable({})
    const added = readable({ logFile }).filter((path) => !before.includes(path))
    expect(added).toEqual([2027, 2026, 2025].map((year) => join(root, folder, `clawdbot-${String(year)}-*`)))
  })

  it('open a folder of the owner’s own for logs', () => {
    const folder = join(root, 'home/logs')
    expect(readable({ logFile: join(folder, 'c-YYYY-MM-DD.log') })).toContain(join(folder, '*'))
  })

  it('name real paths, as what it is told does', () => {
    mkdirSync(join(root, 'real/.clawdbot/sessions'), { recursive: true })
    symlinkSync(join(root, 'real'), join(root, 'home'))
    const start = archiveStartOf(places())
    expect(start.stateDir).toBe(join(root, 'real/.clawdbot'))
    expect(archiveGrants(places())).toContain(`--allow-fs-read=${start.stateDir}/sessions/*`)
    expect(archiveGrants(places()).join(' ')).not.toContain(join(root, 'home'))
  })

  it('are refused for a path with a star, which would open everything that begins like it', () => {
    const paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: join(root, 'a*b') }, root)
    expect(() => archiveGrants(places({ paths }))).toThrow(/contains a star/)
    expect(() => archiveGrants(places({ logFile: join(root, 'l*g/x-YYYY-MM-DD.log') }))).toThrow(/star/)
    expect(() => archiveGrants(places({ logFile: join(root, 'log/*') }))).toThrow(/star/)
  })
})
