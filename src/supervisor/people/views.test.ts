import { describe, expect, it } from 'vitest'
import { parseSenderId, type SenderId } from '../../shared/domain/identity.ts'
import type { PairingRequest } from '../../shared/domain/pairing.ts'
import type { DmPolicy } from '../../shared/domain/people.ts'
import type { Note, Notes } from './notes.ts'
import { personViews } from './person-views.ts'
import type { ProviderPeople } from './read-provider.ts'
import { requestViews } from './request-views.ts'

const id = (text: string): SenderId => {
  const sender = parseSenderId('telegram', text)
  if (sender === undefined) throw new Error(text)
  return sender
}

const people = (dmPolicy: DmPolicy, more: Partial<ProviderPeople> = {}): ProviderPeople => ({
  provider: 'telegram',
  enabled: true,
  policy: { dmPolicy, everyone: dmPolicy === 'open', silent: false, onlySelf: false },
  people: {
    owners: new Set([id('1')]),
    configured: new Set([id('2')]),
    approved: new Set([id('3'), id('2')]),
    blocked: new Set([id('4')]),
    accounts: new Map(),
  },
  stoppers: new Set(),
  requests: [],
  number: undefined,
  unlisted: [],
  problems: [],
  ...more,
})

const notes = (known: Readonly<Record<string, Partial<Note>>> = {}): Notes => ({
  of: (provider, sender) => {
    const note = known[`${provider}:${sender}`]
    return note === undefined ? undefined : { claimedName: '', approvedAt: null, lastSeenAt: null, ...note }
  },
  remember: () => undefined,
  save: async () => undefined,
})

const rows = (read: ProviderPeople) =>
  personViews([read], notes()).map((row) => [row.id, row.source, row.trust, row.effective])

describe('the people who can reach the agent', () => {
  it('are listed once each, with the strongest right, and in whose session they are', () => {
    expect(rows(people('pairing'))).toEqual([
      ['1', 'owner', 'owner', true],
      ['2', 'config', 'friend', true],
      ['3', 'approved', 'friend', true],
      ['4', 'none', 'friend', false],
    ])
    const [owner, friend] = personViews([people('pairing')], notes())
    expect([owner?.session, friend?.session]).toEqual(['main', 'telegram:dm:2'])
  })

  it('under allowlist are not those who were approved (openclaw #22599)', () => {
    const row = personViews([people('allowlist')], notes()).find(({ id: who }) => who === '3')
    expect(row).toMatchObject({ effective: false, why: expect.stringContaining('not honoured') })
  })

  it('include everyone, as a guest, where the policy is open with a star', () => {
    expect(rows(people('open'))).toContainEqual(['*', 'everyone', 'guest', true])
  })

  it('are nobody while direct messages are disabled, the messenger is off, or a file is corrupt', () => {
    const closed = [
      people('disabled'),
      people('pairing', { enabled: false }),
      people('disabled', {
        problems: [
          { provider: 'telegram', file: 'x', error: { code: 'store_corrupt', message: '', hint: '' } },
        ],
      }),
    ]
    for (const read of closed) expect(rows(read).some(([, , , effective]) => effective === true)).toBe(false)
  })
})

const request = (sender: string, meta: Readonly<Record<string, string>>): PairingRequest => ({
  id: id(sender),
  code: 'ABCDEFGH',
  createdAt: 1_000,
  lastSeenAt: 2_000,
  meta,
})

const view = (read: ProviderPeople, known = {}) =>
  requestViews([read], notes(known), (session) => `what ${session} would get`)[0]

describe('a pairing request on the screen', () => {
  it('has its time left, its attempts, and what it would get', () => {
    const read = people('pairing', { requests: [request('9', { firstName: 'Eve', attempts: '3' })] })
    expect(view(read)).toMatchObject({
      expiresAt: 1_000 + 3_600_000,
      attempts: 3,
      claimedName: 'Eve',
      warnings: [],
      wouldGet: 'what telegram:dm:9 would get',
    })
  })

  it('warns of a name that looks like that of somebody who is let in', () => {
    const read = people('pairing', { requests: [request('9', { firstName: 'Аnn' })] })
    expect(view(read, { 'telegram:3': { claimedName: 'Ann' } })?.warnings).toEqual([
      expect.stringContaining('looks like “Ann” (telegram:3)'),
    ])
  })

  it('does not warn of the name of somebody who has no right any more', () => {
    const read = people('pairing', { requests: [request('9', { firstName: 'Ann' })] })
    expect(view(read, { 'telegram:77': { claimedName: 'Ann' } })?.warnings).toEqual([])
  })

  it('shows hidden characters as marks, and warns of them', () => {
    const read = people('pairing', { requests: [request('9', { firstName: 'Ann\u202e' })] })
    expect(view(read)?.claimedName).toBe('Ann‹U+202E›')
    expect(view(read)?.warnings).toHaveLength(1)
  })

  it('says that an approval would not count under the policy of now', () => {
    const read = people('allowlist', { requests: [request('9', {})] })
    expect(view(read)?.warnings[0]).toContain('allowlist')
  })
})

const wa = (text: string): SenderId => {
  const sender = parseSenderId('whatsapp', text)
  if (sender === undefined) throw new Error(text)
  return sender
}

const NUMBER = wa('+15550001111')
const ACCOUNT = wa('77712345@lid')

/** The owner's number and an approved one, each with its account, and one of the config without. */
const onWhatsApp = (more: Partial<ProviderPeople> = {}): ProviderPeople => ({
  ...people('pairing'),
  provider: 'whatsapp',
  people: {
    owners: new Set([wa('+15550000001')]),
    configured: new Set([wa('+15550000002')]),
    approved: new Set([NUMBER]),
    blocked: new Set(),
    accounts: new Map([
      [wa('+15550000001'), wa('11112345@lid')],
      [NUMBER, ACCOUNT],
    ]),
  },
  ...more,
})

const waiting = (who: SenderId, meta: Readonly<Record<string, string>>): PairingRequest => ({
  ...request('9', meta),
  id: who,
})

describe('a number on WhatsApp', () => {
  it('is shown with the account that it stands for', () => {
    expect(personViews([onWhatsApp()], notes()).map(({ id: who, account }) => [who, account])).toEqual([
      ['+15550000001', '11112345@lid'],
      ['+15550000002', ''],
      [NUMBER, ACCOUNT],
    ])
    expect(personViews([people('open')], notes()).map(({ account }) => account)).toEqual(['', '', '', '', ''])
  })

  it('of somebody who waits is shown with the account that was asserted, and with no other', () => {
    const read = onWhatsApp({ requests: [waiting(wa('+15550009999'), { account: '99912345@lid' })] })
    expect(view(read)).toMatchObject({
      id: '+15550009999',
      account: '99912345@lid',
      warnings: [],
      wouldGet: 'what whatsapp:dm:+15550009999 would get',
    })
    const forged = onWhatsApp({ requests: [waiting(wa('+15550009999'), { account: 'Alice' })] })
    expect(view(forged)?.account).toBe('')
  })

  it('that is blocked has one row with its account, which is blocked with it', () => {
    const { people: lists } = onWhatsApp()
    const blocked = { ...lists, blocked: new Set([NUMBER, ACCOUNT, wa('55512345@lid')]) }
    const [approved, ...others] = personViews([onWhatsApp({ people: blocked })], notes()).slice(2)
    expect(approved).toMatchObject({ id: NUMBER, account: ACCOUNT, blocked: true, effective: false })
    expect(others).toMatchObject([{ id: '55512345@lid', source: 'none', blocked: true }])
  })

  it('is blocked where its account is, as the gate has it', () => {
    const { people: lists } = onWhatsApp()
    const read = onWhatsApp({ people: { ...lists, blocked: new Set([ACCOUNT, wa('11112345@lid')]) } })
    const rowOf = (who: string) => personViews([read], notes()).find((row) => row.id === who)
    expect(rowOf(NUMBER)).toMatchObject({ blocked: true, effective: false, why: 'blocked by you' })
    expect(rowOf('+15550000001')).toMatchObject({ blocked: false, effective: true })
  })
})

describe('a pairing request on WhatsApp', () => {
  it('without a number says so', () => {
    expect(view(onWhatsApp({ requests: [waiting(ACCOUNT, {})] }))?.warnings).toEqual([
      'WhatsApp does not show this person’s number.',
    ])
  })

  it('from a number that was let in with another account says that it may be somebody else’s phone', () => {
    const read = onWhatsApp({ requests: [waiting(wa('99912345@lid'), { moved: NUMBER, name: 'Ann' })] })
    expect(view(read, { [`whatsapp:${NUMBER}`]: { claimedName: 'Ann' } })?.warnings).toEqual([
      `${NUMBER} was let in when it belonged to another WhatsApp account. It may be somebody else’s phone now.`,
      expect.stringContaining(`looks like “Ann” (whatsapp:${NUMBER})`),
    ])
  })

  it.each([
    ['+15550000001', 'owner.whatsapp'],
    ['+15550000002', 'whatsapp.allowFrom'],
  ])('from the number %s of the config says how it can stand for the new account', (moved, key) => {
    const read = onWhatsApp({ requests: [waiting(wa('99912345@lid'), { moved })] })
    expect(view(read)?.warnings[1]).toContain(
      `the person whom ${key} means: take the number out of the config`,
    )
  })
})

const onlySelf = (more: Partial<ProviderPeople> = {}): ProviderPeople =>
  onWhatsApp({ policy: { ...people('open').policy, onlySelf: true }, ...more })

describe('while only the owner’s chat with themselves is heard', () => {
  it('nobody but an owner can reach the agent, and everyone can not either', () => {
    const shown = personViews([onlySelf()], notes())
    expect(shown.filter(({ effective }) => effective).map(({ id: who }) => who)).toEqual(['+15550000001'])
    expect(shown.find(({ id: who }) => who === NUMBER)?.why).toContain('only your chat with yourself')
  })

  it('that owner is the one whose number is linked', () => {
    const read = onlySelf({ number: { use: 'own', number: wa('+15550000007') } })
    expect(personViews([read], notes()).some(({ effective }) => effective)).toBe(false)
  })
})
