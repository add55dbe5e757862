import { describe, expect, it } from 'vitest'
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
