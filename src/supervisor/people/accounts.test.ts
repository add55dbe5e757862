import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PeopleTold } from '../../shared/contracts/gateway-told.ts'
import type { ProviderId } from '../../shared/domain/provider.ts'
import { readAccounts } from '../../shared/state/account-store.ts'
import type { Supervisor } from '../supervisor.ts'
import { createTestHome, order, SOON, startRunning, stateWhere, type TestHome } from '../testing/test-home.ts'

const NUMBER = '+15550001111'

let home: TestHome
beforeEach(() => {
  home = createTestHome()
})
afterEach(() => home.remove())

const toldNow = async (
  supervisor: Supervisor,
  of: ProviderId,
): Promise<PeopleTold['providers'][number] | undefined> => {
  const told: PeopleTold = JSON.parse(await order(supervisor, 'told'))
  return told.providers.find(({ provider }) => provider === of)
}

const accountsTold = async (supervisor: Supervisor) => (await toldNow(supervisor, 'whatsapp'))?.accounts

const known = async () => Object.fromEntries(await readAccounts(home.paths, 'whatsapp'))

const accountShown = (supervisor: Supervisor): string | undefined =>
  supervisor.snapshot().state.people.find(({ id }) => id === NUMBER)?.account

describe('a number on WhatsApp that the config lists', () => {
  it('stands for the first account that writes from it, until it is taken out and put in again', async () => {
    home.config({ whatsapp: { allowFrom: [NUMBER] } })
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    await order(supervisor, `bind ${NUMBER} 77712345@lid`)
    await expect.poll(() => accountsTold(supervisor), SOON).toEqual([{ id: NUMBER, account: '77712345@lid' }])
    expect(accountShown(supervisor)).toBe('77712345@lid')
    // The gateway's word replaces nothing, and lists nobody. What comes third shows that the second was heard.
    await order(supervisor, `bind ${NUMBER} 66612345@lid`)
    await order(supervisor, `bind +15550002222 66612345@lid`)
    await order(supervisor, 'ask ann Ann')
    await stateWhere(supervisor, ({ requests }) => requests.some(({ id }) => id === 'ann'))
    expect(await known()).toEqual({ [NUMBER]: '77712345@lid' })

    home.config({})
    await expect.poll(known, SOON).toEqual({})
    await expect.poll(() => accountsTold(supervisor), SOON).toEqual([])
    home.config({ whatsapp: { allowFrom: [NUMBER] } })
    await stateWhere(supervisor, ({ people }) => people.some(({ id }) => id === NUMBER))
    await order(supervisor, `bind ${NUMBER} 66612345@lid`)
    await expect.poll(() => accountsTold(supervisor), SOON).toEqual([{ id: NUMBER, account: '66612345@lid' }])
  })

  it('is told with its account from the start, and is held to nobody while the file can not be read', async () => {
    home.config({ owner: { whatsapp: NUMBER } })
    const file = join(home.paths.credentials, 'whatsapp-accounts.json')
    const supervisor = await home.supervisor()
    const text = JSON.stringify({ version: 1, accounts: [{ number: NUMBER, account: '77712345@lid' }] })
    writeFileSync(file, text)
    await startRunning(supervisor)
    expect(await toldNow(supervisor, 'whatsapp')).toMatchObject({
      dmPolicy: 'pairing',
      onlySelf: true,
      accounts: [{ id: NUMBER, account: '77712345@lid' }],
    })
    writeFileSync(file, '{"version":1,')
    await expect
      .poll(() => toldNow(supervisor, 'whatsapp'), SOON)
      .toMatchObject({ dmPolicy: 'disabled', accounts: [] })
    // The other messengers are open.
    expect(await toldNow(supervisor, 'simulator')).toMatchObject({ dmPolicy: 'pairing', onlySelf: false })
    writeFileSync(file, text)
    await expect.poll(() => toldNow(supervisor, 'whatsapp'), SOON).toMatchObject({ dmPolicy: 'pairing' })
  })
})
