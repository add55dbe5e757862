import { describe, expect, it } from 'vitest'
import { parseSenderId, type SenderId } from './identity.ts'
import { namedBy, type People, type ProviderPolicy, trustOf } from './people.ts'

const id = (raw: string): SenderId => {
  const sender = parseSenderId('whatsapp', raw)
  if (sender === undefined) throw new Error(`${raw} is no WhatsApp id`)
  return sender
}

const ALICE = id('+15550001111')
const ALICES_ACCOUNT = id('77770000222@lid')
const OTHER_ACCOUNT = id('88880000333@lid')
const NEW_NUMBER = id('+15550002222')

const people = (over: Partial<People> = {}): People => ({
  owners: new Set(),
  configured: new Set(),
  approved: new Set(),
  blocked: new Set(),
  accounts: new Map(),
  ...over,
})

const bound = new Map([[ALICE, ALICES_ACCOUNT]])

describe('whom the lists mean', () => {
  it.each(['configured', 'approved'] as const)(
    'is who has the account that a %s number stands for, whatever number they write from',
    (list) => {
      const lists = people({ [list]: new Set([ALICE]), accounts: bound })
      for (const sender of [ALICE, NEW_NUMBER, ALICES_ACCOUNT])
        expect(namedBy({ sender, account: ALICES_ACCOUNT }, lists)).toEqual({
          person: ALICE,
          moved: null,
          bind: null,
        })
    },
  )

  it('is the owner only where both the number and the account are the owner’s', () => {
    const lists = people({ owners: new Set([ALICE]), accounts: bound })
    const named = (sender: SenderId, account: SenderId): SenderId =>
      namedBy({ sender, account }, lists).person
    expect(named(ALICE, ALICES_ACCOUNT)).toBe(ALICE)
    expect(named(NEW_NUMBER, ALICES_ACCOUNT)).toBe(NEW_NUMBER)
    expect(named(ALICES_ACCOUNT, ALICES_ACCOUNT)).toBe(ALICES_ACCOUNT)
    expect(named(ALICE, OTHER_ACCOUNT)).toBe(OTHER_ACCOUNT)
  })

  it('is the owner by their number and the account that it stands for, and by neither of them alone', () => {
    const lists = people({ owners: new Set([ALICE]), accounts: bound })
    expect(namedBy({ sender: ALICE, account: ALICES_ACCOUNT }, lists).person).toBe(ALICE)
    for (const sender of [NEW_NUMBER, ALICES_ACCOUNT])
      expect(namedBy({ sender, account: ALICES_ACCOUNT }, lists).person).toBe(sender)
    expect(namedBy({ sender: ALICE, account: OTHER_ACCOUNT }, lists).person).toBe(OTHER_ACCOUNT)
  })

  it('is the account where the number stands for another, and nothing is held to it on the way', () => {
    const lists = people({ approved: new Set([ALICE]), accounts: bound })
    expect(namedBy({ sender: ALICE, account: OTHER_ACCOUNT }, lists)).toEqual({
      person: OTHER_ACCOUNT,
      moved: ALICE,
      bind: null,
    })
  })

  it('is the account itself where both are listed, the number of before and the account that has it now', () => {
    const lists = people({ approved: new Set([ALICE, OTHER_ACCOUNT]), accounts: bound })
    expect(namedBy({ sender: ALICE, account: OTHER_ACCOUNT }, lists)).toEqual({
      person: OTHER_ACCOUNT,
      moved: null,
      bind: null,
    })
  })

  it('is told of no change where the number gives no right, though it is known whose it was: of somebody blocked', () => {
    const lists = people({ blocked: new Set([ALICE]), accounts: bound })
    expect(namedBy({ sender: ALICE, account: OTHER_ACCOUNT }, lists)).toEqual({
      person: ALICE,
      moved: null,
      bind: null,
    })
  })

  it('is nobody whose number is on no list, and that is held to no account', () => {
    expect(namedBy({ sender: ALICE, account: ALICES_ACCOUNT }, people())).toEqual({
      person: ALICE,
      moved: null,
      bind: null,
    })
  })
})

describe('what the lists give', () => {
  const policy: ProviderPolicy = { dmPolicy: 'open', everyone: true, silent: false, onlySelf: false }

  it('is nothing to who is blocked, by whatever else they are let in', () => {
    const blocked = new Set([ALICE])
    expect(trustOf(ALICE, policy, people({ blocked }))).toBeUndefined()
    expect(trustOf(ALICE, policy, people({ blocked, configured: blocked }))).toBeUndefined()
    expect(trustOf(ALICE, policy, people({ blocked, approved: blocked }))).toBeUndefined()
    expect(trustOf(ALICE, policy, people({ blocked, owners: blocked }))).toBe('owner')
  })

  it('is nothing to anybody but the owner on the owner’s own number', () => {
    const own = { ...policy, onlySelf: true }
    const lists = people({ owners: new Set([NEW_NUMBER]), configured: new Set([ALICE]) })
    expect(trustOf(ALICE, own, lists)).toBeUndefined()
    expect(trustOf(OTHER_ACCOUNT, own, lists)).toBeUndefined()
    expect(trustOf(NEW_NUMBER, own, lists)).toBe('owner')
  })
})
