import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { duplexPair } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TelegramServer } from '../../e2e/servers/telegram/server.ts'
import type { ToGateway } from '../shared/contracts/gateway.ts'
import type { ProviderTold } from '../shared/contracts/gateway-told.ts'
import { createLogger } from '../shared/log/logger.ts'
import { createGateway, type Gateway } from './gateway.ts'
import { createLatch } from './outbound/latch.ts'
import { nobody, StandInSupervisor, startMessage } from './testing/stand-in-supervisor.ts'

const A = { id: 1001, username: 'a_bot', token: '1001:TEST-a' }
const B = { id: 1002, username: 'b_bot', token: '1002:TEST-b' }

let folder = ''
let server: TelegramServer
let gateways: Gateway[] = []

beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'two-gateways-')))
  server = await new TelegramServer({ token: A.token, bot: A }).start()
  server.addBot(B.token, B)
})
afterEach(async () => {
  await Promise.all(gateways.map((gateway) => gateway.close()))
  gateways = []
  await server.stop()
  rmSync(folder, { recursive: true })
})

/** A whole gateway of this process, connected. */
const connect = async (botToken: string, over: Partial<ProviderTold> = {}): Promise<StandInSupervisor> => {
  const stateDir = join(folder, botToken.slice(0, 4))
  let gateway: Gateway | undefined
  const tell = (message: ToGateway): void => {
    if (message.type !== 'start' && message.type !== 'stop') queueMicrotask(() => gateway?.hear(message))
  }
  const supervisor = new StandInSupervisor([{ ...nobody('telegram'), ...over }], tell)
  gateway = await createGateway({
    start: startMessage(stateDir, supervisor.told, { telegram: { botToken, apiRoot: server.url } }),
    link: {
      send: (message) => {
        supervisor.hear(message)
        return true
      },
      isBehind: () => false,
    },
    boxes: duplexPair()[0],
    onFault: (error) => {
      throw error
    },
    env: {},
    log: createLogger({ file: join(folder, 'log'), level: 'silent', redact: (line) => line, source: 'test' }),
    redact: (text) => text,
    redactForModel: (text) => text,
    streamRedactor: () => ({ push: (chunk) => chunk, end: () => '' }),
    isLocked: createLatch(stateDir),
    onLocked: () => undefined,
    reached: () => undefined,
    underTest: true,
    startedAt: Date.now(),
  })
  gateways.push(gateway)
  await supervisor.waitFor(() => supervisor.of('provider').at(-1)?.status.state === 'connected')
  return supervisor
}

const sentBy = (bot: { id: number }): readonly string[] =>
  server.sent.filter(({ botId }) => botId === bot.id).map(({ text }) => text)

/** Messages of strangers who wait already. */
const seenBy = (supervisor: StandInSupervisor): number =>
  supervisor.of('pairing-seen').reduce((sum, { count }) => sum + count, 0)

const dropsOf = (supervisor: StandInSupervisor, reason: string): number =>
  supervisor.of('drops').reduce((sum, { counts }) => sum + (counts[reason] ?? 0), 0)

describe('two gateways that write to each other', () => {
  test('exchange exactly one code each, whatever follows', async () => {
    server.wire(A.token, B.token, { isBot: false })
    const [a, b] = [await connect(A.token), await connect(B.token)]
    // Their people said hello, each from the account that the other gateway's bot stands for.
    server.dm({ id: B.id }, 'hello', { bot: A.token })
    server.dm({ id: A.id }, 'hello', { bot: B.token })
    await server.waitForSent(2)
    await a.waitFor(() => dropsOf(a, 'pairing_echo') === 1)
    await b.waitFor(() => dropsOf(b, 'pairing_echo') === 1)
    for (let n = 0; n < 20; n += 1) {
      server.dm({ id: B.id }, `and ${n}`, { bot: A.token })
      server.dm({ id: A.id }, `and ${n}`, { bot: B.token })
    }
    await a.waitFor(() => seenBy(a) === 20)
    await b.waitFor(() => seenBy(b) === 20)
    expect(sentBy(A)).toEqual([expect.stringContaining('pairing code')])
    expect(sentBy(B)).toEqual([expect.stringContaining('pairing code')])
    expect(server.violations).toEqual([])
  })

  test('and one that starts it alone gets its code, and the other stays silent', async () => {
    server.wire(A.token, B.token, { isBot: false })
    const [, b] = [await connect(A.token), await connect(B.token)]
    server.dm({ id: B.id }, 'hello', { bot: A.token })
    await b.waitFor(() => dropsOf(b, 'pairing_echo') === 1)
    expect([sentBy(A).length, sentBy(B).length]).toEqual([1, 0])
  })
})

describe('a gateway and a robot that answers everything', () => {
  test('whose words it does not know: one code, then silence', async () => {
    const a = await connect(A.token)
    let answered = 0
    server.dm({ id: 55 }, 'hello')
    for (let round = 0; round < 5; round += 1) {
      await server.waitFor(() => server.sent.length > answered || round > 0)
      answered = server.sent.length
      server.dm({ id: 55 }, `I do not understand you, number ${round}`)
    }
    await a.waitFor(() => seenBy(a) === 5)
    expect(sentBy(A)).toHaveLength(1)
  })

  test('that says it is one: nothing at all', async () => {
    const a = await connect(A.token)
    server.dm({ id: 55, is_bot: true }, 'hello')
    await a.waitFor(() => dropsOf(a, 'bot') === 1)
    expect(a.of('pairing-ask')).toEqual([])
    expect(server.sent).toEqual([])
  })
})

describe('strangers', () => {
  test.each([
    ['under allowlist (openclaw #26982)', { dmPolicy: 'allowlist' }, 'not_allowed'],
    ['under open without the star (openclaw #13294)', { dmPolicy: 'open' }, 'open_without_star'],
    ['when disabled', { dmPolicy: 'disabled' }, 'disabled'],
    ['when blocked', { blocked: ['55'] }, 'blocked'],
  ] satisfies [string, Partial<ProviderTold>, string][])(
    '%s get no code and are not asked about',
    async (_what, over, reason) => {
      const a = await connect(A.token, over)
      server.dm({ id: 55 }, 'hello')
      await a.waitFor(() => dropsOf(a, reason) === 1)
      expect(a.of('pairing-ask')).toEqual([])
      expect(server.sent).toEqual([])
    },
  )

  test('in silent mode are asked about and told nothing (openclaw #10696)', async () => {
    const a = await connect(A.token, { silent: true })
    server.dm({ id: 55, first_name: 'Eve' }, 'hello')
    await a.waitFor(() => a.activities('paired').length === 1)
    expect(a.of('pairing-ask')).toMatchObject([{ sender: '55', answer: false, claims: { firstName: 'Eve' } }])
    expect(server.sent).toEqual([])
  })

  test('who wrote before the start are asked about and told nothing (openclaw #834)', async () => {
    for (let sender = 1; sender <= 9; sender += 1) server.dm({ id: sender }, 'hello')
    const a = await connect(A.token)
    await a.waitFor(() => dropsOf(a, 'pairing_full') === 6)
    expect(a.of('pairing-ask').map(({ answer }) => answer)).toEqual([false, false, false])
    expect(server.sent).toEqual([])
  })

  test('by the thousand get three codes, and cost three questions', async () => {
    const a = await connect(A.token)
    for (let n = 0; n < 5_000; n += 1) server.dm({ id: 100 + (n % 500) }, `flood ${n}`)
    await server.waitFor(() => server.pending() === 0)
    await a.waitFor(() => dropsOf(a, 'pairing_full') === 5_000 - 30)
    expect(a.of('pairing-ask')).toHaveLength(3)
    expect(server.sent).toHaveLength(3)
    expect(a.of('drops').length).toBeLessThan(30)
  })
})
