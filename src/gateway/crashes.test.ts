import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TelegramServer } from '../../e2e/servers/telegram/server.ts'
import { STEPS } from './failpoint.ts'
import { type GatewayProcess, startGateway } from './testing/gateway-process.ts'
import { nobody } from './testing/stand-in-supervisor.ts'

let stateDir = ''
let server: TelegramServer
let running: GatewayProcess[] = []

beforeEach(async () => {
  stateDir = realpathSync(mkdtempSync(join(tmpdir(), 'gateway-')))
  server = await new TelegramServer().start()
})
afterEach(async () => {
  for (const gateway of running) gateway.child.kill('SIGKILL')
  await Promise.all(running.map(({ gone }) => gone))
  running = []
  await server.stop()
  rmSync(stateDir, { recursive: true })
})

const friend = { id: 42, first_name: 'Alice' }

/** Running and connected. */
const start = async (env: Readonly<Record<string, string>>): Promise<GatewayProcess> => {
  const people = [{ ...nobody('telegram'), approved: ['42'] }]
  const telegram = { botToken: server.token, apiRoot: server.url }
  const gateway = startGateway(stateDir, people, { telegram }, env)
  running.push(gateway)
  const { supervisor } = gateway
  await supervisor.waitFor(() => supervisor.of('provider').at(-1)?.status.state === 'connected')
  return gateway
}

const transcripts = (): string =>
  readdirSync(join(stateDir, 'sessions'))
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => readFileSync(join(stateDir, 'sessions', name), 'utf8'))
    .join('')

const answersTo = (text: string): number => server.sent.filter((sent) => sent.text.includes(text)).length

/** How the world looks after the process was killed at a step and started again. */
const AFTER_KILL: Readonly<Record<(typeof STEPS)[number], { answers: number; unconfirmed: number }>> = {
  'inbound:received': { answers: 1, unconfirmed: 0 },
  'inbox:before': { answers: 1, unconfirmed: 0 },
  'inbox:after': { answers: 1, unconfirmed: 0 },
  'turn:before-user-entry': { answers: 1, unconfirmed: 0 },
  'turn:after-user-entry': { answers: 1, unconfirmed: 0 },
  'turn:mid-stream': { answers: 1, unconfirmed: 0 },
  'turn:after-answer-entry': { answers: 1, unconfirmed: 0 },
  'outbox:before-intent': { answers: 1, unconfirmed: 0 },
  'outbox:after-intent': { answers: 0, unconfirmed: 1 },
  'audit:before-ask': { answers: 0, unconfirmed: 1 },
  'audit:after-answer': { answers: 0, unconfirmed: 1 },
  'outbox:after-send': { answers: 1, unconfirmed: 1 },
  'outbox:after-outcome': { answers: 1, unconfirmed: 0 },
  'inbox:done': { answers: 1, unconfirmed: 0 },
}

describe('kill -9', () => {
  test.each(STEPS)('at %s: the message is neither lost nor answered twice', async (step) => {
    const env = { CLAWDBOT_TEST_KILL_AT: step }
    const first = await start(env)
    server.dm(friend, 'the question')
    expect(await first.gone).toEqual({ code: null, signal: 'SIGKILL' })
    const second = await start(env)
    // Whatever the first question became, a second one goes through, and behind it in the same queue.
    server.dm(friend, 'another one')
    await server.waitFor(() => answersTo('another one') === 1)
    await second.supervisor.waitFor(() => second.supervisor.activities('answered').length > 0)
    await second.stop()
    const { answers, unconfirmed } = AFTER_KILL[step]
    expect(answersTo('the question')).toBe(answers)
    expect(second.supervisor.of('unconfirmed')).toHaveLength(unconfirmed)
    // A third start changes nothing more.
    const third = await start(env)
    server.dm(friend, 'the last one')
    await server.waitFor(() => answersTo('the last one') === 1)
    await third.stop()
    expect(answersTo('the question')).toBe(answers)
    expect(answersTo('another one')).toBe(1)
    const asked = transcripts()
      .split('\n')
      .filter((line) => line.includes('"role":"user"') && line.includes('the question'))
    expect(asked).toHaveLength(1)
    expect(server.violations).toEqual([])
  })
})
