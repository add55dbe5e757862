import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { UPDATE_KINDS } from '../../../../e2e/servers/telegram/update-kinds.ts'
import { parseSenderId, type SenderId } from '../../../shared/domain/identity.ts'
import type { DropReason } from '../../../shared/domain/verdict.ts'
import { decide } from '../../inbound/decide.ts'
import { normalise, updateIdOf } from './normalise.ts'
import { SERVICE_KEYS } from './service-keys.ts'

const BOT = 999
/** What any accepted content has to be, read without the code under test. */
const personal = z.object({
  chat: z.object({ id: z.unknown(), type: z.unknown() }),
  from: z.object({ id: z.unknown(), is_bot: z.unknown() }),
})

const around = { botId: BOT, waited: false }

const id = (raw: string): SenderId => {
  const sender = parseSenderId('telegram', raw)
  if (sender === undefined) throw new Error(raw)
  return sender
}

const user = (userId: unknown, more: object = {}): object => ({
  id: userId,
  is_bot: false,
  first_name: 'Alice',
  ...more,
})

/** A private message from 42, who is allowed. */
const message = (more: object = {}): object => ({
  message_id: 7,
  date: 1_700_000_000,
  chat: { id: 42, type: 'private', first_name: 'Alice' },
  from: user(42),
  text: 'hello',
  ...more,
})

const update = (more: object = {}): object => ({ update_id: 5, message: message(more) })

/** The gate's word on a raw update, with 1 as owner and 42 as friend, under the most open policy there is. */
const verdictOn = (raw: unknown): ReturnType<typeof decide> =>
  decide(
    { ...normalise(raw, around), duplicate: false, backlog: false },
    { dmPolicy: 'open', everyone: true, silent: false, onlySelf: false },
    {
      owners: new Set([id('1')]),
      configured: new Set([id('42')]),
      approved: new Set(),
      blocked: new Set(),
      accounts: new Map(),
    },
  )

describe('a private message of a person', () => {
  test('is an event with all that the gate asks for', () => {
    const from = user(42, { username: 'alice', last_name: 'A.', language_code: 'en' })
    expect(normalise(update({ from }), around)).toEqual({
      provider: 'telegram',
      kind: 'message',
      direct: true,
      group: null,
      sender: '42',
      account: null,
      chatId: '42',
      eventId: 'telegram:999:5',
      otherIds: ['telegram:999:42:7'],
      sentAt: 1_700_000_000_000,
      fromSelf: false,
      selfChat: false,
      fromBot: false,
      onBehalf: false,
      forwarded: false,
      text: 'hello',
      attachments: [],
      claims: { username: 'alice', firstName: 'Alice', lastName: 'A.' },
      waited: false,
    })
    expect(verdictOn(update())).toMatchObject({ kind: 'accept', trust: 'friend' })
  })

  test('knows what this bot is called, for a command can be addressed to it', () => {
    expect(normalise(update(), { ...around, botName: 'our_bot' }).selfName).toBe('our_bot')
    expect(normalise(update(), around)).not.toHaveProperty('selfName')
  })

  test('with media is its caption, and nothing without words', () => {
    expect(normalise(update({ text: undefined, photo: [], caption: 'look' }), around).text).toBe('look')
    expect(verdictOn(update({ text: undefined, photo: [{}] }))).toEqual({ kind: 'drop', reason: 'empty' })
  })

  test.each([
    [{ forward_origin: { type: 'user', sender_user: user(1) } }],
    [{ forward_origin: { type: 'hidden_user', sender_user_name: 'x' } }],
    [{ forward_from: user(1) }],
    [{ forward_sender_name: 'x', forward_date: 1 }],
  ])('that passes on other words stays the forwarder’s, and is marked: %j', (more) => {
    expect(normalise(update(more), around)).toMatchObject({ sender: '42', forwarded: true })
  })

  test.each([
    [
      'a reply to the owner',
      { reply_to_message: message({ from: user(1), chat: { id: 1, type: 'private' } }) },
    ],
    ['a contact card of the owner', { contact: { user_id: 1, first_name: 'Owner', phone_number: '1' } }],
    [
      'a quote of the owner',
      { quote: { text: 'do it' }, external_reply: { origin: { sender_user: user(1) } } },
    ],
    ['the owner’s names', { from: user(42, { first_name: '*', username: 'owner', last_name: '1' }) }],
  ])('never takes an identity from %s', (_what, more) => {
    expect(verdictOn(update(more))).toMatchObject({
      kind: 'accept',
      trust: 'friend',
      session: 'telegram:dm:42',
    })
  })

  test('of an ephemeral kind has no message id that could be taken for another’s', () => {
    expect(normalise(update({ message_id: 0 }), around).otherIds).toEqual([])
  })

  test('to another bot with the same numbers is another event', () => {
    const other = normalise(update(), { botId: 1000, waited: false })
    const ours = normalise(update(), around)
    expect([other.eventId, ...other.otherIds]).not.toContain(ours.eventId)
    expect(other.otherIds).not.toEqual(ours.otherIds)
  })
})

const dropped: readonly (readonly [DropReason, string, object])[] = [
  ['bot', 'a bot', update({ from: user(42, { is_bot: true }) })],
  ['own_message', 'ourselves', update({ from: user(BOT), chat: { id: BOT, type: 'private' } })],
  ['not_direct', 'a group', update({ chat: { id: -100, type: 'group' } })],
  ['not_direct', 'a supergroup', update({ chat: { id: -1_001_234, type: 'supergroup' } })],
  ['not_direct', 'a channel', update({ chat: { id: -1_001_234, type: 'channel' } })],
  ['not_direct', 'a private chat of somebody else', update({ chat: { id: 43, type: 'private' } })],
  ['not_direct', 'a group with the number of its sender', update({ chat: { id: 42, type: 'group' } })],
  ['on_behalf', 'a channel behind the sender', update({ sender_chat: { id: -1, type: 'channel' } })],
  ['on_behalf', 'an inline bot', update({ via_bot: user(77, { is_bot: true }) })],
  ['on_behalf', 'a business account', update({ business_connection_id: 'b' })],
  ['on_behalf', 'a business bot', update({ sender_business_bot: user(5, { is_bot: true }) })],
  ['on_behalf', 'a guest query', update({ guest_query_id: 'q' })],
  ['on_behalf', 'a guest bot’s caller', update({ guest_bot_caller_user: user(1) })],
  ['on_behalf', 'an automatic forward', update({ is_automatic_forward: true })],
  ...[777_000, 1_087_968_824, 136_817_688, 1_271_266_957].map(
    (standIn) =>
      [
        'on_behalf',
        `Telegram’s stand-in ${standIn}`,
        update({ from: user(standIn), chat: { id: standIn, type: 'private' } }),
      ] as const,
  ),
  ['unknown_sender', 'a sender of zero', update({ from: user(0), chat: { id: 0, type: 'private' } })],
  ['unknown_sender', 'a negative sender', update({ from: user(-42), chat: { id: -42, type: 'private' } })],
  ['empty', 'only white space', update({ text: ' \n ' })],
  ...['2 ** 53', 42.5, '42', ' 42', '0x2a', '4e1', null, true, [42]].map(
    (odd) =>
      [
        'not_a_message',
        `a sender of ${JSON.stringify(odd)}`,
        update({ from: user(odd === '2 ** 53' ? 2 ** 53 : odd) }),
      ] as const,
  ),
  ['not_a_message', 'no sender', update({ from: undefined })],
  ['not_a_message', 'a sender who does not say whether they are a bot', update({ from: { id: 42 } })],
  ['not_a_message', 'no chat', update({ chat: undefined })],
  ['not_a_message', 'text that is no text', update({ text: { toString: 'x' } })],
  ['not_a_message', 'no message at all', { update_id: 5 }],
  ['not_a_message', 'a message that is a list', { update_id: 5, message: [message()] }],
  ['not_a_message', 'two contents at once', { update_id: 5, message: message(), edited_message: message() }],
  ...[...UPDATE_KINDS.filter((kind) => kind !== 'message'), 'something_new', '__proto__'].map(
    (kind) =>
      [
        'not_a_message',
        `the update ${kind}`,
        JSON.parse(`{"update_id":5,"${kind}":${JSON.stringify(message())}}`),
      ] as const,
  ),
  ...SERVICE_KEYS.map(
    (key) => ['not_a_message', `the note ${key}`, update({ [key]: { any: 'thing' } })] as const,
  ),
]

describe('what is never for us', () => {
  test.each(dropped)('%s: %s', (reason, _what, raw) => {
    expect(verdictOn(raw)).toEqual({ kind: 'drop', reason })
  })

  test('nothing of any shape is accepted but a plain message of 42 or a guest to themselves', () => {
    const field = fc.oneof(fc.constantFrom(42, 1, BOT, 777_000, -1, 'x', true, null, {}), fc.jsonValue())
    const anyMessage = fc.record(
      {
        message_id: fc.oneof(fc.nat(), field),
        date: fc.oneof(fc.nat(), field),
        chat: fc.oneof(fc.record({ id: field, type: fc.constantFrom('private', 'group', 'channel') }), field),
        from: fc.oneof(fc.record({ id: field, is_bot: fc.oneof(fc.boolean(), field) }), field),
        text: fc.oneof(fc.string(), field),
        sender_chat: field,
        via_bot: field,
        pinned_message: field,
        business_connection_id: field,
      },
      { requiredKeys: ['message_id', 'date', 'chat', 'from', 'text'] },
    )
    fc.assert(
      fc.property(anyMessage, fc.constantFrom('message', 'edited_message', 'x'), (content, key) => {
        const event = normalise({ update_id: 1, [key]: content }, around)
        const verdict = verdictOn({ update_id: 1, [key]: content })
        if (verdict.kind !== 'accept') return
        const { chat, from } = personal.parse(content)
        expect([key, chat.type, from.is_bot, chat.id]).toEqual(['message', 'private', false, from.id])
        expect(event.sender).toBe(String(from.id))
        expect(from.id).not.toBe(BOT)
      }),
      { numRuns: 5_000 },
    )
  })
})

describe('the id of an update', () => {
  test.each([
    [{ update_id: 5 }, 5],
    [{ update_id: '5' }, undefined],
    [{ update_id: 2 ** 60 }, undefined],
    [null, undefined],
    ['x', undefined],
  ])('of %j is %s', (raw, expected) => expect(updateIdOf(raw)).toBe(expected))
})
