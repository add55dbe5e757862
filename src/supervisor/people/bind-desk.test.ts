import { describe, expect, it } from 'vitest'
import type { AuditEntry } from '../../shared/domain/audit.ts'
import { bindAccount, readAccounts } from '../../shared/state/account-store.ts'
import { addApproved } from '../../shared/state/allow-store.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { load } from '../../shared/state/testing/config-text.ts'
import { NOW, sender, tempState, writeCredential } from '../../shared/state/testing/temp-state.ts'
import { createBindDesk } from './bind-desk.ts'
import { type ProviderPeople, readProvider } from './read-provider.ts'

const NUMBER = '+15550001111'
const ACCOUNT = '77712345@lid'
const id = (text: string) => sender(text, 'whatsapp')
const SOON = { timeout: 30_000 }

const deskOf = (paths: StatePaths, read: ProviderPeople | undefined) => {
  const noted: AuditEntry[] = []
  const errors: unknown[] = []
  let changes = 0
  const desk = createBindDesk({
    paths,
    providerNow: () => read,
    audit: { note: (entry) => void noted.push(entry) },
    changed: () => {
      changes += 1
    },
    onError: (error) => errors.push(error),
  })
  const bind = (number: string, account: string): void =>
    desk.bind({ type: 'bind', provider: 'whatsapp', number, account })
  return { bind, noted, errors, changes: () => changes }
}

const now = async (paths: StatePaths): Promise<ProviderPeople> =>
  readProvider(paths, await load(`{ owner: { whatsapp: "${NUMBER}" } }`), 'whatsapp', NOW)

describe('the word of the gateway that a number has an account', () => {
  it('holds for a listed number that had none, and is in the audit', async () => {
    const paths = await tempState()
    const { bind, noted, changes } = deskOf(paths, await now(paths))
    bind(NUMBER, ACCOUNT)
    await expect.poll(changes, SOON).toBe(1)
    expect([...(await readAccounts(paths, 'whatsapp'))]).toEqual([[NUMBER, ACCOUNT]])
    expect(noted).toEqual([
      {
        act: 'people.bind',
        actor: 'supervisor',
        provider: 'whatsapp',
        sender: NUMBER,
        detail: { account: ACCOUNT },
      },
    ])
  })

  it.each([
    ['+15550002222', ACCOUNT],
    ['+15550009999', '66612345@lid'],
    [NUMBER, '+15550003333'],
    [ACCOUNT, ACCOUNT],
    ['15550001111', ACCOUNT],
    [NUMBER, 'owner'],
  ])('changes nothing as %s and %s: not listed, held already, or no such ids', async (number, account) => {
    const paths = await tempState()
    await addApproved(paths, 'whatsapp', id('+15550009999'))
    await bindAccount(paths, 'whatsapp', id('+15550009999'), id('99912345@lid'), 'first')
    const { bind, noted, changes } = deskOf(paths, await now(paths))
    bind(number, account)
    bind(NUMBER, ACCOUNT)
    await expect.poll(changes, SOON).toBe(1)
    expect([...(await readAccounts(paths, 'whatsapp'))]).toEqual([
      ['+15550009999', '99912345@lid'],
      [NUMBER, ACCOUNT],
    ])
    expect(noted).toHaveLength(1)
  })

  it('never replaces an account, also where what was read is older than the file', async () => {
    const paths = await tempState()
    const before = await now(paths)
    await bindAccount(paths, 'whatsapp', id(NUMBER), id('99912345@lid'), 'first')
    const { bind, noted, changes } = deskOf(paths, before)
    bind(NUMBER, ACCOUNT)
    await expect.poll(changes, SOON).toBe(1)
    expect([...(await readAccounts(paths, 'whatsapp')).values()]).toEqual(['99912345@lid'])
    expect(noted).toEqual([])
  })

  it('is not believed of a messenger that is not there, and a corrupt file is said', async () => {
    const paths = await tempState()
    const nowhere = deskOf(paths, undefined)
    nowhere.bind(NUMBER, ACCOUNT)
    const { bind, errors, changes } = deskOf(paths, await now(paths))
    await writeCredential(paths, 'whatsapp-accounts.json', '{')
    bind(NUMBER, ACCOUNT)
    await expect.poll(changes, SOON).toBe(1)
    expect(errors).toMatchObject([{ code: 'store_corrupt' }])
    expect(nowhere.changes()).toBe(0)
  })

  it('is not queued without end', async () => {
    const paths = await tempState()
    const { bind, changes } = deskOf(paths, await now(paths))
    for (let at = 0; at < 1_000; at += 1) bind(NUMBER, ACCOUNT)
    await expect.poll(changes, SOON).toBe(64)
  })
})
