import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TelegramServer } from './server.ts'

let server: TelegramServer
let milliseconds = 1_700_000_000_000

beforeEach(async () => {
  server = await new TelegramServer({ now: () => milliseconds }).start()
})

afterEach(async () => {
  await server.stop()
})

const alice = { id: 42, first_name: 'Alice' }

interface Answer {
  readonly ok: boolean
  readonly result?: unknown
  readonly error_code?: number
  readonly description?: string
  readonly parameters?: unknown
}

const call = async (method: string, params: object = {}, token = server.token): Promise<Answer> => {
  const answer = await fetch(`${server.url}/bot${token}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(params),
  })
  const body: Answer = await answer.json()
  expect(answer.status).toBe(body.ok ? 200 : body.error_code)
  return body
}

const ids = async (params: object = {}, token = server.token): Promise<readonly number[]> => {
  const { result } = await call('getUpdates', params, token)
  if (!Array.isArray(result)) throw new Error('getUpdates gave no list')
  return result.map((update: { update_id: number }) => update.update_id)
}

const push = (...texts: readonly string[]): readonly number[] =>
  texts.map((text) => server.dm(alice, text).updateId)

describe('getUpdates', () => {
  test('repeats an update until an offset above it confirms it', async () => {
    const [first, second, third] = push('a', 'b', 'c')
    expect(await ids()).toEqual([first, second, third])
    expect(await ids()).toEqual([first, second, third])
    expect(await ids({ offset: second })).toEqual([second, third])
    expect(await ids()).toEqual([second, third])
    expect(await ids({ offset: Number(third) + 1 })).toEqual([])
    expect(server.pending()).toBe(0)
  })

  test('keeps only the last ones for a negative offset', async () => {
    const [, second, third] = push('a', 'b', 'c')
    expect(await ids({ offset: -2 })).toEqual([second, third])
    expect(await ids()).toEqual([second, third])
  })

  test('gives 100 updates unless told otherwise, never fewer than 1 nor more than 100', async () => {
    const pushed = push(...Array.from({ length: 120 }, (_, index) => `message ${index}`))
    expect(await ids()).toEqual(pushed.slice(0, 100))
    expect(await ids({ limit: 1000 })).toHaveLength(100)
    expect(await ids({ limit: 7 })).toHaveLength(7)
    expect(await ids({ limit: 0 })).toHaveLength(1)
  })

  test('waits for an update when asked to', async () => {
    const waiting = ids({ timeout: 50 })
    await server.waitFor(() => server.isPolling())
    const [pushed] = push('now')
    expect(await waiting).toEqual([pushed])
    expect(server.isPolling()).toBe(false)
  })

  test('ends an empty wait with an empty list', async () => {
    const waiting = ids({ timeout: 50 })
    await server.waitFor(() => server.isPolling())
    server.expirePoll()
    expect(await waiting).toEqual([])
  })

  test('ends the older of two requests with 409, and serves the newer', async () => {
    const older = call('getUpdates', { timeout: 50 })
    await server.waitFor(() => server.isPolling())
    const newer = ids({ timeout: 50 })
    expect(await older).toEqual({
      ok: false,
      error_code: 409,
      description:
        'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
    })
    await server.waitFor(() => server.isPolling())
    const [pushed] = push('for the newer')
    expect(await newer).toEqual([pushed])
  })

  test('takes nothing out of the queue for a client that has gone away', async () => {
    const leaving = new AbortController()
    const poll = fetch(`${server.url}/bot${server.token}/getUpdates?timeout=50`, { signal: leaving.signal })
    await server.waitFor(() => server.isPolling())
    leaving.abort()
    await expect(poll).rejects.toThrow('aborted')
    await server.waitFor(() => !server.isPolling())
    const [pushed] = push('later')
    expect(await ids()).toEqual([pushed])
  })

  test('is refused while a webhook is set, and setting one ends a waiting request', async () => {
    const waiting = call('getUpdates', { timeout: 50 })
    await server.waitFor(() => server.isPolling())
    expect(await call('setWebhook', { url: 'https://example.org/hook' })).toMatchObject({ ok: true })
    expect(await waiting).toMatchObject({
      error_code: 409,
      description: 'Conflict: terminated by setWebhook request',
    })
    expect(await call('getUpdates')).toEqual({
      ok: false,
      error_code: 409,
      description:
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    })
    expect(await call('getWebhookInfo')).toMatchObject({ result: { url: 'https://example.org/hook' } })
    push('a')
    await call('deleteWebhook', { drop_pending_updates: true })
    expect(await ids()).toEqual([])
  })

  test('remembers allowed_updates until they are named again, and leaves alone what is queued already', async () => {
    const before = server.push({ channel_post: { text: 'queued before' } })
    const message = { allowed_updates: ['message'] }
    expect(await ids(message)).toEqual([before])
    server.push({ channel_post: { text: 'not allowed' } })
    const [allowed] = push('allowed')
    expect(await ids({ offset: before + 1 })).toEqual([allowed])
    expect(server.filtered).toHaveLength(1)
    await ids({ allowed_updates: [] })
    const after = server.push({ channel_post: { text: 'allowed again' } })
    expect(await ids()).toEqual([allowed, after])
  })

  test('gives reactions and member changes only to who names them', async () => {
    server.push({ message_reaction: { user: alice } })
    server.push({ chat_member: { from: alice } })
    const own = server.push({ my_chat_member: { from: alice } })
    expect(await ids({ allowed_updates: ['message_reaction', 'my_chat_member'] })).toEqual([own])
    const reaction = server.push({ message_reaction: { user: alice } })
    expect(await ids({ offset: own + 1 })).toEqual([reaction])
  })

  test('can deliver repeats, disorder and what the filter would keep', async () => {
    await ids({ allowed_updates: ['message'] })
    server.dm(alice, 'late', { update_id: 2005 })
    server.dm(alice, 'early', { update_id: 2003 })
    expect(await ids()).toEqual([2005, 2003])
    expect(await ids({ offset: 2006 })).toEqual([])
    server.dm(alice, 'again', { update_id: 2003, ignoreOffset: true })
    expect(await ids({ offset: 2006 })).toEqual([2003])
    expect(await ids({ offset: 2006 })).toEqual([])
    const post = server.push({ channel_post: { text: 'past the filter' } }, { pastFilter: true })
    expect(post).toBe(2006)
    expect(await ids({ offset: 2006 })).toEqual([2006])
  })

  test('gives who repeats an offset at once only one update, if it is set to', async () => {
    await server.stop()
    server = await new TelegramServer({ now: () => milliseconds, slowRepeatedPolls: true }).start()
    push('a', 'b')
    expect(await ids()).toHaveLength(2)
    expect(await ids()).toHaveLength(1)
    milliseconds += 501
    expect(await ids()).toHaveLength(2)
  })
})

describe('sendMessage', () => {
  test('sends to who has written, with the clock of the server', async () => {
    const { messageId } = server.dm(alice, 'hello')
    const reply = { message_id: messageId }
    const answer = await call('sendMessage', { chat_id: 42, text: 'hi', reply_parameters: reply })
    expect(answer).toMatchObject({ ok: true, result: { text: 'hi', chat: { id: 42, type: 'private' } } })
    const date = Math.floor(milliseconds / 1000)
    expect(server.sent).toEqual([
      { botId: 123_456, chatId: 42, text: 'hi', messageId: messageId + 1, date, replyTo: messageId },
    ])
  })

  test('refuses a chat it does not know, an empty text, a long text and a user who blocks the bot', async () => {
    const refusal = async (params: object) => (await call('sendMessage', params)).description
    expect(await refusal({ chat_id: 42, text: 'hi' })).toBe('Bad Request: chat not found')
    expect(await refusal({ chat_id: '@alice', text: 'hi' })).toBe('Bad Request: chat not found')
    server.allowChat(42)
    expect(await refusal({ chat_id: 42 })).toBe('Bad Request: message text is empty')
    expect(await refusal({ chat_id: 42, text: ' \n' })).toBe('Bad Request: message text is empty')
    expect(await refusal({ chat_id: 42, text: '😀'.repeat(4097) })).toBe('Bad Request: message is too long')
    expect(await refusal({ chat_id: 42, text: '😀'.repeat(4096) })).toBeUndefined()
    server.block(42)
    expect(await call('sendMessage', { chat_id: 42, text: 'hi' })).toEqual({
      ok: false,
      error_code: 403,
      description: 'Forbidden: bot was blocked by the user',
    })
    server.unblock(42)
    expect(await refusal({ chat_id: 42, text: 'hi' })).toBeUndefined()
    expect(server.violations).toEqual([])
  })
})

describe('strictness', () => {
  test('a wrong token is 401', async () => {
    expect(await call('getMe', {}, '1:wrong')).toEqual({
      ok: false,
      error_code: 401,
      description: 'Unauthorized',
    })
    expect(server.calls).toEqual([])
  })

  test('an unknown method, path or body is an error and a violation', async () => {
    expect(await call('sendTelepathy')).toMatchObject({ error_code: 404 })
    expect((await fetch(`${server.url}/health`)).status).toBe(404)
    expect((await fetch(`${server.url}/bot${server.token}/getMe`, { method: 'PUT' })).status).toBe(404)
    const body = new FormData()
    body.set('chat_id', '42')
    expect(
      (await fetch(`${server.url}/bot${server.token}/sendMessage`, { method: 'POST', body })).status,
    ).toBe(400)
    expect(server.violations).toHaveLength(4)
    expect(server.violations.join('\n')).not.toContain(server.token)
  })

  test('an unknown parameter, update kind or type is an error and a violation', async () => {
    server.allowChat(42)
    expect(await call('sendMessage', { chat_id: 42, text: 'x', shout: true })).toMatchObject({
      error_code: 400,
    })
    expect(await call('sendMessage', { chat_id: 42, text: 7 })).toMatchObject({ error_code: 400 })
    expect(await call('getUpdates', { allowed_updates: ['mesage'] })).toMatchObject({ error_code: 400 })
    expect(await call('getUpdates', { allowed_updates: '[' })).toMatchObject({ error_code: 400 })
    expect(server.violations).toHaveLength(4)
    expect(server.violations[0]).toContain('shout')
    expect(server.sent).toEqual([])
  })

  test('parameters may come from a query string or a form, as text', async () => {
    server.allowChat(42)
    const root = `${server.url}/bot${server.token}`
    expect((await fetch(`${root}/sendMessage?chat_id=42&text=query`)).status).toBe(200)
    const body = new URLSearchParams({ chat_id: '42', text: 'form', protect_content: 'true' })
    expect((await fetch(`${root}/sendMessage`, { method: 'POST', body })).status).toBe(200)
    expect(await call('getUpdates', { allowed_updates: '["message"]' })).toMatchObject({ ok: true })
    expect(server.sent.map((message) => message.text)).toEqual(['query', 'form'])
    expect(server.violations).toEqual([])
  })
})

describe('several bots', () => {
  const other = '654321:OTHER-token'

  test('have their own updates, chats and long polls', async () => {
    server.addBot(other, { id: 654_321, username: 'other_bot' })
    const first = ids({ timeout: 50 })
    await server.waitFor(() => server.isPolling())
    const second = ids({ timeout: 50 }, other)
    await server.waitFor(() => server.isPolling({ bot: other }))
    const { updateId } = server.dm(alice, 'for the other', { bot: other })
    expect(await second).toEqual([updateId])
    expect(server.isPolling()).toBe(true)
    expect(await call('sendMessage', { chat_id: 42, text: 'who?' })).toMatchObject({ error_code: 400 })
    server.expirePoll()
    expect(await first).toEqual([])
    expect(await call('getMe', {}, other)).toMatchObject({ result: { id: 654_321, username: 'other_bot' } })
  })

  test.each([true, false])('that are wired hear each other as users with is_bot %s', async (isBot) => {
    server.addBot(other, { id: 654_321, username: 'other_bot' })
    server.wire(server.token, other, { isBot })
    await call('sendMessage', { chat_id: 654_321, text: 'ping' })
    const from = (id: number, text: string) => ({
      result: [{ message: { text, from: { id, is_bot: isBot }, chat: { id, type: 'private' } } }],
    })
    expect(await call('getUpdates', {}, other)).toMatchObject(from(123_456, 'ping'))
    await call('sendMessage', { chat_id: 123_456, text: 'pong' }, other)
    expect(await call('getUpdates')).toMatchObject(from(654_321, 'pong'))
    expect(server.sent.map((message) => message.botId)).toEqual([123_456, 654_321])
  })
})
