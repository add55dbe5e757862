import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { gatewayGrants, maySpawn } from './grants.ts'

let root: string
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'clawdbot-grants-')))
})
afterEach(() => rmSync(root, { recursive: true }))

const places = (more: Partial<Parameters<typeof gatewayGrants>[0]> = {}) => ({
  code: join(root, 'out/gateway'),
  sessions: join(root, 'sessions'),
  journals: join(root, 'gateway'),
  logins: [join(root, 'credentials/whatsapp')],
  packages: [],
  logFile: join(root, 'log/clawdbot-YYYY-MM-DD.log'),
  lockdown: join(root, 'lockdown.json'),
  host: 'closed' as const,
  year: 2026,
  ...more,
})

describe('the gateway’s permission flags', () => {
  it('are exactly these', () => {
    expect(gatewayGrants(places())).toEqual([
      '--permission',
      '--no-experimental-sqlite',
      '--no-experimental-webstorage',
      '--no-experimental-ffi',
      '--freeze-flags-after-init',
      '--disable-sigusr1',
      '--allow-net',
      `--allow-fs-read=${root}/out/gateway`,
      `--allow-fs-read=${root}/sessions`,
      `--allow-fs-read=${root}/gateway`,
      `--allow-fs-read=${root}/credentials/whatsapp`,
      `--allow-fs-read=${root}/log/clawdbot-2026-*`,
      `--allow-fs-read=${root}/log/clawdbot-2027-*`,
      `--allow-fs-read=${root}/lockdown.json`,
      `--allow-fs-write=${root}/sessions`,
      `--allow-fs-write=${root}/gateway`,
      `--allow-fs-write=${root}/credentials/whatsapp`,
      `--allow-fs-write=${root}/log/clawdbot-2026-*`,
      `--allow-fs-write=${root}/log/clawdbot-2027-*`,
    ])
  })

  it('do not let it spawn, but while the host is open to a session', () => {
    expect(maySpawn(gatewayGrants(places()))).toBe(false)
    const open = gatewayGrants(places({ host: 'open' }))
    expect(maySpawn(open)).toBe(true)
    expect(open.filter((grant) => grant !== '--allow-child-process')).toEqual(gatewayGrants(places()))
  })

  it('name real paths, because Node compares them as text', () => {
    mkdirSync(join(root, 'real/sessions'), { recursive: true })
    symlinkSync(join(root, 'real'), join(root, 'link'))
    const grants = gatewayGrants(
      places({ sessions: join(root, 'link/sessions'), lockdown: join(root, 'link/lockdown.json') }),
    )
    expect(grants).toContain(`--allow-fs-write=${root}/real/sessions`)
    expect(grants).toContain(`--allow-fs-read=${root}/real/lockdown.json`)
  })

  it('name a log without a date as that one file', () => {
    const grants = gatewayGrants(places({ logFile: join(root, 'mine.log') }))
    expect(grants).toContain(`--allow-fs-write=${root}/mine.log`)
  })

  it.each(['YYYY-MM-DD.log', 'c-YYYY-MM-DD.log', 'clawdbot.YYYY-MM-DD.log'])(
    'do not open the state directory to a log %s that lies in it',
    (name) => {
      const grants = gatewayGrants(places({ logFile: join(root, name) }))
      const opened = grants.flatMap((grant) => /=(.*)\*$/.exec(grant)?.[1] ?? [])
      expect(opened).not.toEqual([])
      for (const file of ['clawdbot.json', 'credentials/telegram-allowFrom.json', 'lockdown.json', 'c-x'])
        expect(opened.filter((start) => join(root, file).startsWith(start))).toEqual([])
    },
  )

  it('open packages last, to be read only, as Node finds them from the code', () => {
    const packages = [join(root, 'node_modules/@a/b'), join(root, 'node_modules/c')]
    expect(gatewayGrants(places({ packages }))).toEqual([
      ...gatewayGrants(places()),
      '--preserve-symlinks',
      ...packages.map((path) => `--allow-fs-read=${path}`),
    ])
  })

  it('are refused for a path with a star, which would grant more than that path', () => {
    expect(() => gatewayGrants(places({ sessions: join(root, 'a*b/sessions') }))).toThrow(/star/)
    expect(() => gatewayGrants(places({ packages: [join(root, 'node_modules/a*')] }))).toThrow(/star/)
  })
})
