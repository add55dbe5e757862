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
  policy: { dmPolicy, everyone: dmPolicy === 'open', silent: false },
  people: {
    owners: new Set([id('1')]),
    configured: new Set([id('2')]),
    approved: new Set([id('3'), id('2')]),
    blocked: new Set([id('4')]),
  },
  stoppers: new Set(),
  requests: [],
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
