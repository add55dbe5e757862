import { beforeEach, describe, expect, test } from 'vitest'
import { TelegramServer } from '../../e2e/servers/telegram/server.ts'
import { TOOL_STEPS } from './failpoint.ts'
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
const start = async (env: Readonly<Record<string, string>> = {}): Promise<GatewayProcess> => {
  const people = [{ ...nobody('telegram'), owners: ['7'], approved: ['42'] }]
  const gateway = world.launch(people, {}, env)
  const { supervisor } = gateway
  await supervisor.waitFor(() => supervisor.of('provider').at(-1)?.status.state === 'connected')
  return gateway
}

const sent = (text: string): number => server.sent.filter((each) => each.text === text).length

/** Messages of the tool that arrived. */
const AFTER_KILL: Readonly<Record<(typeof TOOL_STEPS)[number], number>> = {
  'turn:after-calls-entry': 0,
  'tool:before-ask': 0,
  'tool:after-answer': 0,
  'tool:after-act': 1,
  'turn:before-result-entry': 1,
  'turn:after-result-entry': 1,
}

describe('kill -9 in a turn with tools', () => {
  test.each(TOOL_STEPS)(
    'at %s: the tool is not used twice, and the question is answered once',
    async (step) => {
      const env = { CLAWDBOT_TEST_KILL_AT: step }
      const first = await start(env)
      server.dm(friend, 'send telegram:42 from the tool')
      expect(await first.gone).toEqual({ code: null, signal: 'SIGKILL' })
      const second = await start(env)
      await second.supervisor.waitFor(() => second.supervisor.activities('answered').length === 1)
      await second.stop()
      expect(sent('from the tool')).toBe(AFTER_KILL[step])
      // The last step is the one behind which the result is known.
      const isKnown = step === 'turn:after-result-entry'
      expect(server.sent.filter(({ text }) => text.startsWith('Interrupted'))).toHaveLength(isKnown ? 0 : 1)
      expect(sent('Sent.')).toBe(isKnown ? 1 : 0)
      const third = await start(env)
      server.dm(friend, 'say done')
      await server.waitFor(() => sent('done') === 1)
      await third.stop()
      expect(sent('from the tool')).toBe(AFTER_KILL[step])
      expect(server.violations).toEqual([])
    },
  )
})

describe('a whole gateway', () => {
  test('has every use of a tool in the audit before it happens, without a word of it', async () => {
    const { supervisor } = await start()
    server.dm(friend, 'send telegram:42 the secret word')
    await supervisor.waitFor(() => supervisor.of('outcome').length === 3)
    expect(
      supervisor.of('intent').map(({ intent }) => (intent.act === 'tool.run' ? intent.tool : intent.purpose)),
    ).toEqual(['send', 'message', 'answer'])
    expect(supervisor.of('outcome').map(({ result }) => result)).toEqual(['sent', 'done', 'sent'])
    expect(JSON.stringify(supervisor.heard)).not.toContain('secret word')
  })

  test('lets a friend write to nobody else, and the owner to who is let in', async () => {
    const { supervisor } = await start()
    // Known to the messenger, so that only we are in the way.
    server.dm({ id: 99 }, 'may I?')
    server.dm(friend, 'send telegram:7 to the owner')
    server.dm({ id: 7 }, 'send telegram:42 to the friend')
    server.dm({ id: 7 }, 'send telegram:99 to a stranger')
    await supervisor.waitFor(() => supervisor.activities('answered').length === 3)
    expect([sent('to the owner'), sent('to the friend'), sent('to a stranger')]).toEqual([0, 1, 0])
  })

  test('in read-only mode sends nothing to anybody but the owner: no answer, no message, no code', async () => {
    const { supervisor } = await start()
    await supervisor.rule({ readOnly: true })
    server.dm(friend, 'say hello')
    server.dm({ id: 55 }, 'a stranger')
    server.dm({ id: 7 }, 'send telegram:42 to the friend')
    server.dm({ id: 7 }, 'say still here')
    await server.waitFor(() => sent('still here') === 1)
    await supervisor.waitFor(
      () => supervisor.activities('withheld').length === 1 && supervisor.activities('paired').length === 1,
    )
    expect(supervisor.activities('withheld')).toMatchObject([{ sender: '42', detail: 'read_only' }])
    expect(supervisor.activities('paired')[0]?.detail).toContain('read_only')
    expect(server.sent.filter(({ chatId }) => String(chatId) !== '7')).toEqual([])
    await supervisor.rule({ readOnly: false })
    server.dm(friend, 'say again')
    await server.waitFor(() => sent('again') === 1)
    // What was withheld is over: it is not sent when the mode ends.
    expect(sent('hello')).toBe(0)
  })

  test('says why the sandbox is not there, and answers', async () => {
    const gateway = await start()
    server.dm(friend, 'run id')
    await gateway.supervisor.waitFor(() => gateway.supervisor.of('box-ask').length === 1)
    const outcome = { kind: 'refused', why: 'Docker does not answer.' } as const
    const askId = gateway.supervisor.of('box-ask')[0]?.askId ?? 0
    gateway.tell({ type: 'box-answer', askId, outcome })
    await gateway.supervisor.waitFor(() => gateway.supervisor.activities('answered').length === 1)
    expect(server.sent.at(-1)?.text).toContain('Docker does not answer.')
  })
})
