import { rm } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { bindAccount, readAccounts } from '../../shared/state/account-store.ts'
import { addApproved, removeApproved } from '../../shared/state/allow-store.ts'
import { addBlocked } from '../../shared/state/block-store.ts'
import { writeNumberUse } from '../../shared/state/number-store.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { load } from '../../shared/state/testing/config-text.ts'
import { credential, NOW, sender, tempState, writeCredential } from '../../shared/state/testing/temp-state.ts'
import { forgetUnlisted } from './bind-desk.ts'
import { type ProviderPeople, type ReadBefore, readProvider } from './read-provider.ts'
import { toldProviders } from './told.ts'

const id = (text: string) => sender(text, 'whatsapp')
const [OWNER, FRIEND, APPROVED, BLOCKED, NOBODY] = [
  id('+15550000001'),
  id('+15550000002'),
  id('+15550000003'),
  id('+15550000004'),
  id('+15550000005'),
]
const ACCOUNT = id('77712345@lid')
const CONFIG = JSON.stringify({ owner: { whatsapp: OWNER }, whatsapp: { allowFrom: [FRIEND] } })

const read = async (paths: StatePaths, before?: ReadBefore, text = CONFIG): Promise<ProviderPeople> =>
  readProvider(paths, await load(text), 'whatsapp', NOW, before)

const listed = async (): Promise<StatePaths> => {
  const paths = await tempState()
  await addApproved(paths, 'whatsapp', APPROVED)
  await addApproved(paths, 'whatsapp', ACCOUNT)
  await addBlocked(paths, 'whatsapp', BLOCKED)
  for (const [at, number] of [OWNER, FRIEND, APPROVED, BLOCKED, NOBODY].entries()) {
    await bindAccount(paths, 'whatsapp', number, id(`8880${at}@lid`), 'first')
  }
  return paths
}

describe('the people of WhatsApp', () => {
  it('are numbers and accounts, and each listed number stands for the account that it was let in with', async () => {
    const { people, unlisted, problems, policy } = await read(await listed())
    expect(problems).toEqual([])
    expect(policy).toEqual({ dmPolicy: 'pairing', everyone: false, silent: false, onlySelf: true })
    expect(people.approved).toEqual(new Set([APPROVED, ACCOUNT]))
    expect([...people.accounts.keys()]).toEqual([OWNER, FRIEND, APPROVED, BLOCKED])
    expect(unlisted).toEqual([NOBODY])
  })

  it('are told to the gateway with their accounts, in a stable order', async () => {
    const [told] = toldProviders([await read(await listed())])
    expect(told).toMatchObject({ provider: 'whatsapp', onlySelf: true, owners: [OWNER] })
    expect(told?.accounts).toEqual([
      { id: OWNER, account: '88800@lid' },
      { id: FRIEND, account: '88801@lid' },
      { id: APPROVED, account: '88802@lid' },
      { id: BLOCKED, account: '88803@lid' },
    ])
  })

  it('off every list are not held to their accounts any more', async () => {
    const paths = await listed()
    await forgetUnlisted(paths, [await read(paths)])
    expect((await read(paths)).unlisted).toEqual([])
    // Taken out of the config, and put in again: the number is free for whoever writes from it next.
    await forgetUnlisted(paths, [await read(paths, undefined, '{}')])
    const { people } = await read(paths)
    expect([...people.accounts.keys()]).toEqual([APPROVED, BLOCKED])
  })

  it('keep their accounts while a list can not be read, which only seems empty', async () => {
    const paths = await listed()
    await writeCredential(paths, 'whatsapp-allowFrom.json', '{')
    const broken = await read(paths)
    expect(broken.unlisted).toContain(APPROVED)
    await forgetUnlisted(paths, [broken])
    expect([...(await readAccounts(paths, 'whatsapp')).keys()]).toContain(APPROVED)
  })

  it.each(['accounts', 'allowAccounts', 'number'])(
    'are let in by nobody while %s is corrupt, and only that file is named',
    async (what) => {
      const paths = await listed()
      await writeNumberUse(paths, 'whatsapp', { use: 'separate', number: null })
      expect((await read(paths)).policy).toMatchObject({ dmPolicy: 'pairing', onlySelf: false })
      await writeCredential(paths, `whatsapp-${what}.json`, '{"version":1,')
      const { policy, problems } = await read(paths)
      expect(policy).toMatchObject({ dmPolicy: 'disabled', onlySelf: what === 'number' })
      expect(problems.map(({ error }) => error)).toEqual([
        expect.objectContaining({
          code: 'store_corrupt',
          message: expect.stringContaining(credential(paths, `whatsapp-${what}.json`)),
          hint: expect.stringContaining('clawdbot allow repair --provider whatsapp'),
        }),
      ])
    },
  )

  it('are let in by nobody while the accounts are gone that were there', async () => {
    const paths = await listed()
    const before = (await read(paths)).people
    await rm(credential(paths, 'whatsapp-accounts.json'))
    const { policy, problems, people } = await read(paths, before)
    expect(policy.dmPolicy).toBe('disabled')
    expect(problems).toMatchObject([
      { error: { code: 'store_unreadable', message: expect.stringMatching(/is gone/) } },
    ])
    expect(people.accounts).toEqual(before.accounts)
    // Another look finds the same; who never had any has nothing that could be gone.
    expect((await read(paths, people)).policy.dmPolicy).toBe('disabled')
    expect((await read(paths)).policy.dmPolicy).toBe('pairing')
  })

  it('may all be let go: an empty list of accounts is not one that is gone', async () => {
    const paths = await tempState()
    await addApproved(paths, 'whatsapp', APPROVED)
    await bindAccount(paths, 'whatsapp', APPROVED, ACCOUNT, 'first')
    const before = (await read(paths)).people
    await removeApproved(paths, 'whatsapp', APPROVED)
    expect((await read(paths, before)).problems).toEqual([])
  })
})
