import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TelegramServer } from './server.ts'

let server: TelegramServer

beforeEach(async () => {
  server = await new TelegramServer().start()
  server.allowChat(42)
})

afterEach(async () => {
  await server.stop()
})

const send = (text: string, signal?: AbortSignal): Promise<Response> =>
  fetch(`${server.url}/bot${server.token}/sendMessage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ chat_id: 42, text }),
    ...(signal !== undefined && { signal }),
  })

const texts = (): readonly string[] => server.sent.map((message) => message.text)

describe('ordered faults', () => {
  test('an error is answered as often as ordered, and nothing is sent', async () => {
    server.fail({ method: 'sendMessage', times: 2, status: 500, description: 'Internal Server Error' })
    server.tooManyRequests('sendMessage', 3)
    expect((await send('a')).status).toBe(500)
    expect((await send('b')).status).toBe(500)
    const limited = await send('c')
    expect(limited.status).toBe(429)
    expect(await limited.json()).toEqual({
      ok: false,
      error_code: 429,
      description: 'Too Many Requests: retry after 3',
      parameters: { retry_after: 3 },
    })
    expect((await send('d')).status).toBe(200)
    expect(texts()).toEqual(['d'])
  })

  test('a fault of one method leaves the others alone', async () => {
    server.fail({ method: 'sendMessage', status: 500, description: 'Internal Server Error' })
    expect((await fetch(`${server.url}/bot${server.token}/getMe`)).status).toBe(200)
  })

  test('a dropped connection comes before or after the message exists', async () => {
    server.drop('sendMessage')
    await expect(send('lost')).rejects.toThrow('fetch failed')
    expect(texts()).toEqual([])
    server.drop('sendMessage', { effect: 'after' })
    await expect(send('sent, unconfirmed')).rejects.toThrow('fetch failed')
    expect(texts()).toEqual(['sent, unconfirmed'])
    expect(server.calls.map((call) => call.state)).toEqual(['cut', 'cut'])
  })

  test('garbage is not JSON, cut JSON, the wrong JSON or far too much of it', async () => {
    server.garbage('sendMessage')
    const html = await send('a')
    expect(html.status).toBe(502)
    expect(await html.text()).toContain('<html>')
    server.garbage('sendMessage', { garbage: 'truncated', effect: 'after' })
    await expect((await send('b')).json()).rejects.toThrow(SyntaxError)
    server.garbage('sendMessage', { garbage: 'wrong-shape' })
    expect(await (await send('c')).json()).toEqual([{ surprise: null }])
    server.garbage('sendMessage', { garbage: 'huge' })
    expect((await (await send('d')).text()).length).toBeGreaterThan(60_000_000)
    expect(texts()).toEqual(['b'])
  })

  test('a stalled method answers nothing until it is released, then all', async () => {
    const stall = server.stall('sendMessage')
    const answers = Promise.all([send('a'), send('b')])
    await server.waitFor(() => server.calls.length === 2)
    expect(texts()).toEqual([])
    expect(server.calls.map((call) => call.state)).toEqual(['received', 'received'])
    stall.release()
    expect((await answers).map((answer) => answer.status)).toEqual([200, 200])
    expect([...texts()].sort()).toEqual(['a', 'b'])
    expect((await send('c')).status).toBe(200)
  })

  test('a stalled request has no effect if its client gives up', async () => {
    const stall = server.stall('sendMessage')
    const leaving = new AbortController()
    const answer = send('a', leaving.signal)
    await server.waitFor(() => server.calls.length === 1)
    leaving.abort()
    await expect(answer).rejects.toThrow('aborted')
    await server.waitFor(() => server.calls[0]?.state === 'gone')
    stall.release()
    expect((await send('b')).status).toBe(200)
    expect(texts()).toEqual(['b'])
  })

  test('healing ends every fault', async () => {
    server.delay('sendMessage', 3_600_000)
    server.fail({ method: 'sendMessage', times: 9, status: 500, description: 'Internal Server Error' })
    expect((await send('a')).status).toBe(500)
    server.heal('sendMessage')
    expect((await send('b')).status).toBe(200)
  })

  test('a delayed request is answered in the end', async () => {
    server.delay('sendMessage', 5)
    expect((await send('a')).status).toBe(200)
    expect(texts()).toEqual(['a'])
  })
})

describe('a held request', () => {
  test('waits for the test and then goes on', async () => {
    const arrival = server.hold('sendMessage')
    const answer = send('a')
    const held = await arrival
    expect(held.params).toEqual({ chat_id: 42, text: 'a' })
    expect(texts()).toEqual([])
    const once = server.once('sendMessage')
    held.release()
    expect((await answer).status).toBe(200)
    expect(await once).toMatchObject({ method: 'sendMessage', state: 'answered' })
    expect(texts()).toEqual(['a'])
  })

  test('can fail, or be dropped before or after its effect', async () => {
    const failing = server.hold('sendMessage')
    const failed = send('a')
    ;(await failing).fail({ status: 403, description: 'Forbidden: user is deactivated' })
    expect((await failed).status).toBe(403)
    for (const effect of ['before', 'after'] as const) {
      const arrival = server.hold('sendMessage')
      const answer = send(effect)
      ;(await arrival).drop(effect)
      await expect(answer).rejects.toThrow('fetch failed')
    }
    expect(texts()).toEqual(['after'])
  })

  test('has its effect when released, although its client is dead by then', async () => {
    const arrival = server.hold('sendMessage')
    const dying = new AbortController()
    const answer = send('a', dying.signal)
    const held = await arrival
    dying.abort()
    await expect(answer).rejects.toThrow('aborted')
    await server.waitFor(() => server.calls[0]?.state === 'gone')
    held.release()
    await server.waitForSent(1)
    expect(texts()).toEqual(['a'])
  })
})

describe('stopping', () => {
  test('ends waits, holds and long polls, and may be repeated', async () => {
    const never = server.waitFor(() => false, 'the impossible')
    const arrival = server.hold('getMe')
    const poll = fetch(`${server.url}/bot${server.token}/getUpdates?timeout=50`)
    await server.waitFor(() => server.isPolling())
    await Promise.all([
      server.stop(),
      expect(never).rejects.toThrow('the impossible'),
      expect(arrival).rejects.toThrow('before a request came'),
      poll.then(
        (answer) => expect(answer.status).toBe(200),
        (error: unknown) => expect(String(error)).toContain('fetch failed'),
      ),
    ])
    await server.stop()
    expect(() => server.url).toThrow('not running')
  })

  test('a wait whose predicate throws fails with that error', async () => {
    const broken = server.waitFor(() => {
      throw new Error('broken predicate')
    })
    await expect(broken).rejects.toThrow('broken predicate')
  })
})
