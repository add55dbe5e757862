import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { url } from 'node:inspector'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { auditFiles } from '../audit/format/audit-files.ts'
import type { Supervisor } from '../supervisor.ts'
import { createTestHome, inPhase, order, startRunning, type TestHome } from '../testing/test-home.ts'

const DENIED = 'ERR_ACCESS_DENIED'

let home: TestHome
let supervisor: Supervisor
/** Every file of the owner side, by name. */
let owned: Readonly<Record<string, string>>

beforeAll(async () => {
  home = createTestHome()
  const { paths } = home
  supervisor = await home.supervisor()
  owned = {
    config: paths.config,
    'pairing store': join(paths.credentials, 'telegram-pairing.json'),
    'allow store': join(paths.credentials, 'telegram-allowFrom.json'),
    'block store': join(paths.credentials, 'telegram-blocked.json'),
    'WhatsApp allow store': join(paths.credentials, 'whatsapp-allowFrom.json'),
    'WhatsApp accounts': join(paths.credentials, 'whatsapp-accounts.json'),
    'word about the number': join(paths.credentials, 'whatsapp-number.json'),
    'answer with a code to link': paths.linkAnswer,
    'reply ledger': join(paths.credentials, 'telegram-replies.json'),
    'run file': paths.run,
    'notify store': paths.notify,
    'decision book': join(paths.root, 'decisions.json'),
    notes: join(paths.root, 'people.json'),
    'lockdown record': paths.lockdowns,
    audit: join(paths.audit, '0001.jsonl'),
    'signing key': auditFiles(paths).signingKey,
    evidence: join(paths.incidents, 'incident-2026-01-01-000000', 'result.json'),
  }
  const act = { at: 1, by: 'owner', reason: '' }
  // Anything in its place but a lockdown that has ended is a lockdown.
  writeFileSync(paths.lockdowns, JSON.stringify({ version: 1, stopped: act, resumed: act }))
  await startRunning(supervisor)
  mkdirSync(dirname(owned['evidence'] ?? ''))
  // Written while it runs, because some of these would stop it from starting.
  for (const file of Object.values(owned)) if (!existsSync(file)) writeFileSync(file, 'not for you')
})
afterAll(() => home.remove())

const names = [
  'config',
  'pairing store',
  'allow store',
  'block store',
  'WhatsApp allow store',
  'WhatsApp accounts',
  'word about the number',
  'answer with a code to link',
  'reply ledger',
  'run file',
  'notify store',
  'decision book',
  'notes',
  'lockdown record',
  'audit',
  'signing key',
  'evidence',
] as const

const ordered = (words: string, name: string): Promise<string> =>
  order(supervisor, `${words} ${owned[name] ?? ''}`)

describe('a gateway under its grants', () => {
  it.each(names)('can not read the %s', async (name) => {
    expect(await ordered('read', name)).toBe(DENIED)
  })

  it.each(names)('can not write the %s', async (name) => {
    const before = readFileSync(owned[name] ?? '', 'utf8')
    expect(await ordered('write', name)).toBe(DENIED)
    expect(readFileSync(owned[name] ?? '', 'utf8')).toBe(before)
  })

  it.each(names)('can not remove the %s', async (name) => {
    expect(await ordered('remove', name)).toBe(DENIED)
    expect(existsSync(owned[name] ?? '')).toBe(true)
  })

  it('can not ask in the place of the command line to link a messenger', async () => {
    expect(await order(supervisor, `write ${home.paths.linkRequest}`)).toBe(DENIED)
    expect(existsSync(home.paths.linkRequest)).toBe(false)
  })

  it('can not write the latch', async () => {
    expect(await order(supervisor, `write ${home.paths.lockdown}`)).toBe(DENIED)
    expect(existsSync(home.paths.lockdown)).toBe(false)
  })

  it('can not remove the latch', async () => {
    expect(await order(supervisor, `remove ${home.paths.lockdown}`)).toBe(DENIED)
  })

  it('can see whether there is a latch', async () => {
    expect(await order(supervisor, `stat ${home.paths.lockdown}`)).toBe('ENOENT')
  })

  it('can not rename a file of its own over the allow store', async () => {
    const mine = join(home.paths.sessions, 'mine')
    expect(await order(supervisor, `write ${mine}`)).toBe('ok ')
    expect(await ordered(`rename ${mine}`, 'allow store')).toBe(DENIED)
  })

  it('can not reach the config through a link that it makes', async () => {
    const link = join(home.paths.sessions, 'link')
    expect(await order(supervisor, `link ${home.paths.config} ${link}`)).toBe(DENIED)
  })

  it('can not list the state directory', async () => {
    expect(await order(supervisor, `list ${home.paths.root}`)).toBe(DENIED)
  })

  it('can not list the credentials', async () => {
    expect(await order(supervisor, `list ${home.paths.credentials}`)).toBe(DENIED)
  })

  it('can not read the system’s files', async () => {
    expect(await order(supervisor, 'read /etc/passwd')).toBe(DENIED)
  })

  it('can not change its own program', async () => {
    expect(await order(supervisor, `write ${join(home.appRoot, 'out/gateway/main.js')}`)).toBe(DENIED)
  })

  it('can not start a process', async () => {
    expect(await order(supervisor, 'spawn')).toBe(DENIED)
  })

  it('can not start a worker', async () => {
    expect(await order(supervisor, 'worker')).toBe(DENIED)
  })

  it('can not load native code', async () => {
    expect(await order(supervisor, 'addon')).toBe('ERR_DLOPEN_DISABLED')
  })

  it.each(['node:sqlite', 'node:ffi'])('does not have %s, which asks no permission', async (name) => {
    expect(await order(supervisor, `builtin ${name}`)).toBe('ok none')
  })

  it('can not have V8 write a file for it', async () => {
    const another = createTestHome()
    const other = await another.supervisor()
    await startRunning(other)
    const target = join(another.root, 'authorized_keys')
    await other.simulate('owner', 'Owner', `v8 ${target}`)
    const { gateway } = await inPhase(other, 'backing-off')
    expect(gateway.error?.message).toMatch(/SIGTRAP|SIGILL|SIGABRT|code/)
    expect(existsSync(target)).toBe(false)
    await another.remove()
  })

  it('can not have the debugger of its supervisor opened', async () => {
    expect(process.listenerCount('SIGUSR1')).toBeGreaterThan(0)
    const arrived = once(process, 'SIGUSR1')
    expect(await order(supervisor, 'debug')).toBe('ok true')
    await arrived
    expect(url()).toBeUndefined()
  })

  it('writes transcripts, its journals and its log', async () => {
    for (const file of [join(home.paths.sessions, 'a.jsonl'), join(home.paths.gateway, 'b'), home.logFile]) {
      expect(await order(supervisor, `write ${file}`)).toBe('ok ')
      expect(await order(supervisor, `read ${file}`)).toBe('ok x')
    }
    expect(await order(supervisor, `write ${join(dirname(home.logFile), 'another')}`)).toBe(DENIED)
  })

  it('knows a few names of our environment, and no NODE_OPTIONS', async () => {
    const another = createTestHome()
    const env = {
      CLAWDBOT_TEST: '1',
      TZ: 'UTC',
      NODE_OPTIONS: '--allow-child-process',
      ANTHROPIC_API_KEY: 'sk-test-not-a-key',
      PATH: '/bin',
      CLAWDBOT_RUN_ID: 'forged',
    }
    const other = await another.supervisor('', { env })
    await startRunning(other)
    const seen = (await order(other, 'env')).split(',')
    expect(seen).toEqual(['CLAWDBOT_RUN_ID', 'CLAWDBOT_TEST', 'MALLOC_ARENA_MAX', 'TZ'])
    await another.remove()
  })
})

describe('a gateway while the host is open to a session', () => {
  it.each([
    ['the owner’s main session', { elevated: { enabled: true } }],
    [
      'somebody whom the config names',
      { sandbox: { mode: 'all' }, elevated: { enabled: true, allowFrom: { simulator: ['owner'] } } },
    ],
  ])('can start a process, and knows what commands need: %s', async (_, agent) => {
    const open = createTestHome()
    open.config({ agent })
    const env = {
      CLAWDBOT_TEST: '1',
      PATH: '/bin',
      HOME: '/home/owner',
      ANTHROPIC_API_KEY: 'sk-test-not-a-key',
    }
    const other = await open.supervisor('', { env })
    await startRunning(other)
    expect(await order(other, 'spawn')).toMatch(/^ok [0-9]+$/)
    expect(await order(other, 'read /etc/passwd')).toBe(DENIED)
    const seen = (await order(other, 'env')).split(',')
    expect(seen).toEqual(['CLAWDBOT_RUN_ID', 'CLAWDBOT_TEST', 'HOME', 'MALLOC_ARENA_MAX', 'PATH'])
    expect(statSync(open.paths.workspace).mode & 0o777).toBe(0o700)
    await open.remove()
  })

  it.each([
    [
      'nobody is named and all sessions have a sandbox',
      { sandbox: { mode: 'all' }, elevated: { enabled: true } },
    ],
    ['it is not enabled', { sandbox: { mode: 'off' } }],
    ['somebody is named and it is not enabled', { elevated: { allowFrom: { simulator: ['owner'] } } }],
  ])('can not where %s', async (_, agent) => {
    const closed = createTestHome()
    closed.config({ agent })
    const other = await closed.supervisor()
    await startRunning(other)
    expect(await order(other, 'spawn')).toBe(DENIED)
    await closed.remove()
  })
})

const BAILEYS = '@whiskeysockets/baileys'

describe('a gateway with WhatsApp', () => {
  it('loads what speaks it, and reads nothing else of what is installed', async () => {
    const modules = join(home.appRoot, 'node_modules')
    expect(await order(supervisor, `load ${BAILEYS}`)).toMatch(/^ok \d+$/)
    expect(await order(supervisor, `read ${modules}/${BAILEYS}/package.json`)).toMatch(/^ok /)
    expect(await order(supervisor, `write ${modules}/${BAILEYS}/lib/index.js`)).toBe(DENIED)
    for (const name of ['zod/package.json', 'electron/package.json', '.package-lock.json'])
      expect(await order(supervisor, `read ${modules}/${name}`)).toBe(DENIED)
    expect(await order(supervisor, `list ${modules}`)).toBe(DENIED)
    expect(await order(supervisor, `list ${modules}/@whiskeysockets`)).toBe(DENIED)
  })

  it('keeps its login in a folder that is the owner’s alone', async () => {
    const login = join(home.paths.credentials, 'whatsapp')
    expect(statSync(login).mode & 0o777).toBe(0o700)
    expect(await order(supervisor, `write ${login}/login.jsonl`)).toBe('ok ')
    expect(await order(supervisor, `read ${login}/login.jsonl`)).toBe('ok x')
    expect(await order(supervisor, `remove ${login}/login.jsonl`)).toBe('ok ')
  })

  it('that is switched off has neither the one nor the other', async () => {
    const off = createTestHome()
    off.config({ whatsapp: { enabled: false } })
    const other = await off.supervisor()
    const { gateway } = await startRunning(other)
    expect(gateway.grants.filter((grant) => grant.includes('node_modules'))).toEqual([])
    expect(gateway.grants.filter((grant) => grant.includes('credentials'))).toEqual([])
    expect(await order(other, `load ${BAILEYS}`)).toMatch(/^ERR_/)
    expect(existsSync(join(off.paths.credentials, 'whatsapp'))).toBe(false)
    await off.remove()
  })
})
