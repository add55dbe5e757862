import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { bindAccount, forgetAccounts, readAccounts } from './account-store.ts'
import { addApproved, readApproved, removeApproved } from './allow-store.ts'
import { blockPerson, namesOfPerson, unblockPerson } from './block-person.ts'
import { readBlocked } from './block-store.ts'
import {
  approveByCode,
  approveSender,
  denyRequest,
  listRequests,
  requestPairing,
  restoreRequest,
} from './pairing-store.ts'
import { repairStore } from './repair.ts'
import type { StatePaths } from './state-dir.ts'
import {
  credential,
  leftovers,
  NOW,
  readCredential,
  sender,
  tempState,
  writeCredential,
} from './testing/temp-state.ts'

const id = (text: string) => sender(text, 'whatsapp')
const NUMBER = id('+15550001111')
const OTHER_NUMBER = id('+15550002222')
const ACCOUNT = id('77712345@lid')
const OTHER_ACCOUNT = id('66612345@lid')

const options = { answer: true, silent: false }
const ask = (
  paths: StatePaths,
  who: typeof NUMBER,
  more: Partial<Parameters<typeof requestPairing>[5]> = {},
) => requestPairing(paths, 'whatsapp', who, {}, NOW, { ...options, ...more })
const codeOf = async (paths: StatePaths, who: typeof NUMBER): Promise<string> =>
  (await listRequests(paths, 'whatsapp', NOW)).find((request) => request.id === who)?.code ?? ''
const accountsOf = async (paths: StatePaths) => Object.fromEntries(await readAccounts(paths, 'whatsapp'))

describe('the account of a number', () => {
  it('is the first that came, until the owner decides otherwise', async () => {
    const paths = await tempState()
    expect(await bindAccount(paths, 'whatsapp', NUMBER, ACCOUNT, 'first')).toBe('bound')
    expect(await bindAccount(paths, 'whatsapp', NUMBER, ACCOUNT, 'first')).toBe('same')
    expect(await bindAccount(paths, 'whatsapp', NUMBER, OTHER_ACCOUNT, 'first')).toBe('other')
    expect(await accountsOf(paths)).toEqual({ [NUMBER]: ACCOUNT })
    expect(await bindAccount(paths, 'whatsapp', NUMBER, OTHER_ACCOUNT, 'decided')).toBe('bound')
    expect(await accountsOf(paths)).toEqual({ [NUMBER]: OTHER_ACCOUNT })
    expect(await leftovers(paths)).toEqual([])
  })

  it('is that of the request which the owner approved, whatever the number stood for before', async () => {
    const paths = await tempState()
    await bindAccount(paths, 'whatsapp', NUMBER, OTHER_ACCOUNT, 'first')
    await ask(paths, NUMBER, { account: ACCOUNT })
    await approveByCode(paths, 'whatsapp', await codeOf(paths, NUMBER), NOW)
    expect(await readApproved(paths, 'whatsapp')).toEqual([NUMBER])
    expect(await accountsOf(paths)).toEqual({ [NUMBER]: ACCOUNT })
  })

  it('is forgotten with the approval, and by the owner’s config; but not while the number is listed here', async () => {
    const paths = await tempState()
    for (const number of [NUMBER, OTHER_NUMBER])
      await bindAccount(paths, 'whatsapp', number, ACCOUNT, 'first')
    await addApproved(paths, 'whatsapp', NUMBER)
    await forgetAccounts(paths, 'whatsapp', [NUMBER, OTHER_NUMBER])
    expect(await accountsOf(paths)).toEqual({ [NUMBER]: ACCOUNT })
    await removeApproved(paths, 'whatsapp', NUMBER)
    expect(await accountsOf(paths)).toEqual({})
    // The list of nobody is a file: that none is there is something else.
    expect(await readCredential(paths, 'whatsapp-accounts.json')).toEqual({ version: 1, accounts: [] })
  })
})

describe('an approved account', () => {
  it('never stands in allowFrom, where the existing Clawdbot makes a phone number of its digits', async () => {
    const paths = await tempState()
    await addApproved(paths, 'whatsapp', id('15550003333@lid'))
    await addApproved(paths, 'whatsapp', NUMBER)
    await ask(paths, ACCOUNT)
    await approveByCode(paths, 'whatsapp', await codeOf(paths, ACCOUNT), NOW)
    expect(await readCredential(paths, 'whatsapp-allowFrom.json')).toEqual({
      version: 1,
      allowFrom: [NUMBER],
    })
    expect(await readCredential(paths, 'whatsapp-allowAccounts.json')).toEqual({
      version: 1,
      allowFrom: ['15550003333@lid', ACCOUNT],
    })
    expect(new Set(await readApproved(paths, 'whatsapp'))).toEqual(
      new Set([NUMBER, ACCOUNT, '15550003333@lid']),
    )
  })

  it('is taken off both files, and a number among the accounts grants nothing', async () => {
    const paths = await tempState()
    await writeCredential(paths, 'whatsapp-allowFrom.json', { version: 1, allowFrom: [ACCOUNT, NUMBER] })
    await writeCredential(paths, 'whatsapp-allowAccounts.json', {
      version: 1,
      allowFrom: [ACCOUNT, OTHER_NUMBER, '*'],
    })
    expect(new Set(await readApproved(paths, 'whatsapp'))).toEqual(new Set([ACCOUNT, NUMBER]))
    expect(await removeApproved(paths, 'whatsapp', ACCOUNT)).toBe(true)
    expect(await readApproved(paths, 'whatsapp')).toEqual([NUMBER])
    expect(await removeApproved(paths, 'whatsapp', ACCOUNT)).toBe(false)
  })

  it('goes with its number, and the number with it: revoked is the person', async () => {
    for (const revoked of [NUMBER, ACCOUNT]) {
      const paths = await tempState()
      await addApproved(paths, 'whatsapp', NUMBER)
      await addApproved(paths, 'whatsapp', ACCOUNT)
      await bindAccount(paths, 'whatsapp', NUMBER, ACCOUNT, 'first')
      expect(await removeApproved(paths, 'whatsapp', revoked)).toBe(true)
      expect(await readApproved(paths, 'whatsapp')).toEqual([])
      expect(await accountsOf(paths)).toEqual({})
    }
  })
})

describe('a request', () => {
  it('keeps what the messenger asserts, and no claim that is called the same', async () => {
    const paths = await tempState()
    const claims = { name: 'Eve', account: '1@lid', moved: '+15550009999', attempts: '99' }
    await requestPairing(paths, 'whatsapp', NUMBER, claims, NOW, { ...options, account: ACCOUNT })
    await requestPairing(paths, 'whatsapp', ACCOUNT, claims, NOW, { ...options, moved: OTHER_NUMBER })
    await requestPairing(paths, 'whatsapp', OTHER_ACCOUNT, claims, NOW, options)
    expect((await listRequests(paths, 'whatsapp', NOW)).map(({ meta }) => meta)).toEqual([
      { name: 'Eve', account: ACCOUNT, attempts: '1' },
      { name: 'Eve', moved: OTHER_NUMBER, attempts: '1' },
      { name: 'Eve', attempts: '1' },
    ])
  })

  it('of another account from the same number is another person’s: the code of the first is worth nothing', async () => {
    const paths = await tempState()
    await ask(paths, NUMBER, { account: ACCOUNT })
    const first = await codeOf(paths, NUMBER)
    // The messenger says nothing this time: that is no other account.
    expect(await ask(paths, NUMBER)).toMatchObject({ kind: 'seen', request: { meta: { account: ACCOUNT } } })
    const second = await ask(paths, NUMBER, { account: OTHER_ACCOUNT })
    expect(second).toMatchObject({ kind: 'created', reply: false, request: { meta: { attempts: '1' } } })
    expect(await listRequests(paths, 'whatsapp', NOW)).toHaveLength(1)
    await expect(approveSender(paths, 'whatsapp', NUMBER, first, NOW)).rejects.toMatchObject({
      code: 'request_unknown',
    })
    expect(await accountsOf(paths)).toEqual({})
  })

  it('is refused by either name: blocked, approved, denied', async () => {
    const paths = await tempState()
    await blockPerson(paths, 'whatsapp', [ACCOUNT])
    expect(await ask(paths, NUMBER, { account: ACCOUNT })).toEqual({ kind: 'refused', why: 'blocked' })
    await unblockPerson(paths, 'whatsapp', ACCOUNT)
    await addApproved(paths, 'whatsapp', ACCOUNT)
    expect(await ask(paths, NUMBER, { account: ACCOUNT })).toEqual({ kind: 'refused', why: 'allowed' })
    await removeApproved(paths, 'whatsapp', ACCOUNT)
    await ask(paths, NUMBER, { account: ACCOUNT })
    const { request } = await denyRequest(paths, 'whatsapp', { sender: NUMBER }, NOW)
    for (const again of [ask(paths, OTHER_NUMBER, { account: ACCOUNT }), ask(paths, NUMBER)]) {
      expect(await again).toEqual({ kind: 'refused', why: 'denied_recently' })
    }
    await restoreRequest(paths, 'whatsapp', request, NOW)
    expect(await ask(paths, OTHER_NUMBER, { account: ACCOUNT })).toMatchObject({ kind: 'created' })
  })
})

describe('a block', () => {
  it('is of the number and of the account, as far as both are known; and its end too', async () => {
    const paths = await tempState()
    await ask(paths, NUMBER, { account: ACCOUNT })
    const names = await namesOfPerson(paths, 'whatsapp', NUMBER, NOW)
    expect(names).toEqual([NUMBER, ACCOUNT])
    expect(await namesOfPerson(paths, 'whatsapp', ACCOUNT, NOW)).toEqual([ACCOUNT, NUMBER])
    expect(await blockPerson(paths, 'whatsapp', names)).toBe(true)
    expect(await blockPerson(paths, 'whatsapp', names)).toBe(false)
    expect(await readBlocked(paths, 'whatsapp')).toEqual([NUMBER, ACCOUNT])
    // The request is gone by then.
    await denyRequest(paths, 'whatsapp', { sender: NUMBER }, NOW)
    await forgetAccounts(paths, 'whatsapp', [NUMBER])
    expect(await unblockPerson(paths, 'whatsapp', NUMBER)).toBe(true)
    expect(await readBlocked(paths, 'whatsapp')).toEqual([])
    expect(await unblockPerson(paths, 'whatsapp', NUMBER)).toBe(false)
  })

  it('of an account that writes from a moved number is not of the number, which others were let in by', async () => {
    const paths = await tempState()
    await addApproved(paths, 'whatsapp', NUMBER)
    await bindAccount(paths, 'whatsapp', NUMBER, ACCOUNT, 'first')
    await ask(paths, OTHER_ACCOUNT, { moved: NUMBER })
    expect(await namesOfPerson(paths, 'whatsapp', OTHER_ACCOUNT, NOW)).toEqual([OTHER_ACCOUNT])
  })

  it('works while every other file is corrupt', async () => {
    const paths = await tempState()
    for (const name of ['pairing', 'allowFrom', 'allowAccounts', 'accounts', 'approval']) {
      await writeCredential(paths, `whatsapp-${name}.json`, 'x')
    }
    const names = await namesOfPerson(paths, 'whatsapp', NUMBER, NOW)
    expect(await blockPerson(paths, 'whatsapp', [...names, ACCOUNT])).toBe(true)
    expect(await readBlocked(paths, 'whatsapp')).toEqual([NUMBER, ACCOUNT])
    expect(await unblockPerson(paths, 'whatsapp', NUMBER)).toBe(true)
  })
})

describe('whatsapp-accounts.json', () => {
  const entry = { number: NUMBER, account: ACCOUNT }
  it.each([
    ['empty', ''],
    ['cut off', '{"version":1,"accounts":[{"number":"+1555'],
    ['of another version', { version: 2, accounts: [] }],
    ['without its list', { version: 1 }],
    ['with an entry that is no object', { version: 1, accounts: [NUMBER] }],
    ['with a number that is none', { version: 1, accounts: [{ ...entry, number: '15550001111' }] }],
    [
      'with an account in place of the number',
      { version: 1, accounts: [{ ...entry, number: OTHER_ACCOUNT }] },
    ],
    [
      'with a number in place of the account',
      { version: 1, accounts: [{ ...entry, account: OTHER_NUMBER }] },
    ],
    ['without an account', { version: 1, accounts: [{ number: NUMBER }] }],
    [
      'with two accounts for one number',
      { version: 1, accounts: [entry, { ...entry, account: OTHER_ACCOUNT }] },
    ],
  ])('%s is refused, never overwritten, and stops an approval before it begins', async (_, content) => {
    const paths = await tempState()
    await ask(paths, NUMBER, { account: ACCOUNT })
    const code = await codeOf(paths, NUMBER)
    await writeCredential(paths, 'whatsapp-accounts.json', content)
    const file = credential(paths, 'whatsapp-accounts.json')
    const text = await readFile(file, 'utf8')
    const refused = {
      code: 'store_corrupt',
      hint: expect.stringContaining('allow repair --provider whatsapp'),
    }
    await expect(readAccounts(paths, 'whatsapp')).rejects.toMatchObject(refused)
    await expect(bindAccount(paths, 'whatsapp', NUMBER, ACCOUNT, 'decided')).rejects.toMatchObject(refused)
    await expect(forgetAccounts(paths, 'whatsapp', [NUMBER])).rejects.toMatchObject(refused)
    await expect(approveByCode(paths, 'whatsapp', code, NOW)).rejects.toMatchObject(refused)
    expect(await readApproved(paths, 'whatsapp')).toEqual([])
    expect(await readFile(file, 'utf8')).toBe(text)
    expect(await repairStore(paths, 'whatsapp', 'allow', NOW)).toMatchObject([{ file }])
    await approveByCode(paths, 'whatsapp', code, NOW)
    expect(await accountsOf(paths)).toEqual({ [NUMBER]: ACCOUNT })
  })

  it('corrupt does not keep anybody approved: a revoke takes them off the list', async () => {
    const paths = await tempState()
    await addApproved(paths, 'whatsapp', NUMBER)
    await writeCredential(paths, 'whatsapp-accounts.json', '{')
    expect(await removeApproved(paths, 'whatsapp', NUMBER)).toBe(true)
    expect(await readCredential(paths, 'whatsapp-allowFrom.json')).toEqual({ version: 1, allowFrom: [] })
  })
})

describe('whatsapp-allowAccounts.json', () => {
  it.each(['', '{', { version: 1 }, { version: 1, allowFrom: [7] }])(
    'with %j refuses every request, and is repaired with the allow store',
    async (content) => {
      const paths = await tempState()
      await writeCredential(paths, 'whatsapp-allowAccounts.json', content)
      const refused = { code: 'store_corrupt', message: expect.stringContaining('allowAccounts') }
      await expect(ask(paths, NUMBER)).rejects.toMatchObject(refused)
      await expect(readApproved(paths, 'whatsapp')).rejects.toMatchObject(refused)
      await expect(addApproved(paths, 'whatsapp', ACCOUNT)).rejects.toMatchObject(refused)
      expect(await repairStore(paths, 'whatsapp', 'allow', NOW)).toHaveLength(1)
      expect(await ask(paths, NUMBER)).toMatchObject({ kind: 'created' })
    },
  )
})
