import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseSenderId, type SenderId } from '../../shared/domain/identity.ts'
import type { InboundEvent } from '../../shared/domain/inbound.ts'
import { DM_POLICIES, namedBy, type People, type ProviderPolicy } from '../../shared/domain/people.ts'
import type { DropReason, Verdict } from '../../shared/domain/verdict.ts'
import { decide, standingOf } from './decide.ts'

const id = (raw: string): SenderId => {
  const sender = parseSenderId('whatsapp', raw)
  if (sender === undefined) throw new Error(`${raw} is no WhatsApp id`)
  return sender
}

const ALICE = id('+15550001111')
const ALICES_ACCOUNT = id('77770000222@lid')
const OTHER_ACCOUNT = id('88880000333@lid')
const OTHER_NUMBER = id('+15550002222')
const OWNER = id('+15550009999')
const OWNERS_ACCOUNT = id('99990000111@lid')

const event = (over: Partial<InboundEvent> = {}): InboundEvent => ({
  provider: 'whatsapp',
  kind: 'message',
  direct: true,
  group: null,
  sender: ALICE,
  account: ALICES_ACCOUNT,
  chatId: '77770000222@lid',
  eventId: 'whatsapp:1',
  sentAt: 1_000_000,
  fromSelf: false,
  selfChat: false,
  fromBot: false,
  onBehalf: false,
  forwarded: false,
  attachments: [],
  text: 'hello',
  claims: {},
  duplicate: false,
  backlog: false,
  ...over,
})

const POLICY: ProviderPolicy = { dmPolicy: 'pairing', everyone: false, silent: false, onlySelf: false }

const people = (over: Partial<People> = {}): People => ({
  owners: new Set([OWNER]),
  configured: new Set(),
  approved: new Set([ALICE]),
  blocked: new Set(),
  accounts: new Map([[ALICE, ALICES_ACCOUNT]]),
  ...over,
})

const verdictOn = (
  over: Partial<InboundEvent>,
  peopleOver: Partial<People> = {},
  policyOver: Partial<ProviderPolicy> = {},
): Verdict => decide(event(over), { ...POLICY, ...policyOver }, people(peopleOver))

const dropped = (reason: DropReason): Verdict => ({ kind: 'drop', reason })
const asFriend = { kind: 'accept', trust: 'friend', session: 'whatsapp:dm:+15550001111', person: ALICE }

describe('a number that was let in', () => {
  test('lets in the account that it stands for', () => {
    expect(verdictOn({})).toEqual({ ...asFriend, bind: null })
  })

  test('stands from its first message on for the account behind it', () => {
    expect(verdictOn({}, { accounts: new Map() })).toEqual({ ...asFriend, bind: ALICES_ACCOUNT })
  })

  test('gives nothing to another account: numbers are recycled, and the owner is asked again', () => {
    expect(verdictOn({ account: OTHER_ACCOUNT })).toEqual({
      kind: 'pair',
      answer: true,
      person: OTHER_ACCOUNT,
      moved: ALICE,
    })
    for (const [dmPolicy, reason] of [
      ['allowlist', 'number_moved'],
      ['open', 'number_moved'],
    ] as const)
      expect(verdictOn({ account: OTHER_ACCOUNT }, { configured: new Set([ALICE]) }, { dmPolicy })).toEqual(
        dropped(reason),
      )
  })

  test('is not the owner’s any more either, once another account has it', () => {
    const accounts = new Map([[OWNER, OWNERS_ACCOUNT]])
    expect(verdictOn({ sender: OWNER, account: OTHER_ACCOUNT }, { accounts })).toMatchObject({ kind: 'pair' })
    expect(verdictOn({ sender: OWNER, account: OWNERS_ACCOUNT }, { accounts })).toMatchObject({
      session: 'main',
    })
  })

  test('makes nobody the owner who only has its account: the gateway says which one that is', () => {
    const accounts = new Map([[OWNER, OTHER_ACCOUNT]])
    for (const sender of [OTHER_NUMBER, OTHER_ACCOUNT])
      expect(verdictOn({ sender, account: OTHER_ACCOUNT }, { accounts })).toMatchObject({ kind: 'pair' })
    const owners = new Set([OWNER, OTHER_ACCOUNT])
    expect(verdictOn({ sender: OTHER_NUMBER, account: OTHER_ACCOUNT }, { accounts, owners })).toMatchObject({
      session: 'main',
    })
  })

  test('is believed where the server asserts no account with it', () => {
    expect(verdictOn({ account: null })).toEqual({ ...asFriend, bind: null })
  })
})

describe('an account', () => {
  test('keeps its right and its conversation when its number changes', () => {
    expect(verdictOn({ sender: OTHER_NUMBER })).toEqual({ ...asFriend, bind: null })
  })

  test('keeps them when its number is hidden', () => {
    expect(verdictOn({ sender: ALICES_ACCOUNT, account: null }).kind).toBe('pair')
    expect(verdictOn({ sender: ALICES_ACCOUNT, account: ALICES_ACCOUNT })).toEqual({
      ...asFriend,
      bind: null,
    })
  })

  test('that is listed itself is let in under whatever number', () => {
    const lists = { approved: new Set([OTHER_ACCOUNT]) }
    expect(verdictOn({ sender: OTHER_NUMBER, account: OTHER_ACCOUNT }, lists)).toMatchObject({
      trust: 'friend',
      session: 'whatsapp:dm:88880000333@lid',
    })
    expect(verdictOn({ sender: OTHER_ACCOUNT, account: null }, lists)).toMatchObject({ trust: 'friend' })
  })

  test('is never made a number of: the digits of a LID are somebody else’s phone (openclaw #119475, zeroclaw #6350)', () => {
    const lists = { approved: new Set([id('+77770000222')]), accounts: new Map() }
    expect(verdictOn({ sender: ALICES_ACCOUNT, account: null }, lists)).toMatchObject({ kind: 'pair' })
  })

  test('is blocked by its number and by itself, whatever number it writes from', () => {
    for (const blocked of [new Set([ALICE]), new Set([ALICES_ACCOUNT])]) {
      expect(verdictOn({}, { blocked })).toEqual(dropped('blocked'))
      expect(verdictOn({ sender: OTHER_NUMBER }, { blocked })).toEqual(dropped('blocked'))
    }
  })

  test('is blocked by the number that it writes from, whoever it is by its account', () => {
    expect(verdictOn({ sender: OTHER_NUMBER }, { blocked: new Set([OTHER_NUMBER]) })).toEqual(
      dropped('blocked'),
    )
  })

  test('that has got the owner’s number can be blocked, and the owner can not', () => {
    const accounts = new Map([[OWNER, OWNERS_ACCOUNT]])
    const blocked = new Set([OTHER_ACCOUNT, OWNERS_ACCOUNT])
    const heir = { sender: OWNER, account: OTHER_ACCOUNT }
    expect(verdictOn(heir, { accounts, blocked })).toEqual(dropped('blocked'))
    const owner = { sender: OWNER, account: OWNERS_ACCOUNT }
    expect(verdictOn(owner, { accounts, blocked })).toMatchObject({ trust: 'owner' })
  })

  test('of a guest has its own session: the next who has the number reads nothing of it', () => {
    const open = { dmPolicy: 'open', everyone: true } as const
    expect(verdictOn({ sender: OTHER_NUMBER, account: OTHER_ACCOUNT }, {}, open)).toEqual({
      kind: 'accept',
      trust: 'guest',
      session: 'whatsapp:dm:88880000333@lid',
      person: OTHER_ACCOUNT,
      bind: null,
    })
  })
})

describe('the owner’s own number', () => {
  const own = { sender: OWNER, account: OWNERS_ACCOUNT, fromSelf: true, selfChat: true }

  test('is heard in the chat with oneself, and only there', () => {
    expect(verdictOn(own, {}, { onlySelf: true })).toMatchObject({ kind: 'accept', session: 'main' })
    expect(verdictOn({ ...own, selfChat: false }, {}, { onlySelf: true })).toEqual(dropped('own_message'))
    expect(verdictOn({ ...own, selfChat: false }, {})).toEqual(dropped('own_message'))
  })

  test('asks nobody to pair with themselves', () => {
    expect(verdictOn(own, { owners: new Set() }, { onlySelf: true })).toEqual(dropped('own_message'))
  })

  test('answers nobody who writes to it, and sends no codes to the friends of the owner', () => {
    expect(verdictOn({}, {}, { onlySelf: true })).toEqual(dropped('only_self_chat'))
    expect(verdictOn({ sender: OTHER_NUMBER }, {}, { onlySelf: true })).toEqual(dropped('only_self_chat'))
    expect(verdictOn({ sender: OWNER }, {}, { onlySelf: true })).toEqual(dropped('only_self_chat'))
  })

  test('withholds what was under way to others when it turns out to be the owner’s', () => {
    expect(standingOf('whatsapp', ALICE, { ...POLICY, onlySelf: true }, people())).toBeUndefined()
  })
})

describe('for all lists and bindings', () => {
  const numbers = [ALICE, OTHER_NUMBER, OWNER]
  const accounts = [ALICES_ACCOUNT, OTHER_ACCOUNT, OWNERS_ACCOUNT]
  const anySet = fc.subarray([...numbers, ...accounts]).map((ids) => new Set(ids))
  const anyPeople: fc.Arbitrary<People> = fc.record({
    owners: anySet,
    configured: anySet,
    approved: anySet,
    blocked: anySet,
    accounts: fc
      .array(fc.tuple(fc.constantFrom(...numbers), fc.constantFrom(...accounts)))
      .map((pairs) => new Map(pairs)),
  })
  const anyPolicy = fc.record({
    dmPolicy: fc.constantFrom(...DM_POLICIES),
    everyone: fc.boolean(),
    silent: fc.boolean(),
    onlySelf: fc.boolean(),
  })

  test('no right comes from a number that stands for another account', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...numbers),
        fc.constantFrom(...accounts),
        anyPeople,
        (sender, account, lists) => {
          const isNamed = [lists.owners, lists.configured, lists.approved].some((list) => list.has(sender))
          const bound = lists.accounts.get(sender)
          fc.pre(isNamed && bound !== undefined && bound !== account)
          expect(namedBy({ sender, account }, lists).person).not.toBe(sender)
        },
      ),
      { numRuns: 5_000 },
    )
  })

  test('what the outbox asks later is what the gate has answered', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...numbers),
        fc.option(fc.constantFrom(...accounts)),
        anyPolicy,
        anyPeople,
        (sender, account, policy, lists) => {
          const verdict = decide(event({ sender, account }), policy, lists)
          if (verdict.kind !== 'accept') return
          const { trust, session, person } = verdict
          expect(standingOf('whatsapp', person, policy, lists)).toEqual({ trust, session })
        },
      ),
      { numRuns: 20_000 },
    )
  })
})
