import { describe, expect, test } from 'vitest'
import type { PeopleTold, ProviderTold, RulesTold } from '../../shared/contracts/gateway-told.ts'
import { parseSenderId, type SenderId } from '../../shared/domain/identity.ts'
import { parseSessionKey } from '../../shared/domain/session.ts'
import type { AcceptedItem } from '../inbound/accepted-item.ts'
import { itemsWithoutRight } from '../inbound/lost-rights.ts'
import { readPeople, type ToldPeople } from '../inbound/told-people.ts'
import { DEFAULT_RULES, nobody } from '../testing/stand-in-supervisor.ts'
import { telegramId } from '../testing/telegram-id.ts'
import { type RecipientFacts, recipientRefusal } from './recipient.ts'
import type { SendRequest } from './send-request.ts'

const TOLD: PeopleTold = {
  revision: 1,
  rules: DEFAULT_RULES,
  providers: [{ ...nobody('telegram'), owners: ['1'], approved: ['42'] }],
}

const people = (over: Partial<ProviderTold> = {}): ToldPeople =>
  readPeople({ ...TOLD, providers: TOLD.providers.map((told) => ({ ...told, ...over })) })

const item = (from = '42', session = 'telegram:dm:42'): AcceptedItem => {
  const sender = parseSenderId('telegram', from)
  const key = parseSessionKey(session)
  if (sender === undefined || key === undefined) throw new Error('not an item')
  return {
    eventId: 'e1',
    provider: 'telegram',
    sender,
    session: key,
    trust: 'friend',
    chatId: from,
    text: 'hello',
    forwarded: false,
    attachments: [],
    claims: {},
    sentAt: 1,
    acceptedAt: 2,
    epoch: 'first',
    entryId: '00000001',
  }
}

const mayReceive = (asked: SendRequest, facts: RecipientFacts): boolean =>
  recipientRefusal(asked, facts) === undefined

/** A private chat has the id of its person; what is none is asked for in the name of 42. */
const personOf = (chatId: string): SenderId => parseSenderId('telegram', chatId) ?? telegramId('42')

const request = (over: Partial<SendRequest> = {}): SendRequest => ({
  session: 'telegram:dm:42',
  provider: 'telegram',
  chatId: '42',
  recipient: personOf(over.chatId ?? '42'),
  text: 'the answer',
  replyTo: 'e1',
  kind: 'answer',
  ...over,
})

describe('an answer', () => {
  test('goes to the conversation that asked', () => {
    expect(mayReceive(request(), { people: people(), item: item() })).toBe(true)
  })

  test.each([
    ['another chat, which the model may have made up (openclaw #10157)', { chatId: '43' }],
    ['a group', { chatId: '-10042' }],
    ['a name', { chatId: '@alice' }],
    ['another provider', { provider: 'simulator' }],
    ['the owner’s session', { session: 'main' }],
    ['another event', { replyTo: 'e2' }],
  ] as const)('goes not to %s', (_what, over) => {
    expect(mayReceive(request(over), { people: people({ approved: ['42', '43'] }), item: item() })).toBe(
      false,
    )
  })

  test('goes to nobody when the event is not open', () => {
    expect(mayReceive(request(), { people: people(), item: undefined })).toBe(false)
  })

  test.each([
    ['revoked', { approved: [] }],
    ['blocked', { blocked: ['42'] }],
    ['switched off by allowlist', { dmPolicy: 'allowlist' }],
    ['switched off altogether', { dmPolicy: 'disabled' }],
  ] satisfies [string, Partial<ProviderTold>][])(
    'goes not to a sender whose right is %s meanwhile',
    (_what, over) => {
      const now = people(over)
      expect(mayReceive(request(), { people: now, item: item() })).toBe(false)
      expect(itemsWithoutRight([item()], now)).toHaveLength(1)
    },
  )

  test('of the main session goes not to somebody who is the owner no more', () => {
    const asked = item('1', 'main')
    const main = request({ session: 'main', chatId: '1' })
    expect(mayReceive(main, { people: people(), item: asked })).toBe(true)
    const now = people({ owners: ['7'], approved: ['1'] })
    expect(mayReceive(main, { people: now, item: asked })).toBe(false)
    expect(itemsWithoutRight([asked], now)).toHaveLength(1)
  })

  test('still goes to a friend who was a guest: the session is the same', () => {
    expect(itemsWithoutRight([item()], people({ approved: [], configured: ['42'] }))).toEqual([])
  })
})

describe('a code', () => {
  const code = request({ kind: 'pairing', chatId: '9', session: 'telegram:dm:9' })

  test('goes to a stranger under pairing', () => {
    expect(mayReceive(code, { people: people(), item: undefined })).toBe(true)
  })

  test.each([
    ['under allowlist (openclaw #26982)', { dmPolicy: 'allowlist' }],
    ['under open (openclaw #13294)', { dmPolicy: 'open' }],
    ['when disabled', { dmPolicy: 'disabled' }],
    ['in silent mode', { silent: true }],
    ['from the owner’s own number', { onlySelf: true }],
    ['to somebody blocked', { blocked: ['9'] }],
    ['to somebody who is in already', { approved: ['9'] }],
    ['to the owner', { owners: ['9'] }],
  ] satisfies [string, Partial<ProviderTold>][])('is not sent %s', (_what, over) => {
    const told = people(over)
    expect(mayReceive(code, { people: told, item: undefined })).toBe(false)
  })
})

describe('a notice', () => {
  const notice = request({ kind: 'notice', replyTo: 'notify:1' })

  test('goes to somebody approved, and to nobody else (CVE-2026-35647)', () => {
    expect(mayReceive(notice, { people: people(), item: undefined })).toBe(true)
    expect(mayReceive(notice, { people: people({ approved: [] }), item: undefined })).toBe(false)
    expect(mayReceive({ ...notice, session: 'main' }, { people: people(), item: undefined })).toBe(false)
  })
})

const told = (over: Partial<RulesTold> = {}): ToldPeople =>
  readPeople({ ...TOLD, rules: { ...DEFAULT_RULES, ...over } })
const message = (chatId: string, session = 'main', over: Partial<SendRequest> = {}): SendRequest =>
  request({ kind: 'message', chatId, session, replyTo: 'send:1', askedBy: 'e1', ...over })

describe('a message of the tool send', () => {
  const owner = item('1', 'main')

  test('of the owner goes to who is let in, and of a friend to their own conversation', () => {
    expect(recipientRefusal(message('42'), { people: told(), item: owner })).toBeUndefined()
    expect(recipientRefusal(message('1'), { people: told(), item: owner })).toBeUndefined()
    expect(
      recipientRefusal(message('42', 'telegram:dm:42'), { people: told(), item: item() }),
    ).toBeUndefined()
  })

  test.each([
    ['to a stranger', message('99'), owner],
    ['to what is no id', message('@alice'), owner],
    [
      'over a provider that nobody is let in by',
      message('+15550001111', 'main', { provider: 'signal' }),
      owner,
    ],
    ['of a friend to the owner', message('1', 'telegram:dm:42'), item()],
    ['of a friend in the name of the owner', message('42', 'main'), item()],
    ['in the name of another session', message('42', 'telegram:dm:42'), owner],
    ['without an open question', message('42'), undefined],
  ])('%s goes nowhere', (_what, asked, from) => {
    expect(recipientRefusal(asked, { people: told(), item: from })).toBe('not_the_recipient')
  })

  test('goes no further than outbound.allowTo, which widens nothing', () => {
    const narrowed = told({ allowTo: { telegram: ['99'] } })
    expect(recipientRefusal(message('42'), { people: narrowed, item: owner })).toBe('not_the_recipient')
    expect(recipientRefusal(message('99'), { people: narrowed, item: owner })).toBe('not_the_recipient')
    expect(recipientRefusal(message('1'), { people: narrowed, item: owner })).toBeUndefined()
    const allowed = told({ allowTo: { telegram: ['42'] } })
    expect(recipientRefusal(message('42'), { people: allowed, item: owner })).toBeUndefined()
  })

  test('goes nowhere once the tool is denied to the sandboxed session', () => {
    const denied = told({ sandbox: { mode: 'non-main', tools: { allow: [], deny: ['send'] } } })
    const own = message('42', 'telegram:dm:42')
    expect(recipientRefusal(own, { people: denied, item: item() })).toBe('not_the_recipient')
  })
})

describe('read-only mode', () => {
  const readOnly = readPeople({ ...TOLD, rules: { ...DEFAULT_RULES, readOnly: true } })

  test.each([
    ['an answer to a friend', request(), item()],
    [
      'a code',
      request({ kind: 'pairing', chatId: '99', session: 'telegram:dm:99', replyTo: 'x' }),
      undefined,
    ],
    ['a notice', request({ kind: 'notice', replyTo: 'n' }), undefined],
    ['a message of the owner to a friend', request({ kind: 'message', session: 'main' }), item('1', 'main')],
  ])('withholds %s, and says that it is why', (_what, asked, from) => {
    expect(recipientRefusal(asked, { people: readOnly, item: from })).toBe('read_only')
  })

  test('lets the owner be answered and told', () => {
    const answer = request({ chatId: '1', session: 'main' })
    expect(recipientRefusal(answer, { people: readOnly, item: item('1', 'main') })).toBeUndefined()
    const notice = request({ kind: 'notice', chatId: '1', session: 'main', replyTo: 'n' })
    expect(recipientRefusal(notice, { people: readOnly, item: undefined })).toBeUndefined()
  })
})
