import { describe, expect, test } from 'vitest'
import type { PeopleTold, ProviderTold, RulesTold } from '../../shared/contracts/gateway-told.ts'
import { DEFAULT_RULES, nobody } from '../testing/stand-in-supervisor.ts'
import { readPeople } from './told-people.ts'

const telegram = (over: Partial<ProviderTold> = {}): PeopleTold => ({
  revision: 7,
  rules: DEFAULT_RULES,
  providers: [{ ...nobody('telegram'), ...over }],
})

const whatsapp = (over: Partial<ProviderTold>) =>
  readPeople({ ...telegram(), providers: [{ ...nobody('whatsapp'), ...over }] }).of('whatsapp')

describe('the people as told', () => {
  test('are sets of canonical ids', () => {
    const told = readPeople(
      telegram({ owners: ['42'], configured: ['tg:43'], approved: [' 44 '], blocked: ['45'] }),
    )
    expect(told.revision).toBe(7)
    expect(told.of('telegram').people).toEqual({
      owners: new Set(['42']),
      configured: new Set(['43']),
      approved: new Set(['44']),
      blocked: new Set(['45']),
      accounts: new Map(),
    })
    expect(told.unparsable).toEqual([])
  })

  test('who may stop everything are those who are named for it, and no wildcard is a name', () => {
    const told = readPeople(telegram({ owners: ['42'], stoppers: ['43', '*', '@alice'] }))
    expect(told.of('telegram').stoppers).toEqual(new Set(['43']))
    expect(told.unparsable).toEqual(['telegram *', 'telegram @alice'])
    expect(told.of('signal').stoppers).toEqual(new Set())
  })

  test.each([
    '*',
    '@alice',
    '',
    '042',
    '4e1',
    '0x2a',
    '-42',
    '-1001234567890',
    '42.0',
    '４２',
    '42\n43',
    'alice',
  ])('an entry that is no id grants nothing: %j', (entry) => {
    const told = readPeople(telegram({ owners: [entry], configured: [entry], approved: [entry] }))
    const { owners, configured, approved } = told.of('telegram').people
    expect([owners.size, configured.size, approved.size]).toEqual([0, 0, 0])
    expect(told.unparsable).toHaveLength(3)
  })

  test('of WhatsApp have with each number the account that it stands for, and whose number is linked', () => {
    const accounts = [
      { id: '+15550001111', account: '77770000222@lid' },
      { id: '15550002222', account: '77770000333@lid' },
      { id: '+15550003333', account: '77770000444:1@lid' },
      { id: '+15550004444', account: '77770000555@lid' },
    ]
    expect(whatsapp({ accounts }).people.accounts).toEqual(
      new Map([
        ['+15550001111', '77770000222@lid'],
        ['+15550004444', '77770000555@lid'],
      ]),
    )
    for (const onlySelf of [true, false]) expect(whatsapp({ onlySelf }).policy.onlySelf).toBe(onlySelf)
  })

  test('a provider that nobody told us about is closed', () => {
    expect(readPeople(telegram()).of('simulator').policy).toEqual({
      dmPolicy: 'disabled',
      everyone: false,
      silent: true,
      onlySelf: true,
    })
  })

  test('who waits is known with the time of the request', () => {
    const told = readPeople(
      telegram({
        pending: [
          { id: '9', createdAt: 5 },
          { id: 'x', createdAt: 6 },
        ],
      }),
    )
    expect([...told.of('telegram').pending]).toEqual([['9', 5]])
  })
})

const rulesOf = (over: Partial<RulesTold>) =>
  readPeople({ ...telegram(), rules: { ...DEFAULT_RULES, ...over } })

describe('the rules as told', () => {
  test('give the host to ids only: no name, no star (openclaw #11022)', () => {
    const { rules, unparsable } = rulesOf({
      elevated: {
        enabled: true,
        approve: 'never',
        allowFrom: { telegram: ['7', '*', '@alice', 'Alice'], signal: [] },
      },
    })
    expect(rules.elevated.allowFrom).toEqual({ telegram: ['7'], signal: [] })
    expect(unparsable).toEqual(expect.arrayContaining(['telegram *', 'telegram @alice', 'telegram Alice']))
  })

  test('keep a list of recipients narrow, also where nothing in it is an id', () => {
    expect(rulesOf({ allowTo: { telegram: ['*'] } }).rules.allowTo).toEqual({ telegram: [] })
    expect(rulesOf({}).rules.allowTo).toBeUndefined()
  })
})
