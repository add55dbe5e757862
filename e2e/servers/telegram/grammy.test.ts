import { autoRetry } from '@grammyjs/auto-retry'
import { Bot, GrammyError, HttpError } from 'grammy'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TelegramServer } from './server.ts'

let server: TelegramServer
let bots: Bot[] = []

beforeEach(async () => {
  server = await new TelegramServer().start()
})

afterEach(async () => {
  for (const bot of bots) await bot.stop()
  bots = []
  await server.stop()
})

const alice = { id: 42, first_name: 'Alice' }

const connect = (token = server.token): Bot => {
  const bot = new Bot(token, { client: { apiRoot: server.url } })
  bots.push(bot)
  return bot
}

const echo = (bot: Bot): Promise<void> => {
  bot.on('message:text', (context) => context.reply(`echo ${context.msg.text}`).then(() => undefined))
  return bot.start()
}

describe('the real grammY', () => {
  test('polls, answers and confirms on stop', async () => {
    const bot = connect()
    const running = echo(bot)
    server.dm(alice, 'one')
    server.dm(alice, 'two')
    await server.waitForSent(2)
    expect(server.sent.map((message) => message.text)).toEqual(['echo one', 'echo two'])
    expect(bot.botInfo).toMatchObject({ id: 123_456, username: 'test_bot' })
    await bot.stop()
    await running
    expect(server.pending()).toBe(0)
    expect(server.violations).toEqual([])
  })

  test('waits for retry_after with auto-retry, and sends once', async () => {
    const bot = connect()
    bot.api.config.use(autoRetry({ maxRetryAttempts: 1, maxDelaySeconds: 1 }))
    server.tooManyRequests('sendMessage', 1)
    void echo(bot)
    server.dm(alice, 'hello')
    await server.waitForSent(1)
    expect(server.calls.filter((call) => call.method === 'sendMessage')).toHaveLength(2)
  })

  test('gives up its long poll when a second one comes', async () => {
    const first = echo(connect())
    await server.waitFor(() => server.isPolling())
    const conflict = first.catch((error: unknown) => error)
    void echo(connect())
    expect(await conflict).toBeInstanceOf(GrammyError)
    expect(await conflict).toMatchObject({
      error_code: 409,
      description: expect.stringContaining('terminated by other getUpdates request'),
    })
    server.dm(alice, 'still there?')
    await server.waitForSent(1)
  })

  test('reports a wrong token as 401', async () => {
    await expect(connect('1:wrong').start()).rejects.toMatchObject({ error_code: 401 })
  })

  test('is told of a webhook that is in the way, and removes it', async () => {
    const bot = connect()
    await bot.api.setWebhook('https://example.org/hook')
    await expect(bot.api.getUpdates()).rejects.toMatchObject({ error_code: 409 })
    server.dm(alice, 'waiting')
    void echo(bot)
    await server.waitForSent(1)
  })

  test('sees a reply that was cut in mid-send as an HttpError, although it was sent', async () => {
    const bot = connect()
    server.allowChat(42)
    server.drop('sendMessage', { effect: 'after' })
    await expect(bot.api.sendMessage(42, 'cut')).rejects.toBeInstanceOf(HttpError)
    expect(server.sent.map((message) => message.text)).toEqual(['cut'])
  })

  test.each(['html', 'truncated'] as const)('sees %s garbage as an HttpError', async (garbage) => {
    server.garbage('getMe', { garbage })
    await expect(connect().api.getMe()).rejects.toBeInstanceOf(HttpError)
  })

  test('receives the same update twice when the server repeats it', async () => {
    const bot = connect()
    const seen: number[] = []
    bot.use((context) => void seen.push(context.update.update_id))
    void bot.start()
    server.dm(alice, 'once', { update_id: 5000 })
    await server.waitFor(() => server.isPolling() && server.pending() === 0, 'the confirmation')
    server.dm(alice, 'twice', { update_id: 5000, ignoreOffset: true })
    await server.waitFor(() => server.isPolling(), 'the next poll')
    expect(seen).toEqual([5000, 5000])
  })

  test('can not use a parameter that this server could not check', async () => {
    server.allowChat(42)
    await expect(connect().api.sendMessage(42, '<b>x</b>', { parse_mode: 'HTML' })).rejects.toMatchObject({
      error_code: 400,
    })
    expect(server.violations[0]).toContain('parse_mode')
  })
})
