import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readAccounts } from '../shared/state/account-store.ts'
import { readApproved } from '../shared/state/allow-store.ts'
import { readBlocked } from '../shared/state/block-store.ts'
import { listRequests } from '../shared/state/pairing-store.ts'
import { cliState, runCli, stranger } from './testing/run-cli.ts'

describe('clawdbot allow', () => {
  it('adds, lists and removes by id', async () => {
    const paths = await cliState()
    const run = (...args: readonly string[]) => runCli(paths, ['allow', ...args, '--provider', 'telegram'])
    expect((await run('list')).out).toBe('Nobody is approved on telegram.\n')
    expect((await run('add', 'telegram:42')).out).toBe('42 is now approved on telegram.\n')
    expect((await run('add', '42')).out).toBe('42 is already approved on telegram.\n')
    expect((await run('list')).out).toBe('42\n')
    expect(JSON.parse((await run('list', '--json')).out)).toEqual({ provider: 'telegram', allowFrom: ['42'] })
    expect(await readApproved(paths, 'telegram')).toEqual(['42'])
    expect(JSON.parse((await run('remove', '42', '--json')).out)).toEqual({
      provider: 'telegram',
      id: '42',
      changed: true,
    })
    expect((await run('remove', '42')).out).toBe('42 is already without approval on telegram.\n')
    expect(await readApproved(paths, 'telegram')).toEqual([])
  })

  it('ends the waiting of who is added', async () => {
    const paths = await cliState()
    await stranger(paths, '42')
    await runCli(paths, ['allow', 'add', '42', '-p', 'telegram'])
    expect(await readApproved(paths, 'telegram')).toEqual(['42'])
    expect(await listRequests(paths, 'telegram', Date.now())).toEqual([])
  })

  it.each(['@alice', '*', '', '042', '../x', '__proto__', '42\u202e'])('refuses the id %j', async (id) => {
    const paths = await cliState()
    const result = await runCli(paths, ['allow', 'add', '-p', 'telegram', '--', id])
    expect(result).toMatchObject({ code: 1, out: '' })
    expect(result.err).toMatch(/is not a Telegram id\.\n {2}It has to be a numeric Telegram user id/)
    expect(result.err).not.toContain('\u202e')
    expect(await readApproved(paths, 'telegram')).toEqual([])
  })
})

describe('clawdbot block', () => {
  it('shuts out who waits, and takes them off the queue', async () => {
    const paths = await cliState()
    const run = (...args: readonly string[]) => runCli(paths, ['block', ...args, '-p', 'telegram'])
    await stranger(paths, '42')
    expect((await run('add', '42')).out).toBe('42 is now blocked on telegram.\n')
    expect(await readBlocked(paths, 'telegram')).toEqual(['42'])
    expect(await listRequests(paths, 'telegram', Date.now())).toEqual([])
    expect((await run('list')).out).toBe('42\n')
    expect((await run('remove', '42')).out).toBe('42 is now not blocked on telegram.\n')
    expect(JSON.parse((await run('list', '--json')).out)).toEqual({ provider: 'telegram', blocked: [] })
  })
})

describe('on WhatsApp', () => {
  const NUMBER = '+15550001111'
  const ACCOUNT = '77712345@lid'

  it('numbers and accounts are added, listed, and removed', async () => {
    const paths = await cliState()
    const run = (...args: readonly string[]) => runCli(paths, ['allow', ...args, '--provider', 'whatsapp'])
    expect((await run('add', NUMBER)).out).toBe(`${NUMBER} is now approved on whatsapp.\n`)
    expect((await run('add', ACCOUNT)).out).toBe(`${ACCOUNT} is now approved on whatsapp.\n`)
    expect((await run('list')).out).toBe(`${NUMBER}\n${ACCOUNT}\n`)
    const allowFrom = await readFile(join(paths.credentials, 'whatsapp-allowFrom.json'), 'utf8')
    expect(JSON.parse(allowFrom)).toEqual({ version: 1, allowFrom: [NUMBER] })
    expect((await run('remove', ACCOUNT)).out).toBe(`${ACCOUNT} is now without approval on whatsapp.\n`)
    expect(await readApproved(paths, 'whatsapp')).toEqual([NUMBER])
  })

  it.each(['15550001111', '0015550001111', '555-0111', '+1 555 000 1111', '@alice', '77712345@LID'])(
    'the id %j is refused',
    async (text) => {
      const paths = await cliState()
      const { code, err } = await runCli(paths, ['allow', 'add', '-p', 'whatsapp', '--', text])
      expect(code).toBe(1)
      expect(err).toContain('a phone number such as +15550001111, or a LID such as 77712345@lid')
    },
  )

  it('a code lets in the number with its account, and repair sets aside what holds it', async () => {
    const paths = await cliState()
    const code = await stranger(paths, NUMBER, { name: 'Ann' }, 'whatsapp', ACCOUNT)
    const listed = await runCli(paths, ['pairing', 'list', '-p', 'whatsapp'])
    expect(listed.out).toContain(`${code}  id=${NUMBER}  meta={"name":"Ann","account":"${ACCOUNT}"`)
    await runCli(paths, ['pairing', 'approve', code, '-p', 'whatsapp'])
    expect([...(await readAccounts(paths, 'whatsapp'))]).toEqual([[NUMBER, ACCOUNT]])
    const file = join(paths.credentials, 'whatsapp-accounts.json')
    await writeFile(file, '{')
    const repaired = await runCli(paths, ['allow', 'repair', '-p', 'whatsapp'])
    expect(repaired.out).toMatch(/^Set aside .*whatsapp-accounts\.json as .*corrupt-/)
    expect(await readApproved(paths, 'whatsapp')).toEqual([NUMBER])
  })

  it('a block is of both names, and takes who waits off the queue', async () => {
    const paths = await cliState()
    await stranger(paths, NUMBER, {}, 'whatsapp', ACCOUNT)
    const run = (...args: readonly string[]) => runCli(paths, ['block', ...args, '-p', 'whatsapp'])
    await run('add', ACCOUNT)
    expect(await listRequests(paths, 'whatsapp', Date.now())).toEqual([])
    expect((await run('list')).out).toBe(`${ACCOUNT}\n${NUMBER}\n`)
    await run('remove', NUMBER)
    expect((await run('list')).out).toBe('Nobody is blocked on whatsapp.\n')
  })
})
