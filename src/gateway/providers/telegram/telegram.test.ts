import { createServer } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TelegramServer } from '../../../../e2e/servers/telegram/server.ts'
import type { ProviderStatus } from '../../../shared/contracts/provider-status.ts'
import type { ProviderEvent } from '../../inbound/provider-event.ts'
import type { Provider } from '../provider.ts'
import { createTelegram } from './telegram.ts'

type Status = Pick<ProviderStatus, 'state' | 'detail'>

let server: TelegramServer
let providers: Provider[] = []

beforeEach(async () => {
  server = await new TelegramServer().start()
})
afterEach(async () => {
  for (const provider of providers) await provider.stop()
  providers = []
  await server.stop()
})

const always = (): boolean => true

const alice = { id: 42, first_name: 'Alice' }

interface Heard {
  readonly provider: Provider
  readonly events: ProviderEvent[]
  readonly statuses: Status[]
  /** Throws for the next messages. */
  failures: number
  until(condition: () => boolean): Promise<void>
}

const make = (token = server.token, apiRoot = server.url): Provider => {
  const provider = createTelegram({ botToken: token, apiRoot, pauseMs: 5 })
  providers.push(provider)
  return provider
}

const connect = (token = server.token): Heard => {
  const provider = make(token)
  const waiting = new Set<() => void>()
  const changed = (): void => {
    for (const look of waiting) look()
  }
  const heard: Heard = {
    provider,
    events: [],
    statuses: [],
    failures: 0,
    until: (condition) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!condition()) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
  }
  provider.start({
    link: () => undefined,
    receive: (event) => {
      if (heard.failures > 0) {
        heard.failures -= 1
        throw new Error('ENOSPC: no space left on device')
      }
      heard.events.push(event)
      changed()
    },
    status: (status) => {
      heard.statuses.push(status)
      changed()
    },
  })
  return heard
}

const states = (heard: Heard): readonly string[] => heard.statuses.map(({ state }) => state)
const connected = (heard: Heard): Promise<void> => heard.until(() => states(heard).at(-1) === 'connected')
const texts = (heard: Heard): readonly string[] => heard.events.map(({ text }) => text)

describe('hearing', () => {
  test('asks for messages only, and tells what had waited from what comes now', async () => {
    server.dm(alice, 'waited')
    const heard = connect()
    await connected(heard)
    await heard.until(() => heard.events.length === 1)
    server.dm(alice, 'now')
    await heard.until(() => heard.events.length === 2)
    expect(heard.events.map(({ text, waited }) => [text, waited])).toEqual([
      ['waited', true],
      ['now', false],
    ])
    const polls = server.calls.filter(({ method }) => method === 'getUpdates')
    expect(polls.every(({ params }) => String(params['allowed_updates']) === 'message')).toBe(true)
    expect(states(heard)).toEqual(['connecting', 'connected'])
    expect(server.violations).toEqual([])
  })

  test('confirms at the end what was handled', async () => {
    const heard = connect()
    await connected(heard)
    server.dm(alice, 'one')
    await heard.until(() => heard.events.length === 1)
    await heard.provider.stop()
    expect(server.pending()).toBe(0)
    expect(server.violations).toEqual([])
  })

  test('confirms nothing that could not be taken in: it comes again until it is', async () => {
    const heard = connect()
    await connected(heard)
    heard.failures = 3
    server.dm(alice, 'one')
    server.dm(alice, 'two')
    await heard.until(() => states(heard).includes('failed'))
    expect(server.pending()).toBe(2)
    await heard.until(() => heard.events.length === 2)
    expect(texts(heard)).toEqual(['one', 'two'])
    await connected(heard)
    expect(heard.statuses.find(({ state }) => state === 'failed')?.detail).toContain('ENOSPC')
  })

  test('hears what the server reorders in order, and what it repeats under the same id', async () => {
    const heard = connect()
    await server.waitFor(() => server.calls.some(({ method }) => method === 'getMe'))
    await heard.provider.stop()
    server.dm(alice, 'second', { update_id: 5001 })
    server.dm(alice, 'first', { update_id: 5000 })
    const again = connect()
    await again.until(() => again.events.length === 2)
    server.dm(alice, 'repeated', { update_id: 5000, ignoreOffset: true })
    await again.until(() => again.events.length === 3)
    expect(texts(again)).toEqual(['first', 'second', 'repeated'])
    expect(new Set(again.events.map(({ eventId }) => eventId)).size).toBe(2)
  })

  test('passes over what is no update, and goes on', async () => {
    server.push({ message: 'nonsense' })
    server.push({ poll: { id: 1 } }, { pastFilter: true })
    server.dm(alice, 'after')
    const heard = connect()
    await heard.until(() => texts(heard).includes('after'))
    expect(heard.events.map(({ kind }) => kind)).toEqual(['unknown', 'unknown', 'message'])
    await connected(heard)
  })
})

describe('a connection in trouble', () => {
  test.each([
    ['drops', () => server.drop('getUpdates', { times: 3 })],
    [
      'answers 502',
      () => server.fail({ method: 'getUpdates', status: 502, description: 'Bad Gateway', times: 3 }),
    ],
    ['answers with a web page', () => server.garbage('getUpdates', { garbage: 'html', times: 2 })],
    ['answers half', () => server.garbage('getUpdates', { garbage: 'truncated', times: 2 })],
    ['answers with something else', () => server.garbage('getUpdates', { garbage: 'wrong-shape', times: 2 })],
    ['answers without end', () => server.garbage('getUpdates', { garbage: 'huge', times: 1 })],
    ['is broken before the first word', () => server.drop('getMe', { times: 2 })],
    ['gives a wrong account of itself', () => server.garbage('getMe', { garbage: 'wrong-shape', times: 2 })],
  ])('is said to be retried and is mended by itself: the server %s', async (_what, spoil) => {
    spoil()
    server.dm(alice, 'through')
    const heard = connect()
    await heard.until(() => heard.events.length === 1)
    await connected(heard)
    expect(states(heard)).toEqual(['connecting', 'retrying', 'connected'])
    expect(JSON.stringify(heard.statuses)).not.toContain('TEST-token')
  })

  test('waits as long as Telegram asks', async () => {
    server.tooManyRequests('getUpdates', 1)
    const heard = connect()
    await connected(heard)
    expect(states(heard)).toEqual(['connecting', 'retrying', 'connected'])
  })

  test('a server that is not there is retried, and the stop does not wait for it', async () => {
    const { url } = server
    await server.stop()
    const provider = make(server.token, url)
    const seen: Status[] = []
    const retried = new Promise<void>((resolve) =>
      provider.start({
        receive: () => undefined,
        link: () => undefined,
        status: (status) => {
          seen.push(status)
          if (status.state === 'retrying') resolve()
        },
      }),
    )
    await retried
    await provider.stop()
    expect(seen.at(-1)?.detail).toContain('ECONNREFUSED')
  })

  test('a server that stalls is left at once when we stop', async () => {
    server.stall('getUpdates')
    const heard = connect()
    await server.waitFor(() => server.calls.some(({ method }) => method === 'getUpdates'))
    await heard.provider.stop()
    expect(heard.events).toEqual([])
  })
})

describe('a connection that is not ours', () => {
  test('a wrong token is said so once, and nothing is tried again', async () => {
    const heard = connect('1:wrong')
    await heard.until(() => states(heard).includes('refused'))
    await heard.provider.stop()
    expect(states(heard)).toEqual(['connecting', 'refused'])
    expect(heard.statuses.at(-1)?.detail).toContain('bot token')
    expect(JSON.stringify(heard.statuses)).not.toContain('1:wrong')
  })

  test('a token that is revoked while we poll is said so', async () => {
    const heard = connect()
    await connected(heard)
    server.fail({ method: 'getUpdates', status: 401, description: 'Unauthorized' })
    server.expirePoll()
    await heard.until(() => states(heard).includes('refused'))
    expect(states(heard)).toEqual(['connecting', 'connected', 'refused'])
  })

  test('another program with the same bot is a conflict, said so, and waited for', async () => {
    const heard = connect()
    await connected(heard)
    await server.waitFor(() => server.isPolling())
    const { poll } = rival()
    await poll()
    await heard.until(() => states(heard).includes('conflict'))
    expect(heard.statuses.at(-1)?.detail).toContain('Another program')
    await server.waitFor(() => server.isPolling())
    server.dm(alice, 'back again')
    await heard.until(() => texts(heard).includes('back again'))
    await connected(heard)
  })

  test('a webhook is reported and left alone, and when the owner removes it, we hear', async () => {
    await call('setWebhook', { url: 'https://example.org/hook' })
    const heard = connect()
    await heard.until(() => states(heard).includes('conflict'))
    expect(heard.statuses.at(-1)?.detail).toContain('webhook')
    expect(server.calls.some(({ method }) => method === 'deleteWebhook')).toBe(false)
    await call('deleteWebhook', {})
    await connected(heard)
  })

  test('a webhook that is set while we poll is reported, too', async () => {
    const heard = connect()
    await connected(heard)
    await server.waitFor(() => server.isPolling())
    await call('setWebhook', { url: 'https://example.org/hook' })
    await heard.until(() => heard.statuses.at(-1)?.detail.includes('webhook') === true)
    expect(server.calls.some(({ method }) => method === 'deleteWebhook')).toBe(false)
  })
})

const call = async (method: string, body: object): Promise<void> => {
  const headers = { 'content-type': 'application/json' }
  await fetch(`${server.url}/bot${server.token}/${method}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
}

/** Somebody else with our token, who asks once and goes. */
const rival = (): { poll: () => Promise<void> } => ({ poll: () => call('getUpdates', { timeout: 0 }) })

describe('speaking', () => {
  test('sends plain text without a preview, and says under which id', async () => {
    server.allowChat(42)
    const sent = await make().send('42', 'hello <b>you</b> https://example.org', always)
    expect(sent).toEqual({ kind: 'sent', messageId: String(server.sent[0]?.messageId) })
    expect(server.sent).toMatchObject([{ chatId: 42, text: 'hello <b>you</b> https://example.org' }])
    expect(server.calls[0]?.params).toMatchObject({ link_preview_options: { is_disabled: true } })
  })

  test.each(['-42', '@alice', '042', '4e1', '', '42 ', '-1001234567890', '9999999999999999'])(
    'sends nothing to %j, which is no private chat',
    async (chatId) => {
      expect(await make().send(chatId, 'hello', always)).toMatchObject({ kind: 'failed' })
      expect(server.calls).toEqual([])
    },
  )

  test('waits when it is too fast, and sends once', async () => {
    server.allowChat(42)
    server.tooManyRequests('sendMessage', 1)
    expect(await make().send('42', 'hello', always)).toMatchObject({ kind: 'sent' })
    expect(server.sent).toHaveLength(1)
  })

  test('does not try again for somebody who has lost the right while Telegram had us wait', async () => {
    server.allowChat(42)
    server.tooManyRequests('sendMessage', 1)
    const untilRefused = (): boolean => server.calls.length === 0
    expect(await make().send('42', 'hello', untilRefused)).toEqual({ kind: 'withdrawn' })
    expect(server.sent).toEqual([])
    expect(server.calls).toHaveLength(1)
  })

  test('does not wait for ever: what stays refused for speed has failed', async () => {
    server.allowChat(42)
    server.tooManyRequests('sendMessage', 3_600)
    expect(await make().send('42', 'hello', always)).toMatchObject({ kind: 'failed' })
    server.tooManyRequests('sendMessage', 0, 10)
    expect(await make().send('42', 'hello', always)).toMatchObject({ kind: 'failed' })
    expect(server.sent).toEqual([])
    expect(server.calls.filter(({ method }) => method === 'sendMessage')).toHaveLength(1 + 4)
  })

  test.each([
    ['the person has blocked the bot', () => server.block(42), /403/],
    [
      'the token is wrong',
      () => server.fail({ method: 'sendMessage', status: 401, description: 'Unauthorized' }),
      /401/,
    ],
    [
      'the text is refused',
      () => server.fail({ method: 'sendMessage', status: 400, description: 'Bad Request' }),
      /400/,
    ],
  ])('is certain that nothing arrived when %s', async (_what, spoil, why) => {
    server.allowChat(42)
    spoil()
    expect(await make().send('42', 'hello', always)).toMatchObject({
      kind: 'failed',
      why: expect.stringMatching(why),
    })
    expect(server.sent).toEqual([])
  })

  test('is certain that nothing arrived when nobody listens', async () => {
    const { url } = server
    await server.stop()
    const delivery = await make(server.token, url).send('42', 'hello', always)
    expect(delivery).toEqual({ kind: 'failed', why: 'the connection failed (ECONNREFUSED)' })
  })

  test.each([
    [
      'the connection is cut after the message was sent',
      () => server.drop('sendMessage', { effect: 'after' }),
      1,
    ],
    ['the connection is cut before', () => server.drop('sendMessage', { effect: 'before' }), 0],
    [
      'the answer is a web page',
      () => server.garbage('sendMessage', { garbage: 'html', effect: 'after' }),
      1,
    ],
    ['the answer is half', () => server.garbage('sendMessage', { garbage: 'truncated', effect: 'after' }), 1],
    [
      'the answer is something else',
      () => server.garbage('sendMessage', { garbage: 'wrong-shape', effect: 'after' }),
      1,
    ],
    [
      'the server has an inner error',
      () => server.fail({ method: 'sendMessage', status: 500, description: 'Internal' }),
      0,
    ],
  ])('does not know, and does not send again, when %s', async (_what, spoil, arrived) => {
    server.allowChat(42)
    spoil()
    const delivery = await make().send('42', 'hello', always)
    expect(delivery).toMatchObject({ kind: 'unconfirmed' })
    expect(JSON.stringify(delivery)).not.toContain('TEST-token')
    expect(server.sent).toHaveLength(arrived)
    expect(server.calls.filter(({ method }) => method === 'sendMessage')).toHaveLength(1)
  })
})

describe('where it connects', () => {
  test.each([
    'http://example.org',
    'https://127.0.0.1:1',
    'http://127.0.0.1.example.org',
    'http://user@example.org',
    'ftp://127.0.0.1',
    'x',
  ])('never to %j', (apiRoot) => {
    expect(() => createTelegram({ botToken: '1:x', apiRoot })).toThrow(/its own address/)
  })

  test.each(['', 'x', '1:', ':x', '1:x/../..', '1:x y', '1:x?y', '1:x#'])(
    'never with %j as a token',
    (botToken) => {
      expect(() => createTelegram({ botToken })).toThrow(/bot token/)
    },
  )

  test('follows no redirect: it would carry the token elsewhere', async () => {
    const seen: string[] = []
    const redirecting = createServer((req, res) => {
      seen.push(req.url ?? '')
      res.writeHead(307, { location: `${server.url}${req.url ?? ''}` }).end()
    })
    await new Promise<void>((resolve) => redirecting.listen(0, '127.0.0.1', resolve))
    const address = redirecting.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    server.allowChat(42)
    const delivery = await make(server.token, `http://127.0.0.1:${port}`).send('42', 'hello', always)
    redirecting.closeAllConnections()
    await new Promise((resolve) => redirecting.close(resolve))
    expect(delivery).toMatchObject({ kind: 'unconfirmed' })
    expect(seen).toHaveLength(1)
    expect(server.calls).toEqual([])
  })
})
