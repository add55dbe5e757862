// A person with two names, and processes killed at every step while they are let in or out.
import { readdir, rm } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { bindAccount, readAccounts } from './account-store.ts'
import { addApproved, readApproved } from './allow-store.ts'
import { readAllowFile } from './files/allow-file.ts'
import { approveByCode, listRequests, noteAttempts, requestPairing } from './pairing-store.ts'
import { prepareStateDir, type StatePaths } from './state-dir.ts'
import { ageLocks, atEveryStep, type Change } from './testing/at-every-step.ts'
import { credential, leftovers, NOW, readCredential, sender, tempState } from './testing/temp-state.ts'

const id = (text: string) => sender(text, 'whatsapp')
const NUMBER = id('+15550001111')
const ACCOUNT = id('77712345@lid')
const OLD_ACCOUNT = id('66612345@lid')
const CODE = 'ABCDEFGH'

/** Somebody waits with CODE; the number +15550009999 is approved, and stands for an account. */
const afresh = async (
  paths: StatePaths,
  waits: { readonly sender: typeof NUMBER; readonly account: typeof NUMBER | null },
): Promise<void> => {
  await rm(paths.credentials, { recursive: true })
  await prepareStateDir(paths)
  await addApproved(paths, 'whatsapp', id('+15550009999'))
  await bindAccount(paths, 'whatsapp', id('+15550009999'), id('99912345@lid'), 'first')
  const options = { answer: true, silent: false, account: waits.account, newCode: () => CODE }
  await requestPairing(paths, 'whatsapp', waits.sender, {}, NOW, options)
}

const look = async (paths: StatePaths) => ({
  waits: (await listRequests(paths, 'whatsapp', NOW)).map((request) => request.id),
  approved: await readApproved(paths, 'whatsapp'),
  accounts: Object.fromEntries(await readAccounts(paths, 'whatsapp')),
})

/** One more change by somebody else, who takes over the dead process's locks. */
const recover = async (paths: StatePaths): Promise<void> => {
  await ageLocks(paths)
  await noteAttempts(paths, 'whatsapp', id('+15550008888'), 1, NOW)
  expect(await readdir(paths.credentials)).not.toContain('whatsapp-approval.json')
}

/** What stands in the file of the accounts that were approved. */
const accountsIn = async (paths: StatePaths): Promise<readonly string[]> => [
  ...(await readAllowFile(credential(paths, 'whatsapp-allowAccounts.json'), 'whatsapp')).entries,
]

const approve = (fault: string): Change => ({ fault, what: 'approve', argument: CODE, provider: 'whatsapp' })

describe.each([
  {
    what: 'a number with its account',
    waiting: { sender: NUMBER, account: ACCOUNT },
    accounts: { '+15550009999': '99912345@lid', [NUMBER]: ACCOUNT },
    allowFrom: ['+15550009999', NUMBER],
    allowAccounts: [],
  },
  {
    what: 'an account',
    waiting: { sender: ACCOUNT, account: null },
    accounts: { '+15550009999': '99912345@lid' },
    allowFrom: ['+15550009999'],
    allowAccounts: [ACCOUNT],
  },
])('an approval of $what', ({ waiting, accounts, allowFrom, allowAccounts }) => {
  const pending = {
    waits: [waiting.sender],
    approved: ['+15550009999'],
    accounts: { '+15550009999': '99912345@lid' },
  }
  const done = { waits: [], approved: ['+15550009999', waiting.sender], accounts }

  it('that is killed at any of its file operations is not begun or done: at once for readers, and on disk', async () => {
    const paths = await tempState()
    const states: string[] = []
    await atEveryStep(
      paths,
      approve('kill'),
      () => afresh(paths, waiting),
      async () => {
        const seen = await look(paths)
        const state = seen.waits.length > 0 ? 'pending' : 'approved'
        expect(seen).toEqual(state === 'pending' ? pending : done)
        states.push(state)
        await recover(paths)
        expect(await look(paths)).toEqual(seen)
        if (state === 'pending') await approveByCode(paths, 'whatsapp', CODE, NOW)
        expect(await look(paths)).toEqual(done)
        expect(await readCredential(paths, 'whatsapp-allowFrom.json')).toEqual({ version: 1, allowFrom })
        expect(await accountsIn(paths)).toEqual(allowAccounts)
      },
    )
    expect(states).toEqual([...states].sort((a, b) => b.localeCompare(a)))
    expect(new Set(states)).toEqual(new Set(['pending', 'approved']))
  })

  it('that meets a full disk at any of its writes leaves them pending or approved, with their account', async () => {
    const paths = await tempState()
    await atEveryStep(
      paths,
      approve('ENOSPC'),
      () => afresh(paths, waiting),
      async ({ report }) => {
        const seen = await look(paths)
        // An error may come after what counts is on the disk; without one it is there.
        expect(report?.error === undefined ? [done] : [done, pending]).toContainEqual(seen)
        expect((await leftovers(paths)).filter((name) => name.endsWith('.tmp'))).toEqual([])
        await recover(paths)
        expect(await look(paths)).toEqual(seen)
      },
    )
  })
})

describe('a revoke of a number', () => {
  it('that is killed at any of its file operations never leaves it approved and held to nobody', async () => {
    const paths = await tempState()
    const seen: string[] = []
    await atEveryStep(
      paths,
      { fault: 'kill', what: 'revoke', argument: NUMBER, provider: 'whatsapp' },
      async () => {
        await afresh(paths, { sender: NUMBER, account: ACCOUNT })
        await approveByCode(paths, 'whatsapp', CODE, NOW)
      },
      async () => {
        await recover(paths)
        const { approved, accounts } = await look(paths)
        seen.push(`${approved.includes(NUMBER) ? 'approved' : 'revoked'} ${accounts[NUMBER] ?? 'unbound'}`)
      },
    )
    expect(seen.at(0)).toBe(`approved ${ACCOUNT}`)
    expect(seen.at(-1)).toBe('revoked unbound')
    expect(seen).not.toContain('approved unbound')
  })
})

describe('several who are bound and approved at once', () => {
  it('are all kept, each with the account that came first', async () => {
    const paths = await tempState()
    const numbers = Array.from({ length: 12 }, (_, n) => id(`+1555000${String(1000 + n)}`))
    const outcomes = await Promise.all(
      numbers.flatMap((number) => [
        addApproved(paths, 'whatsapp', number).then(() => 'added'),
        bindAccount(paths, 'whatsapp', number, ACCOUNT, 'first'),
        bindAccount(paths, 'whatsapp', number, OLD_ACCOUNT, 'first'),
      ]),
    )
    for (const what of ['bound', 'other', 'added'] as const) {
      expect(outcomes.filter((outcome) => outcome === what)).toHaveLength(12)
    }
    expect(new Set(await readApproved(paths, 'whatsapp'))).toEqual(new Set(numbers))
    expect([...(await readAccounts(paths, 'whatsapp')).keys()].sort()).toEqual(numbers)
  })
})
