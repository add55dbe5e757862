import { describe, expect, it } from 'vitest'
import { bindAccount, readAccounts } from '../../shared/state/account-store.ts'
import { addApproved, readApproved } from '../../shared/state/allow-store.ts'
import { readBlocked } from '../../shared/state/block-store.ts'
import { listRequests, requestPairing } from '../../shared/state/pairing-store.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { load } from '../../shared/state/testing/config-text.ts'
import { NOW, sender, tempState, writeCredential } from '../../shared/state/testing/temp-state.ts'
import { openAudit } from '../audit/audit.ts'
import { recordsIn } from '../audit/testing/audit-files.ts'
import { loadNotes } from '../people/notes.ts'
import { readProvider } from '../people/read-provider.ts'
import { loadDecisionBook } from './decision-book.ts'
import { createDecisions, type DecisionsOptions } from './decisions.ts'

const SENDER = sender('42')

const desk = async (paths: StatePaths, more: Partial<DecisionsOptions> = {}) => {
  const audit = await openAudit({ paths, now: () => NOW })
  const book = await loadDecisionBook(paths)
  const decisions = createDecisions({
    paths,
    now: () => NOW,
    newId: () => 'one',
    notes: await loadNotes(paths),
    book,
    audit,
    isLocked: () => false,
    resumedAt: async () => 0,
    providerNow: () => undefined,
    settle: () => Promise.resolve(),
    onChange: () => undefined,
    onError: () => undefined,
    ...more,
  })
  const ends = async () => {
    await audit.close()
    return (await recordsIn(paths)).flatMap(({ act, result }) =>
      result === undefined ? [] : [`${act} ${result}`],
    )
  }
  return { decisions, book, ends }
}

const waiting = async (paths: StatePaths): Promise<string> => {
  const options = { answer: true, silent: false }
  const outcome = await requestPairing(paths, 'telegram', SENDER, {}, NOW, options)
  if (outcome.kind !== 'created') throw new Error(outcome.kind)
  return outcome.request.code
}

describe('a decision of the owner', () => {
  it('lets nobody in where STOP was pressed while it was being recorded', async () => {
    const paths = await tempState()
    const code = await waiting(paths)
    const looks = [false, true]
    const { decisions, ends } = await desk(paths, { isLocked: () => looks.shift() ?? true })
    await expect(decisions.approve('telegram', '42', code)).rejects.toMatchObject({ code: 'locked_down' })
    expect(await readApproved(paths, 'telegram')).toEqual([])
    expect(await ends()).toEqual(['pairing.approve failed'])
  })

  it('of before a stop brings no code back when it is undone after the resume', async () => {
    const paths = await tempState()
    await waiting(paths)
    let resumedAt = 0
    const { decisions, book, ends } = await desk(paths, { resumedAt: async () => resumedAt })
    await decisions.deny('telegram', '42')
    resumedAt = NOW + 1
    expect(await decisions.undo(book.list()[0]?.view.id ?? '')).not.toContain('waits again')
    expect(await listRequests(paths, 'telegram', NOW)).toEqual([])
    expect(await ends()).toEqual(['pairing.deny done', 'decision.undo done'])
  })

  it('to take a refusal back has not failed in silence: the audit says what the owner was told', async () => {
    const paths = await tempState()
    await waiting(paths)
    const { decisions, book, ends } = await desk(paths)
    await decisions.deny('telegram', '42')
    const [decision] = book.list()
    await writeCredential(paths, 'telegram-pairing.json', '{')
    await expect(decisions.undo(decision?.view.id ?? '')).rejects.toMatchObject({ code: 'store_corrupt' })
    expect(await ends()).toEqual(['pairing.deny done', 'decision.undo failed'])
  })
})

const accounts = async (paths: StatePaths) => Object.fromEntries(await readAccounts(paths, 'whatsapp'))

/** What is read, with this config. */
const reading = async (paths: StatePaths, text: string): Promise<Partial<DecisionsOptions>> => {
  const read = await readProvider(paths, await load(text), 'whatsapp', NOW)
  return { providerNow: () => read }
}

describe('a decision about somebody with a number and an account', () => {
  const NUMBER = sender('+15550001111', 'whatsapp')
  const ACCOUNT = sender('77712345@lid', 'whatsapp')
  const waits = async (paths: StatePaths): Promise<string> => {
    const options = { answer: true, silent: false, account: ACCOUNT }
    const outcome = await requestPairing(paths, 'whatsapp', NUMBER, {}, NOW, options)
    if (outcome.kind !== 'created') throw new Error(outcome.kind)
    return outcome.request.code
  }

  it('lets in the number with the account that was seen; undone, it is held to nobody', async () => {
    const paths = await tempState()
    const code = await waits(paths)
    const { decisions, book, ends } = await desk(paths)
    await decisions.approve('whatsapp', NUMBER, code)
    expect(await readApproved(paths, 'whatsapp')).toEqual([NUMBER])
    expect(await accounts(paths)).toEqual({ [NUMBER]: ACCOUNT })
    expect(await decisions.undo(book.list()[0]?.view.id ?? '')).toContain('waits again')
    expect(await readApproved(paths, 'whatsapp')).toEqual([])
    expect(await accounts(paths)).toEqual({})
    expect(await listRequests(paths, 'whatsapp', NOW)).toMatchObject([{ code, meta: { account: ACCOUNT } }])
    expect(await ends()).toEqual(['pairing.approve done', 'decision.undo done'])
  })

  it.each([NUMBER, ACCOUNT])(
    'blocks both and ends the waiting, by %s; undone, neither is blocked',
    async (name) => {
      const paths = await tempState()
      await waits(paths)
      const { decisions, book } = await desk(paths)
      await decisions.block('whatsapp', name)
      expect(new Set(await readBlocked(paths, 'whatsapp'))).toEqual(new Set([NUMBER, ACCOUNT]))
      expect(await listRequests(paths, 'whatsapp', NOW)).toEqual([])
      expect(await decisions.undo(book.list()[0]?.view.id ?? '')).toContain('waits again')
      expect(await readBlocked(paths, 'whatsapp')).toEqual([])
    },
  )

  it('does not block the owner, by whichever name', async () => {
    const paths = await tempState()
    await bindAccount(paths, 'whatsapp', NUMBER, ACCOUNT, 'first')
    const { decisions } = await desk(paths, await reading(paths, `{ owner: { whatsapp: "${NUMBER}" } }`))
    for (const name of [NUMBER, ACCOUNT]) {
      await expect(decisions.block('whatsapp', name)).rejects.toThrow('the owner can not be blocked')
    }
    expect(await readBlocked(paths, 'whatsapp')).toEqual([])
  })

  it('to revoke an account says so where the config lets in its number', async () => {
    const paths = await tempState()
    await bindAccount(paths, 'whatsapp', NUMBER, ACCOUNT, 'first')
    await addApproved(paths, 'whatsapp', ACCOUNT)
    const { decisions } = await desk(
      paths,
      await reading(paths, `{ whatsapp: { allowFrom: ["${NUMBER}"] } }`),
    )
    await expect(decisions.revoke('whatsapp', ACCOUNT)).rejects.toThrow(`${NUMBER} is let in by the config`)
    expect(await readApproved(paths, 'whatsapp')).toEqual([])
  })
})
