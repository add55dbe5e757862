// Numbers change hands: whoever has them, whatever the owner decides, and in whatever order, what the files give a message is
// what somebody with pencil and paper would give it.
import { rm } from 'node:fs/promises'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SenderId } from '../domain/identity.ts'
import { MAX_PENDING } from '../domain/pairing.ts'
import { namedBy, type People, type ProviderPolicy, trustOf } from '../domain/people.ts'
import { bindAccount, forgetAccounts, readAccounts } from './account-store.ts'
import { addApproved, readApproved, removeApproved } from './allow-store.ts'
import { blockPerson, namesOfPerson, unblockPerson } from './block-person.ts'
import { readBlocked } from './block-store.ts'
import { approveSender, denyRequest, listRequests, requestPairing } from './pairing-store.ts'
import { prepareStateDir, type StatePaths } from './state-dir.ts'
import { leftovers, NOW, sender, tempState } from './testing/temp-state.ts'

const id = (text: string): SenderId => sender(text, 'whatsapp')
const NUMBERS = ['+15550000001', '+15550000002', '+15550000003'].map(id)
const ACCOUNTS = ['11112345@lid', '22212345@lid', '33312345@lid'].map(id)

interface Waiting {
  readonly name: SenderId
  readonly account: SenderId | undefined
}

interface Model {
  /** Listed names, numbers and accounts alike. */
  approved: Set<SenderId>
  blocked: Set<SenderId>
  /** To whom each number was given, or who came first. */
  holders: Map<SenderId, SenderId>
  waiting: Map<SenderId, Waiting>
  denied: Set<SenderId>
}

type Command = fc.AsyncCommand<Model, StatePaths>
const command = (name: string, run: (model: Model, paths: StatePaths) => Promise<void>): Command => ({
  check: () => true,
  toString: () => name,
  run: async (model, paths) => {
    await run(model, paths)
    expect(new Set(await readApproved(paths, 'whatsapp'))).toEqual(model.approved)
    expect(new Set(await readBlocked(paths, 'whatsapp'))).toEqual(model.blocked)
    expect(Object.fromEntries(await readAccounts(paths, 'whatsapp'))).toEqual(
      Object.fromEntries(model.holders),
    )
    const listed = await listRequests(paths, 'whatsapp', NOW)
    expect(listed.map((request) => request.id)).toEqual([...model.waiting.keys()])
    expect(await leftovers(paths)).toEqual([])
  },
})

const POLICY: ProviderPolicy = { dmPolicy: 'pairing', everyone: false, silent: false, onlySelf: false }

const peopleOf = async (paths: StatePaths): Promise<People> => ({
  owners: new Set(),
  configured: new Set(),
  approved: new Set(await readApproved(paths, 'whatsapp')),
  blocked: new Set(await readBlocked(paths, 'whatsapp')),
  accounts: await readAccounts(paths, 'whatsapp'),
})

/** By whose right somebody with this number and this account is heard, told in another way than the product does. */
const heardAs = ({ approved, holders }: Model, number: SenderId, account: SenderId): SenderId | undefined => {
  const given = holders.get(number)
  if (approved.has(number) && given === account) return number
  const kept = [...holders].find(([listed, holder]) => holder === account && approved.has(listed))
  if (kept !== undefined) return kept[0]
  if (approved.has(account)) return account
  return approved.has(number) && given === undefined ? number : undefined
}

/** A message comes, the gate judges it, and what follows from that is done. */
const write = (number: SenderId, account: SenderId): Command =>
  command(`${number} as ${account}`, async (model, paths) => {
    const people = await peopleOf(paths)
    const { person, moved, bind } = namedBy({ sender: number, account }, people)
    const isBlocked = [number, account, person].some((name) => people.blocked.has(name))
    const trust = isBlocked ? undefined : trustOf(person, POLICY, people)
    const expected = heardAs(model, number, account)
    if (model.blocked.has(number) || model.blocked.has(account)) {
      expect(isBlocked).toBe(true)
      return
    }
    if (isBlocked) return
    expect([trust, trust === undefined ? undefined : person]).toEqual([
      expected === undefined ? undefined : 'friend',
      expected,
    ])
    if (trust !== undefined) {
      if (bind === null) return
      expect(await bindAccount(paths, 'whatsapp', person, bind, 'first')).toBe('bound')
      model.holders.set(person, bind)
      return
    }
    const stands = model.approved.has(number)
    expect(moved).toBe(stands ? number : null)
    expect(person).toBe(stands ? account : number)
    const behind = person === account ? null : account
    const options = { answer: true, silent: false, account: behind, moved }
    const outcome = await requestPairing(paths, 'whatsapp', person, {}, NOW, options)
    follow(model, { name: person, account: behind ?? undefined }, outcome)
  })

/** What a request comes to. */
const follow = (model: Model, asked: Waiting, outcome: Awaited<ReturnType<typeof requestPairing>>): void => {
  const names = namesIn(asked)
  const known = model.waiting.get(asked.name)
  if (known === undefined && names.some((name) => model.denied.has(name))) {
    expect(outcome).toEqual({ kind: 'refused', why: 'denied_recently' })
    return
  }
  if (known !== undefined && known.account === asked.account) {
    expect(outcome.kind).toBe('seen')
    return
  }
  // Somebody else has the number of who waits, or nobody waited: there is room where the first of the two gives way.
  if (known === undefined && model.waiting.size === MAX_PENDING) {
    expect(outcome).toEqual({ kind: 'full' })
    return
  }
  expect(outcome.kind).toBe('created')
  model.waiting.delete(asked.name)
  model.waiting.set(asked.name, asked)
}

const namesIn = ({ name, account }: Waiting): readonly SenderId[] =>
  account === undefined ? [name] : [name, account]

const nthOf = (model: Model, nth: number): Waiting | undefined => [...model.waiting.values()][nth]

const approve = (nth: number): Command =>
  command(`approve ${String(nth)}`, async (model, paths) => {
    const waits = nthOf(model, nth)
    if (waits === undefined) return
    const request = (await listRequests(paths, 'whatsapp', NOW)).find(({ id: who }) => who === waits.name)
    await approveSender(paths, 'whatsapp', waits.name, request?.code ?? '', NOW)
    model.waiting.delete(waits.name)
    model.approved.add(waits.name)
    if (waits.account !== undefined) model.holders.set(waits.name, waits.account)
  })

const deny = (nth: number): Command =>
  command(`deny ${String(nth)}`, async (model, paths) => {
    const waits = nthOf(model, nth)
    if (waits === undefined) return
    await denyRequest(paths, 'whatsapp', { sender: waits.name }, NOW)
    model.waiting.delete(waits.name)
    for (const name of namesIn(waits)) model.denied.add(name)
  })

/** The person's names as the holders have them: their number and account. */
const together = ({ holders }: Model, name: SenderId): readonly SenderId[] => [
  name,
  ...[...holders].flatMap(([number, account]) =>
    number === name ? [account] : account === name ? [number] : [],
  ),
]

const add = (name: SenderId): Command =>
  command(`add ${name}`, async (model, paths) => {
    if (model.waiting.has(name)) return
    await addApproved(paths, 'whatsapp', name)
    model.approved.add(name)
  })

const revoke = (name: SenderId): Command =>
  command(`revoke ${name}`, async (model, paths) => {
    const names = together(model, name)
    const was = names.filter((known) => model.approved.delete(known)).length > 0
    expect(await removeApproved(paths, 'whatsapp', name)).toBe(was)
    if (was) for (const known of names) model.holders.delete(known)
  })

const block = (name: SenderId): Command =>
  command(`block ${name}`, async (model, paths) => {
    const waits = [...model.waiting.values()].filter((other) => namesIn(other).includes(name))
    const names = new Set([...together(model, name), ...waits.flatMap(namesIn)])
    const found = await namesOfPerson(paths, 'whatsapp', name, NOW)
    expect(new Set(found)).toEqual(names)
    await blockPerson(paths, 'whatsapp', found)
    for (const known of names) model.blocked.add(known)
    const account = found.find((known) => ACCOUNTS.includes(known))
    for (const number of found.filter((known) => NUMBERS.includes(known))) {
      if (account !== undefined && !model.holders.has(number)) model.holders.set(number, account)
    }
  })

const unblock = (name: SenderId): Command =>
  command(`unblock ${name}`, async (model, paths) => {
    const names = together(model, name)
    await unblockPerson(paths, 'whatsapp', name)
    for (const known of names) model.blocked.delete(known)
  })

const forget = (): Command =>
  command('forget whom no list has', async (model, paths) => {
    await forgetAccounts(paths, 'whatsapp', NUMBERS)
    for (const number of NUMBERS) {
      if (!model.approved.has(number) && !model.blocked.has(number)) model.holders.delete(number)
    }
  })

const number = fc.constantFrom(...NUMBERS)
const anyName = fc.constantFrom(...NUMBERS, ...ACCOUNTS)
const writing = fc.tuple(number, fc.constantFrom(...ACCOUNTS)).map(([from, as]) => write(from, as))
const nth = fc.nat({ max: 2 })
const commands = fc.commands(
  [
    writing,
    writing,
    writing,
    nth.map(approve),
    nth.map(approve),
    nth.map(deny),
    anyName.map(add),
    anyName.map(revoke),
    anyName.map(block),
    anyName.map(unblock),
    fc.constant(forget()),
  ],
  { maxCommands: 60, size: '+1' },
)

describe('numbers and accounts', () => {
  it('get what a model of them gives, whoever has which number when', async () => {
    const paths = await tempState()
    const property = fc.asyncProperty(commands, async (steps) => {
      await rm(paths.credentials, { recursive: true })
      await prepareStateDir(paths)
      const model: Model = {
        approved: new Set(),
        blocked: new Set(),
        holders: new Map(),
        waiting: new Map(),
        denied: new Set(),
      }
      await fc.asyncModelRun(() => ({ model, real: paths }), steps)
    })
    const result = await fc.check(property, { numRuns: 80 })
    expect(result.failed ? [fc.defaultReportMessage(result), result.errorInstance] : []).toEqual([])
  })
})
