import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { TelegramServer } from '../../e2e/servers/telegram/server.ts'
import type { ProviderTold, StartMessage } from '../shared/contracts/gateway-told.ts'
import type { GatewayProcess } from './testing/gateway-process.ts'
import { createGatewayWorld, type GatewayWorld } from './testing/gateway-world.ts'
import { nobody } from './testing/stand-in-supervisor.ts'

let server: TelegramServer
let world: GatewayWorld

beforeEach(async () => {
  server = await new TelegramServer().start()
  world = createGatewayWorld(server)
})

const friend = { id: 42, first_name: 'Alice' }
const owner = { id: 7, first_name: 'Owner' }

const begin = (
  people: Partial<ProviderTold> = {},
  start: Partial<StartMessage> = {},
  env: Readonly<Record<string, string>> = {},
): GatewayProcess =>
  world.launch(
    [
      { ...nobody('telegram'), owners: ['7'], approved: ['42'], ...people },
      { ...nobody('simulator'), owners: ['me'] },
    ],
    { simulator: true, secrets: [server.token], ...start },
    env,
  )

const state = ({ supervisor }: GatewayProcess): string | undefined =>
  supervisor.of('provider').findLast(({ status }) => status.provider === 'telegram')?.status.state

/** Running and connected; until then what is pushed counts as backlog. */
const ready = async (gateway: GatewayProcess): Promise<GatewayProcess> => {
  await gateway.supervisor.waitFor(() => state(gateway) === 'connected' || gateway.child.exitCode !== null)
  expect(gateway.output()).not.toMatch(/Error/)
  return gateway
}

describe('the gateway', () => {
  test('lets a stranger in step by step: a code, the owner’s word, an answer', async () => {
    const gateway = await ready(begin({ approved: [] }))
    const { supervisor } = gateway
    server.dm(friend, 'may I?')
    const [code] = await server.waitForSent(1)
    expect(code).toMatchObject({ chatId: 42, text: expect.stringMatching(/Your pairing code: ABCDEFG2/) })
    server.dm(friend, 'please?')
    await supervisor.waitFor(() => supervisor.of('pairing-seen').length > 0)
    expect(server.sent).toHaveLength(1)
    await supervisor.change('telegram', { approved: ['42'] })
    server.dm(friend, 'hello agent')
    await server.waitForSent(2)
    expect(server.sent[1]).toMatchObject({ chatId: 42, text: expect.stringContaining('hello agent') })
    await supervisor.waitFor(() => supervisor.activities('answered').length === 1)
    expect(world.transcripts()).toContain('hello agent')
    expect(world.transcripts()).not.toContain('may I?')
    expect(server.violations).toEqual([])
  })

  test('says hello, is ready, answers pings, and stops when asked', async () => {
    const gateway = await ready(begin())
    const { supervisor } = gateway
    gateway.tell({ type: 'ping', sequence: 9 })
    await supervisor.waitFor(() => supervisor.of('pong').length > 0)
    expect(supervisor.heard[0]).toMatchObject({ type: 'hello', runId: 'test-run', pid: gateway.child.pid })
    expect(supervisor.of('ready')).toEqual([{ type: 'ready', runId: 'test-run' }])
    expect(supervisor.of('pong')).toMatchObject([{ sequence: 9, turns: 0 }])
    await gateway.stop()
    expect(await gateway.gone).toEqual({ code: 0, signal: null })
    expect(statSync(join(world.stateDir, 'gateway.log')).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(world.stateDir, 'gateway.log'), 'utf8')).toContain('the gateway is ready')
  })

  test('never lets the token out: not into the log, a message, its output or its files', async () => {
    const gateway = await ready(begin())
    server.drop('sendMessage')
    server.drop('getUpdates', { times: 2 })
    server.dm(friend, 'hello')
    await gateway.supervisor.waitFor(() => gateway.supervisor.of('unconfirmed').length > 0)
    await gateway.stop()
    const files = ['gateway.log', 'gateway/inbox.jsonl', 'gateway/outbox.jsonl']
      .map((name) => readFileSync(join(world.stateDir, name), 'utf8'))
      .join('')
    for (const text of [
      files,
      gateway.output(),
      JSON.stringify(gateway.supervisor.heard),
      world.transcripts(),
    ])
      expect(text.includes('TEST-token')).toBe(false)
  })

  test('ends when its supervisor is gone', async () => {
    const gateway = await ready(begin())
    gateway.child.disconnect()
    expect(await gateway.gone).toEqual({ code: 0, signal: null })
  })

  test('does not end by Ctrl+C', async () => {
    const gateway = await ready(begin())
    gateway.child.kill('SIGINT')
    server.dm(friend, 'still there?')
    await server.waitForSent(1)
    await gateway.stop()
    expect(await gateway.gone).toEqual({ code: 0, signal: null })
  })

  test('stops by SIGTERM as when asked', async () => {
    const gateway = await ready(begin())
    gateway.child.kill('SIGTERM')
    expect(await gateway.gone).toEqual({ code: 0, signal: null })
  })

  test('runs on with a wrong token, and says so', async () => {
    const gateway = begin({}, { telegram: { botToken: '1:wrong', apiRoot: server.url } })
    const { supervisor } = gateway
    await supervisor.waitFor(() => state(gateway) === 'refused')
    gateway.tell({ type: 'simulate', sender: 'me', name: 'Me', text: 'hello' })
    await supervisor.waitFor(() => supervisor.of('simulated').length === 1)
    expect(supervisor.of('fatal')).toEqual([])
  })

  test('runs on with a token that can not even be one', async () => {
    const gateway = begin({}, { telegram: { botToken: 'no token', apiRoot: server.url } })
    const { supervisor } = gateway
    await supervisor.waitFor(() => supervisor.of('ready').length === 1)
    expect(state(gateway)).toBe('refused')
  })

  test('takes no other address for Telegram outside of tests', async () => {
    const gateway = begin({}, {}, { CLAWDBOT_TEST: '' })
    await gateway.supervisor.waitFor(() => state(gateway) === 'refused')
    expect(server.calls).toEqual([])
  })

  test('ends at a message that is not in the contract, without a word about its content', async () => {
    const gateway = await ready(begin())
    gateway.child.send({ type: 'nonsense', token: 'TEST-token' })
    expect(await gateway.gone).toEqual({ code: 1, signal: null })
    expect(gateway.supervisor.of('fatal')).toMatchObject([{ code: 'contract_violation' }])
    expect(JSON.stringify(gateway.supervisor.heard)).not.toContain('TEST-token')
  })
})

describe('who watches a session', () => {
  test('is told how its turn goes, and of no other session; who looks away is told nothing', async () => {
    const gateway = await ready(begin())
    const { supervisor } = gateway
    gateway.tell({ type: 'watch', session: 'main' })
    server.dm(friend, 'say nobody watches this')
    await server.waitFor(() => world.answersTo('nobody watches this') === 1)
    // Longer than the pause between two tellings.
    server.dm(owner, 'wait 1 second')
    await supervisor.waitFor(() => supervisor.of('progress').some(({ event }) => event !== ''))
    await supervisor.waitFor(() => supervisor.of('progress').at(-1)?.state === 'over')
    const told = supervisor.of('progress')
    expect(new Set(told.map(({ session }) => session))).toEqual(new Set(['main']))
    expect(new Set(told.map(({ event }) => event)).size).toBe(2)
    expect(JSON.stringify(told)).not.toContain('nobody watches')
    gateway.tell({ type: 'watch', session: null })
    server.dm(owner, 'say unseen')
    await server.waitFor(() => world.answersTo('unseen') === 1)
    await supervisor.waitFor(() => supervisor.activities('answered').length === 3)
    await gateway.stop()
    expect(supervisor.of('progress')).toHaveLength(told.length)
  })
})

describe('the log', () => {
  test('names message and session in every line about an accepted message, and holds no word of it', async () => {
    const gateway = await ready(begin())
    server.dm(friend, 'send telegram:42 WORDS')
    await gateway.supervisor.waitFor(() => gateway.supervisor.activities('answered').length === 1)
    await gateway.stop()
    const log = readFileSync(join(world.stateDir, 'gateway.log'), 'utf8')
    const event = gateway.supervisor.of('accepted')[0]?.eventId ?? ''
    const told = log
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
      .filter((line) => JSON.stringify(line).includes(event))
    const about = expect.objectContaining({ event, session: 'telegram:dm:42' })
    expect(told).toMatchObject(
      [
        'a message was let in',
        'a turn begins',
        'a tool was called',
        'the answer was sent',
        'a turn ended',
      ].map((message) => ({ 1: message, 2: about })),
    )
    expect(log).not.toContain('WORDS')
  })
})

describe('a friend whose right was revoked', () => {
  test('is refused in their own transcript, once, without a word of theirs', async () => {
    const gateway = await ready(begin())
    server.dm(friend, 'hello')
    await server.waitFor(() => world.answersTo('hello') === 1)
    await gateway.supervisor.change('telegram', { approved: [], dmPolicy: 'allowlist' })
    for (let n = 0; n < 20; n += 1) server.dm(friend, 'WORDS')
    server.dm({ id: 99 }, 'WORDS')
    server.dm(owner, 'say done')
    await server.waitFor(() => world.answersTo('done') === 1)
    await gateway.stop()
    const transcripts = world.transcripts()
    expect(transcripts.match(/"clawdbot\.refused"/g)).toHaveLength(1)
    expect(transcripts).toMatch(
      /"data":{"provider":"telegram","sender":"42","reason":"not_allowed","count":\d+}/,
    )
    expect(transcripts).not.toContain('WORDS')
  })
})

describe('the simulator', () => {
  test('goes the same way: gate, code, answer', async () => {
    const gateway = await ready(begin())
    const { supervisor } = gateway
    gateway.tell({ type: 'simulate', sender: 'stranger', name: 'S', text: 'hello' })
    gateway.tell({ type: 'simulate', sender: 'me', name: '', text: 'hello' })
    gateway.tell({ type: 'simulate', sender: 'Not An Id', name: '', text: 'hello' })
    await supervisor.waitFor(
      () => supervisor.of('simulated').length === 2 && supervisor.of('drops').length > 0,
    )
    const shown = supervisor
      .of('simulated')
      .map(({ sender, text }): [string, boolean] => [sender, text.includes('pairing code')])
    expect(new Map(shown)).toEqual(
      new Map([
        ['me', false],
        ['stranger', true],
      ]),
    )
    expect(supervisor.of('drops')).toEqual([
      { type: 'drops', provider: 'simulator', counts: { unknown_sender: 1 } },
    ])
    expect(supervisor.activities('accepted')).toMatchObject([{ session: 'main', provider: 'simulator' }])
  })

  test('an approved person can be told so, and a stranger can not', async () => {
    const gateway = await ready(begin())
    const { supervisor } = gateway
    gateway.tell({ type: 'notify', provider: 'simulator', sender: 'stranger' })
    gateway.tell({ type: 'notify', provider: 'simulator', sender: 'me' })
    await supervisor.waitFor(() => supervisor.of('simulated').length > 0)
    expect(supervisor.of('simulated')).toMatchObject([
      { sender: 'me', text: expect.stringContaining('approved') },
    ])
  })
})

describe('a right that is taken away', () => {
  test('ends what is under way: when the change is acknowledged, nothing more is answered', async () => {
    const gateway = await ready(begin())
    const { supervisor } = gateway
    const first = server.hold('sendMessage')
    server.dm(friend, 'first')
    const held = await first
    server.dm(friend, 'second')
    await supervisor.waitFor(() => supervisor.activities('accepted').length === 2)
    await supervisor.change('telegram', { approved: [] })
    held.release()
    server.dm(friend, 'third')
    server.dm(owner, 'owner asks')
    await server.waitFor(() => world.answersTo('owner asks') === 1)
    expect([world.answersTo('first'), world.answersTo('second'), world.answersTo('third')]).toEqual([1, 0, 0])
    expect(supervisor.activities('withheld').length).toBeGreaterThan(0)
    await gateway.stop()
    // Also not after a restart, and not when the right comes back.
    const again = await ready(begin())
    server.dm(owner, 'owner asks again')
    await server.waitFor(() => world.answersTo('owner asks again') === 1)
    expect(world.answersTo('second')).toBe(0)
    await again.stop()
  })

  test('while the gateway is off is taken away all the same', async () => {
    const first = await ready(begin({}, {}, { CLAWDBOT_TEST_KILL_AT: 'inbox:after' }))
    server.dm(friend, 'accepted and cut')
    await first.gone
    const second = await ready(begin({ approved: [] }))
    server.dm(owner, 'anything?')
    await server.waitFor(() => world.answersTo('anything?') === 1)
    expect(world.answersTo('accepted and cut')).toBe(0)
    await second.stop()
  })
})

describe('lockdown', () => {
  test('lets nothing start', async () => {
    writeFileSync(join(world.stateDir, 'lockdown.json'), '{}')
    server.dm(friend, 'hello')
    const gateway = begin()
    expect(await gateway.gone).toEqual({ code: 78, signal: null })
    expect(gateway.supervisor.of('fatal')).toMatchObject([{ code: 'locked_down' }])
    expect(gateway.supervisor.of('ready')).toEqual([])
    expect(server.calls).toEqual([])
  })

  test('found before a send ends the process, and what it kept from being answered dies with it', async () => {
    const gateway = await ready(begin())
    writeFileSync(join(world.stateDir, 'lockdown.json'), '')
    server.dm(friend, 'hello')
    expect(await gateway.gone).toEqual({ code: 78, signal: null })
    expect(server.sent).toEqual([])
    rmSync(join(world.stateDir, 'lockdown.json'))
    const resumed = await ready(begin({}, { epoch: 'after the stop' }))
    server.dm(friend, 'and now')
    await server.waitFor(() => world.answersTo('and now') === 1)
    await resumed.stop()
    expect(world.answersTo('hello')).toBe(0)
    expect(resumed.supervisor.activities('withheld')).toMatchObject([
      { sender: '42', detail: expect.stringContaining('last STOP') },
    ])
  })
})

describe('a journal that can not be trusted', () => {
  test.each(['inbox', 'outbox'])('stops the start with the place and the way out: %s', async (name) => {
    const first = await ready(begin())
    await first.stop()
    writeFileSync(join(world.stateDir, 'gateway', `${name}.jsonl`), 'garbage\n{}\n')
    const second = begin()
    expect(await second.gone).toEqual({ code: 78, signal: null })
    expect(second.supervisor.of('fatal')).toMatchObject([
      { code: 'store_corrupt', message: expect.stringContaining(`${name}.jsonl is broken: line 1`) },
    ])
  })
})
