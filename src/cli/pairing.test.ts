import { readFileSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readApproved } from '../shared/state/allow-store.ts'
import { takeNotifies } from '../shared/state/notify-store.ts'
import { listRequests } from '../shared/state/pairing-store.ts'
import { createAuditLock } from '../supervisor/audit/audit-lock.ts'
import { cliState, runCli, stranger } from './testing/run-cli.ts'

describe('clawdbot pairing list', () => {
  it('prints JSON as the existing Clawdbot does: provider and requests, with the times of the file', async () => {
    const paths = await cliState()
    await stranger(paths, '42', { username: 'alice' })
    const { code, out, err } = await runCli(paths, ['pairing', 'list', '--provider', 'telegram', '--json'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const file = await readFile(join(paths.credentials, 'telegram-pairing.json'), 'utf8')
    const { requests } = JSON.parse(file)
    expect(JSON.parse(out)).toEqual({ provider: 'telegram', requests })
    expect(out).toBe(`${JSON.stringify({ provider: 'telegram', requests }, null, 2)}\n`)
  })

  it('prints one line for each, and says so when nobody waits', async () => {
    const paths = await cliState()
    expect(await runCli(paths, ['pairing', 'list', '-p', 'telegram'])).toEqual({
      code: 0,
      out: 'No pending telegram pairing requests.\n',
      err: '',
    })
    const code = await stranger(paths, '42', { username: 'alice' })
    const { out } = await runCli(paths, ['pairing', 'list', '--channel', 'telegram'])
    expect(out).toMatch(
      new RegExp(
        `^${code}  id=42  meta=\\{"username":"alice","attempts":"1"\\}  \\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z\\n$`,
      ),
    )
  })

  it('shows what hides in a stranger’s name instead of obeying it', async () => {
    const paths = await cliState()
    const username = '\u001b[2J\u202eevil\u009b31m\n\u200b'
    await stranger(paths, '42', { username })
    const text = await runCli(paths, ['pairing', 'list', '-p', 'telegram'])
    expect(text.out).toContain('‹U+202E›evil‹U+009B›31m')
    // The one line break that is ours.
    expect(text.out.indexOf('\n')).toBe(text.out.length - 1)
    expect(text.out.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    const json = await runCli(paths, ['pairing', 'list', '-p', 'telegram', '--json'])
    expect(json.out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(JSON.parse(json.out).requests[0].meta.username).toBe(username)
  })

  it('refuses a corrupt file, and says how to go on', async () => {
    const paths = await cliState()
    const file = join(paths.credentials, 'telegram-pairing.json')
    await writeFile(file, '{')
    const list = ['pairing', 'list', '-p', 'telegram']
    const refused = await runCli(paths, list)
    expect(refused).toMatchObject({ code: 1, out: '' })
    expect(refused.err).toMatch(
      /^clawdbot: .*telegram-pairing\.json is not valid JSON.*\n {2}.*clawdbot pairing repair/,
    )
    expect(refused.err).not.toMatch(/\n\s+at /)
    const repaired = await runCli(paths, ['pairing', 'repair', '-p', 'telegram'])
    expect(repaired.code).toBe(0)
    expect(repaired.out).toMatch(/^Set aside .*telegram-pairing\.json as .*corrupt-/)
    expect(await runCli(paths, list)).toMatchObject({ code: 0 })
    const again = await runCli(paths, ['pairing', 'repair', '-p', 'telegram'])
    expect(again.out).toBe('Nothing to repair: the files are in order.\n')
  })
})

describe('clawdbot pairing approve', () => {
  it('takes a code in any case, and lets its sender in', async () => {
    const paths = await cliState()
    const code = await stranger(paths, '42')
    const result = await runCli(paths, [
      'pairing',
      'approve',
      '--provider',
      'telegram',
      ` ${code.toLowerCase()} `,
    ])
    expect(result).toEqual({ code: 0, out: 'Approved telegram sender 42.\n', err: '' })
    expect(await readApproved(paths, 'telegram')).toEqual(['42'])
    expect(await listRequests(paths, 'telegram', Date.now())).toEqual([])
    expect(await takeNotifies(paths)).toEqual([])
  })

  it('leaves word for the sender with --notify', async () => {
    const paths = await cliState()
    const code = await stranger(paths, '42')
    const args = ['pairing', 'approve', code, '--provider', 'telegram', '--notify', '--json']
    const { out } = await runCli(paths, args)
    expect(JSON.parse(out)).toEqual({ provider: 'telegram', approved: '42', notify: true })
    expect(await takeNotifies(paths)).toEqual([{ provider: 'telegram', sender: '42' }])
  })

  it('refuses an unknown code with exit code 1 and one line that helps', async () => {
    const paths = await cliState()
    await stranger(paths, '42')
    const result = await runCli(paths, ['pairing', 'approve', '-p', 'telegram', 'WRONGONE'])
    expect(result).toMatchObject({ code: 1, out: '' })
    expect(result.err).toMatch(
      /^clawdbot: No pending Telegram request has this code\.\n {2}.*clawdbot pairing list/,
    )
    expect(await readApproved(paths, 'telegram')).toEqual([])
  })

  it('approves once when five processes use one code at once', async () => {
    const paths = await cliState()
    const code = await stranger(paths, '42')
    const runs = Array.from({ length: 5 }, () =>
      runCli(paths, ['pairing', 'approve', '-p', 'telegram', code]),
    )
    const codes = (await Promise.all(runs)).map((result) => result.code)
    expect(codes.filter((exit) => exit === 0)).toHaveLength(1)
    expect(codes.filter((exit) => exit === 1)).toHaveLength(4)
    expect(await readApproved(paths, 'telegram')).toEqual(['42'])
  })

  it('leaves the code in no file once it is used, the audit among them: there is no log of it', async () => {
    const paths = await cliState()
    await writeFile(paths.config, `{ logging: { level: 'trace', file: '~/bot.log' } }`)
    const code = await stranger(paths, '42')
    await runCli(paths, ['pairing', 'list', '-p', 'telegram'])
    await runCli(paths, ['pairing', 'approve', '-p', 'telegram', code])
    const files = await readdir(paths.root, { recursive: true, withFileTypes: true })
    const holding = files.filter(
      (file) => file.isFile() && readFileSync(join(file.parentPath, file.name), 'utf8').includes(code),
    )
    expect(holding).toEqual([])
    expect(files.map(({ name }) => name)).not.toContain('bot.log')
  })
})

describe('clawdbot pairing reject', () => {
  it('removes the request and lets nobody in', async () => {
    const paths = await cliState()
    const code = await stranger(paths, '42')
    const result = await runCli(paths, ['pairing', 'reject', '-p', 'telegram', code, '--json'])
    expect(JSON.parse(result.out)).toEqual({ provider: 'telegram', rejected: '42' })
    expect(await listRequests(paths, 'telegram', Date.now())).toEqual([])
    expect(await readApproved(paths, 'telegram')).toEqual([])
    expect((await runCli(paths, ['pairing', 'reject', '-p', 'telegram', code])).code).toBe(1)
  })
})

describe('during a lockdown', () => {
  it.each([
    ['pairing', 'approve'],
    ['allow', 'add'],
  ])('nobody is let in, as in the app: %s %s', async (list, what) => {
    const paths = await cliState()
    const code = await stranger(paths, '42')
    await writeFile(paths.lockdown, '')
    const result = await runCli(paths, [list, what, '-p', 'telegram', list === 'allow' ? '42' : code])
    expect(result).toMatchObject({ code: 3, out: '', err: expect.stringContaining('during a lockdown') })
    expect(await readApproved(paths, 'telegram')).toEqual([])
  })
})

describe('clawdbot pairing approve, when everything is stopped meanwhile', () => {
  it('lets nobody in: the record took its time, and the stop came first', async () => {
    const paths = await cliState()
    const code = await stranger(paths, '42')
    const lock = createAuditLock(paths.audit)
    const approving = await lock.hold(async () => {
      const running = runCli(paths, ['pairing', 'approve', code, '-p', 'telegram'])
      // It has asked for the lock.
      const claims = async () => (await readdir(paths.audit)).filter((name) => name.startsWith('claim-'))
      await expect.poll(claims, { timeout: 20_000 }).toHaveLength(2)
      await writeFile(paths.lockdown, '{}')
      return { running }
    })
    const { code: exit, err } = await approving.running
    expect(err).toContain('nobody is let in during a lockdown')
    expect(exit).toBe(3)
    expect(await readApproved(paths, 'telegram')).toEqual([])
    await lock.close()
  })
})
