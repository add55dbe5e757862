import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseSenderId, type SenderId } from '../../shared/domain/identity.ts'
import { INBOUND_KINDS, type InboundEvent } from '../../shared/domain/inbound.ts'
import { DM_POLICIES, type People, type ProviderPolicy } from '../../shared/domain/people.ts'
import { PROVIDERS, type ProviderId } from '../../shared/domain/provider.ts'
import type { DropReason, Verdict } from '../../shared/domain/verdict.ts'
import { decide, standingOf } from './decide.ts'
import { pairingText } from './pairing-text.ts'

const id = (raw: string, provider: ProviderId = 'telegram'): SenderId => {
  const sender = parseSenderId(provider, raw)
  if (sender === undefined) throw new Error(`${raw} is no ${provider} id`)
  return sender
}

const OWNER = id('100')
const CONFIGURED = id('200')
const APPROVED = id('300')
const BLOCKED = id('400')
const STRANGER = id('500')

const event = (over: Partial<InboundEvent> = {}): InboundEvent => ({
  provider: 'telegram',
  kind: 'message',
  direct: true,
  group: null,
  sender: STRANGER,
  account: null,
  chatId: '500',
  eventId: 'telegram:1:1',
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

const policy = (over: Partial<ProviderPolicy> = {}): ProviderPolicy => ({
  dmPolicy: 'pairing',
  everyone: false,
  silent: false,
  onlySelf: false,
  ...over,
})

const people = (over: Partial<People> = {}): People => ({
  owners: new Set([OWNER]),
  configured: new Set([CONFIGURED]),
  approved: new Set([APPROVED]),
  blocked: new Set([BLOCKED]),
  accounts: new Map(),
  ...over,
})

const verdictOn = (
  over: Partial<InboundEvent>,
  policyOver: Partial<ProviderPolicy> = {},
  peopleOver: Partial<People> = {},
): Verdict => decide(event(over), policy(policyOver), people(peopleOver))

const dropped = (reason: DropReason): Verdict => ({ kind: 'drop', reason })

describe('who gets in', () => {
  test('the owner’s chat is the main session', () => {
    expect(verdictOn({ sender: OWNER })).toEqual({
      kind: 'accept',
      trust: 'owner',
      session: 'main',
      person: OWNER,
      bind: null,
    })
  })

  test('a configured person is a friend in a session of their own', () => {
    expect(verdictOn({ sender: CONFIGURED })).toEqual({
      kind: 'accept',
      trust: 'friend',
      session: 'telegram:dm:200',
      person: CONFIGURED,
      bind: null,
    })
  })

  test('an approved person is a friend under pairing and under open', () => {
    for (const dmPolicy of ['pairing', 'open'] as const)
      expect(verdictOn({ sender: APPROVED }, { dmPolicy })).toMatchObject({ kind: 'accept', trust: 'friend' })
  })

  test('under allowlist an approval counts no more, and no code is sent (openclaw #22599, #26982)', () => {
    expect(verdictOn({ sender: APPROVED }, { dmPolicy: 'allowlist' })).toEqual(dropped('not_allowed'))
    expect(verdictOn({ sender: STRANGER }, { dmPolicy: 'allowlist' })).toEqual(dropped('not_allowed'))
  })

  test('open lets everybody in as a guest only with the star, and never sends a code (openclaw #13294)', () => {
    expect(verdictOn({}, { dmPolicy: 'open', everyone: true })).toEqual({
      kind: 'accept',
      trust: 'guest',
      session: 'telegram:dm:500',
      person: STRANGER,
      bind: null,
    })
    expect(verdictOn({}, { dmPolicy: 'open' })).toEqual(dropped('open_without_star'))
  })

  test('open gives nobody the trust of the owner (CVE-2026-28392)', () => {
    expect(verdictOn({}, { dmPolicy: 'open', everyone: true })).not.toMatchObject({ trust: 'owner' })
  })

  test('the star without open lets nobody in', () => {
    for (const dmPolicy of ['pairing', 'allowlist', 'disabled'] as const)
      expect(verdictOn({}, { dmPolicy, everyone: true })).not.toMatchObject({ kind: 'accept' })
  })

  test('empty lists let nobody in (CVE-2026-22170, GHSA-gw85-xp4q-5gp9)', () => {
    const nobody: People = {
      owners: new Set(),
      configured: new Set(),
      approved: new Set(),
      blocked: new Set(),
      accounts: new Map(),
    }
    for (const dmPolicy of DM_POLICIES)
      expect(verdictOn({}, { dmPolicy }, nobody)).not.toMatchObject({ kind: 'accept' })
  })

  test('a username in the claims opens nothing (CVE-2026-28480)', () => {
    expect(verdictOn({ claims: { username: '100', firstName: '*', lastName: String(OWNER) } })).toEqual({
      kind: 'pair',
      answer: true,
      person: STRANGER,
      moved: null,
    })
  })

  test('the same digits on another provider are somebody else', () => {
    expect(standingOf('discord', id('12345678901234567', 'discord'), policy(), people())).toBeUndefined()
  })
})

describe('who is kept out', () => {
  test('disabled keeps out everybody, the owner too', () => {
    for (const sender of [OWNER, CONFIGURED, APPROVED, STRANGER])
      expect(verdictOn({ sender }, { dmPolicy: 'disabled' })).toEqual(dropped('disabled'))
  })

  test('a block is stronger than every list but the owner’s', () => {
    const all = new Set([BLOCKED])
    expect(verdictOn({ sender: BLOCKED }, {}, { configured: all, approved: all })).toEqual(dropped('blocked'))
    expect(verdictOn({ sender: BLOCKED }, { dmPolicy: 'open', everyone: true })).toEqual(dropped('blocked'))
    expect(verdictOn({ sender: OWNER }, {}, { blocked: new Set([OWNER]) })).toMatchObject({ trust: 'owner' })
  })

  test.each([
    ['not_a_message', { kind: 'edit' }],
    ['not_a_message', { kind: 'reaction' }],
    ['not_a_message', { kind: 'service' }],
    ['not_a_message', { kind: 'channel_post' }],
    ['not_a_message', { kind: 'callback' }],
    ['not_a_message', { kind: 'membership' }],
    ['not_a_message', { kind: 'business' }],
    ['not_a_message', { kind: 'guest' }],
    ['not_a_message', { kind: 'unknown' }],
    ['own_message', { fromSelf: true }],
    ['bot', { fromBot: true }],
    ['on_behalf', { onBehalf: true }],
    ['not_direct', { direct: false }],
    ['unknown_sender', { sender: null }],
    ['duplicate', { duplicate: true }],
    ['empty', { text: '' }],
    ['empty', { text: ' \n\t ' }],
  ] as const)('%s: nobody gets in with %o, and nobody is asked to pair (CVE-2026-32028)', (reason, over) => {
    for (const sender of 'sender' in over ? [null] : [OWNER, CONFIGURED, STRANGER])
      for (const dmPolicy of ['pairing', 'open'] as const)
        expect(verdictOn({ sender, ...over }, { dmPolicy, everyone: dmPolicy === 'open' })).toEqual(
          dropped(reason),
        )
  })
})

describe('who is asked to pair', () => {
  test('a stranger under pairing, with an answer', () => {
    expect(verdictOn({})).toMatchObject({ kind: 'pair', answer: true })
  })

  test('backlog is queued without an answer, so a start sends no codes by the dozen (openclaw #834, #97088)', () => {
    expect(verdictOn({ backlog: true })).toMatchObject({ kind: 'pair', answer: false })
  })

  test('backlog of an accepted sender is accepted', () => {
    expect(verdictOn({ sender: APPROVED, backlog: true })).toMatchObject({ kind: 'accept' })
  })

  test('in silent mode without an answer (openclaw #10696)', () => {
    expect(verdictOn({}, { silent: true })).toMatchObject({ kind: 'pair', answer: false })
  })

  test('not a stranger who passes on what somebody else wrote', () => {
    expect(verdictOn({ forwarded: true })).toEqual(dropped('forwarded_by_stranger'))
    expect(verdictOn({ forwarded: true, sender: APPROVED })).toMatchObject({ kind: 'accept' })
  })

  test('not another gateway that offers a code', () => {
    expect(verdictOn({ text: pairingText('ABCDEFGH') })).toEqual(dropped('pairing_echo'))
    expect(
      verdictOn({
        text: 'Clawdbot: access not configured.\n\nPairing code: ABCDEFGH\n\nclawdbot telegram pairing approve ABCDEFGH',
      }),
    ).toEqual(dropped('pairing_echo'))
  })

  test('but a person who asks about it is', () => {
    expect(verdictOn({ text: 'it says access not configured, what now?' })).toMatchObject({ kind: 'pair' })
  })
})

/** Senders of every provider, in and out of the lists. */
const someone = fc.constantFrom(OWNER, CONFIGURED, APPROVED, BLOCKED, STRANGER)

const anyEvent: fc.Arbitrary<InboundEvent> = fc.record({
  provider: fc.constantFrom(...PROVIDERS),
  kind: fc.oneof(
    { weight: 4, arbitrary: fc.constant('message' as const) },
    fc.constantFrom(...INBOUND_KINDS),
  ),
  direct: mostly(true),
  group: fc.constant(null),
  // Accounts behind numbers have rules of their own: decide-accounts.test.ts.
  account: fc.constant(null),
  selfChat: fc.constant(false),
  sender: fc.option(someone, { freq: 8 }),
  chatId: fc.string(),
  eventId: fc.string(),
  sentAt: fc.integer(),
  fromSelf: mostly(false),
  fromBot: mostly(false),
  onBehalf: mostly(false),
  forwarded: mostly(false),
  text: fc.oneof(fc.string(), fc.constant('hello'), fc.constant(pairingText('ABCDEFGH'))),
  attachments: fc.constantFrom([], [{ fileName: 'a.txt', size: 1, kind: 'document', ref: 'f' }]),
  claims: fc.dictionary(fc.string(), fc.string()),
  duplicate: mostly(false),
  backlog: fc.boolean(),
})

function mostly(value: boolean): fc.Arbitrary<boolean> {
  return fc.oneof({ weight: 6, arbitrary: fc.constant(value) }, fc.boolean())
}

const anyPolicy: fc.Arbitrary<ProviderPolicy> = fc.record({
  dmPolicy: fc.constantFrom(...DM_POLICIES),
  everyone: fc.boolean(),
  silent: fc.boolean(),
  onlySelf: fc.constant(false),
})

const anySet = fc.subarray([OWNER, CONFIGURED, APPROVED, BLOCKED, STRANGER]).map((ids) => new Set(ids))
const anyPeople: fc.Arbitrary<People> = fc.record({
  owners: anySet,
  configured: anySet,
  approved: anySet,
  blocked: anySet,
  accounts: fc.constant(new Map()),
})

/** The same rules told from the other end: not why a message is refused, but all that it takes to be let in. */
const trustByTheBook = (
  e: InboundEvent,
  p: ProviderPolicy,
  l: People,
): 'owner' | 'friend' | 'guest' | undefined => {
  const isRealMessage = [
    e.kind === 'message',
    !e.fromSelf,
    !e.fromBot,
    !e.onBehalf,
    e.direct,
    !e.duplicate,
    /\S/.test(e.text) || e.attachments.length > 0,
  ].every(Boolean)
  const who = e.sender
  if (!isRealMessage || who === null || p.dmPolicy === 'disabled') return undefined
  const lists = {
    pairing: [l.configured, l.approved],
    allowlist: [l.configured],
    open: [l.configured, l.approved],
  }[p.dmPolicy]
  if (l.owners.has(who)) return 'owner'
  if (l.blocked.has(who)) return undefined
  if (lists.some((list) => list.has(who))) return 'friend'
  return p.dmPolicy === 'open' && p.everyone ? 'guest' : undefined
}

describe('for every event, policy and list', () => {
  test('nobody is accepted but by the book, and everybody by the book is', () => {
    fc.assert(
      fc.property(anyEvent, anyPolicy, anyPeople, (e, p, l) => {
        const verdict = decide(e, p, l)
        const trust = trustByTheBook(e, p, l)
        expect(verdict.kind === 'accept' ? verdict.trust : undefined).toBe(trust)
      }),
      { numRuns: 20_000 },
    )
  })

  test('the main session is the owner’s and nobody else’s', () => {
    fc.assert(
      fc.property(anyEvent, anyPolicy, anyPeople, (e, p, l) => {
        const verdict = decide(e, p, l)
        if (verdict.kind !== 'accept') return
        const isOwner = e.sender !== null && l.owners.has(e.sender)
        expect(verdict.session).toBe(isOwner ? 'main' : `${e.provider}:dm:${e.sender}`)
      }),
      { numRuns: 10_000 },
    )
  })

  test('only a fresh message of a stranger under loud pairing is ever answered with a code', () => {
    fc.assert(
      fc.property(anyEvent, anyPolicy, anyPeople, (e, p, l) => {
        const verdict = decide(e, p, l)
        if (verdict.kind !== 'pair') return
        expect(p.dmPolicy).toBe('pairing')
        expect(e.forwarded || e.fromBot || e.fromSelf || e.onBehalf || e.duplicate || !e.direct).toBe(false)
        if (e.sender === null) throw new Error('paired nobody')
        for (const list of [l.owners, l.configured, l.approved, l.blocked])
          expect(list.has(e.sender)).toBe(false)
        expect(verdict.answer).toBe(!e.backlog && !p.silent)
      }),
      { numRuns: 10_000 },
    )
  })

  test('what the outbox asks later is what the gate has answered', () => {
    fc.assert(
      fc.property(anyEvent, anyPolicy, anyPeople, (e, p, l) => {
        const verdict = decide(e, p, l)
        if (verdict.kind !== 'accept' || e.sender === null) return
        expect(standingOf(e.provider, e.sender, p, l)).toEqual({
          trust: verdict.trust,
          session: verdict.session,
        })
      }),
      { numRuns: 5_000 },
    )
  })
})
