import { beforeEach, describe, expect, test } from 'vitest'
import { TelegramServer } from '../../e2e/servers/telegram/server.ts'
import { STEPS } from './failpoint.ts'
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

/** Running and connected. */
const start = async (env: Readonly<Record<string, string>>): Promise<GatewayProcess> => {
  const people = [{ ...nobody('telegram'), approved: ['42'] }]
  const gateway = world.launch(people, {}, env)
  const { supervisor } = gateway
  await supervisor.waitFor(() => supervisor.of('provider').at(-1)?.status.state === 'connected')
  return gateway
}

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
    await server.waitFor(() => world.answersTo('another one') === 1)
    await second.supervisor.waitFor(() => second.supervisor.activities('answered').length > 0)
    await second.stop()
    const { answers, unconfirmed } = AFTER_KILL[step]
    expect(world.answersTo('the question')).toBe(answers)
    expect(second.supervisor.of('unconfirmed')).toHaveLength(unconfirmed)
    // A third start changes nothing more.
    const third = await start(env)
    server.dm(friend, 'the last one')
    await server.waitFor(() => world.answersTo('the last one') === 1)
    await third.stop()
    expect(world.answersTo('the question')).toBe(answers)
    expect(world.answersTo('another one')).toBe(1)
    const asked = world
      .transcripts()
      .split('\n')
      .filter((line) => line.includes('"role":"user"') && line.includes('the question'))
    expect(asked).toHaveLength(1)
    expect(server.violations).toEqual([])
  })
})
